async fn order(&self, customer: u64) -> Result<Order, OrderError> {
    let options = macro_support::LimitOptions::of("order:{customer}", self.budget)
        .within(macro_support::Duration::new(60u64, 0u32))
        .algorithm("gcra")
        .when_away("closed");
    let key = Self::__order_in_the_impl_of_a_trait_needs_companions_eq_false(
        &self,
        &customer,
    );
    match macro_support::asynchronous::enter(options, key).await {
        ::core::result::Result::Ok(entered) => {
            let result = Self::order_unlimited(self, customer).await;
            macro_support::asynchronous::leave(
                    entered,
                    macro_support::succeeded(&result),
                )
                .await;
            result
        }
        ::core::result::Result::Err(refused) => macro_support::refuse(refused),
    }
}
#[doc(hidden)]
fn __order_in_the_impl_of_a_trait_needs_companions_eq_false(
    &self,
    customer: macro_support::Ref<'_, u64>,
) -> macro_support::Result<String> {
    macro_support::template_key(
        &["order:", ""],
        &[customer],
        None,
        macro_support::FunctionPath::beside(
            &|| (),
            &{
                fn here() {}
                here
            },
            ::core::module_path!(),
            true,
            "::__order_in_the_impl_of_a_trait_needs_companions_eq_false",
            "::order",
        ),
        &[],
    )
}
///Runs the body and does not touch the cache.
async fn order_unlimited(&self, customer: u64) -> Result<Order, OrderError> {
    let _ = &customer;
    self.orders.place(customer).await
}
/**Returns how many calls with these arguments would pass now.

# Errors

If the arguments make no key, or the limit cannot be checked and is to be closed then.*/
async fn order_remaining(
    &self,
    customer: u64,
) -> macro_support::Result<::core::primitive::u64> {
    let options = macro_support::LimitOptions::of("order:{customer}", self.budget)
        .within(macro_support::Duration::new(60u64, 0u32))
        .algorithm("gcra")
        .when_away("closed");
    let key = Self::__order_in_the_impl_of_a_trait_needs_companions_eq_false(
        &self,
        &customer,
    );
    macro_support::asynchronous::remaining(options, key).await
}
/**Forgets the calls with these arguments that were counted; `true` if there was one.

# Errors

If the backend fails, or the arguments make no key.*/
async fn order_reset(
    &self,
    customer: u64,
) -> macro_support::Result<::core::primitive::bool> {
    let options = macro_support::LimitOptions::of("order:{customer}", self.budget)
        .within(macro_support::Duration::new(60u64, 0u32))
        .algorithm("gcra")
        .when_away("closed");
    let key = Self::__order_in_the_impl_of_a_trait_needs_companions_eq_false(
        &self,
        &customer,
    );
    macro_support::asynchronous::reset(options, key).await
}

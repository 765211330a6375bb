use quote::quote;

use super::without_self;

#[test]
fn every_self_of_the_function_is_renamed() {
    let renamed = without_self(quote!(
        let a = self.id + (self).price(self, |x| x + self.shop.id);
        format!("{}", self)
    ));
    let expected = quote!(
        let a = this.id + (this).price(this, |x| x + this.shop.id);
        format!("{}", this)
    );
    assert_eq!(renamed.to_string(), expected.to_string());
}

#[test]
fn another_self_stays() {
    let statements = quote!(
        use super::{self, other};
        pub(self) struct Inner;
        impl Inner {
            fn id(&self) -> u8 { self.0 }
        }
        trait Named { fn name(&self) -> &str { self.0 } }
        self::helper();
    );
    assert_eq!(without_self(statements.clone()).to_string(), statements.to_string());
}

#[test]
fn a_self_after_another_self_is_renamed() {
    let renamed = without_self(quote!(
        use a::{self};
        impl A { fn a(&self) {} }
        self.a()
    ));
    assert!(renamed.to_string().ends_with("this . a ()"), "{renamed}");
}

pub fn log_in(ip: IpAddr, password: &str) -> Result<User, LoginError> {
    let options = macro_support::LimitOptions::of("login:{ip}", 5)
        .within(macro_support::Duration::new(60u64, 0u32))
        .ban(macro_support::Duration::new(3600u64, 0u32))
        .only_failures();
    let key = log_in::__key(&ip);
    match macro_support::blocking::enter(options, key) {
        ::core::result::Result::Ok(entered) => {
            let result = log_in::log_in(ip, password);
            macro_support::blocking::leave(entered, macro_support::succeeded(&result));
            result
        }
        ::core::result::Result::Err(refused) => macro_support::refuse(refused),
    }
}
///The companions of the limited function [`log_in`](fn@log_in).
pub enum log_in {}
impl log_in {
    #[doc(hidden)]
    fn __key(ip: macro_support::Ref<'_, IpAddr>) -> macro_support::Result<String> {
        macro_support::template_text(&["login:", ""], &[ip])
    }
    fn log_in(ip: IpAddr, password: &str) -> Result<User, LoginError> {
        let _ = &ip;
        users()?.find(password)
    }
    /**Returns how many calls with these arguments would pass now.

# Errors

If the arguments make no key, or the limit cannot be checked and is to be closed then.*/
    pub fn remaining(ip: IpAddr) -> macro_support::Result<::core::primitive::u64> {
        let options = macro_support::LimitOptions::of("login:{ip}", 5)
            .within(macro_support::Duration::new(60u64, 0u32))
            .ban(macro_support::Duration::new(3600u64, 0u32))
            .only_failures();
        let key = log_in::__key(&ip);
        macro_support::blocking::remaining(options, key)
    }
    /**Forgets the calls with these arguments that were counted; `true` if there was one.

# Errors

If the backend fails, or the arguments make no key.*/
    pub fn reset(ip: IpAddr) -> macro_support::Result<::core::primitive::bool> {
        let options = macro_support::LimitOptions::of("login:{ip}", 5)
            .within(macro_support::Duration::new(60u64, 0u32))
            .ban(macro_support::Duration::new(3600u64, 0u32))
            .only_failures();
        let key = log_in::__key(&ip);
        macro_support::blocking::reset(options, key)
    }
    ///Runs the body and does not ask the limit.
    pub fn unlimited(ip: IpAddr, password: &str) -> Result<User, LoginError> {
        log_in::log_in(ip, password)
    }
}

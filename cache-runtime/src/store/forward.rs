//! Stores that forward every call to something else.

/// Implements the methods of a [`Store`](super::Store) that ask about keys. Each body is `call!(self.method(arguments))`,
/// by a macro of the caller's.
macro_rules! forward_methods {
    ($self:ident, $call:ident) => {
        fn get(&$self, key: &str) -> Result<Option<Record>> {
            $call!($self.get(key))
        }
        fn set(&$self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
            $call!($self.set(key, value, expiration))
        }
        fn delete(&$self, key: &str, now: Timestamp) -> Result<bool> {
            $call!($self.delete(key, now))
        }
        fn increment(&$self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
            $call!($self.increment(key, by, expiration))
        }
        fn clear(&$self, prefix: &str) -> Result<u64> {
            $call!($self.clear(prefix))
        }
        fn read_multi(&$self, keys: &[String]) -> Result<Vec<Option<Record>>> {
            $call!($self.read_multi(keys))
        }
        fn write_multi(&$self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
            $call!($self.write_multi(values, expiration))
        }
        fn delete_multi(&$self, keys: &[String], now: Timestamp) -> Result<u64> {
            $call!($self.delete_multi(keys, now))
        }
        fn delete_returning(&$self, keys: &[String], now: Timestamp) -> Result<Deleted> {
            $call!($self.delete_returning(keys, now))
        }
        fn expiry(&$self, key: &str) -> Result<Option<Timestamp>> {
            $call!($self.expiry(key))
        }
        fn touch(&$self, key: &str, expiration: &Expiration) -> Result<bool> {
            $call!($self.touch(key, expiration))
        }
    };
}

/// The same for the methods of [`Claims`](super::Claims).
macro_rules! forward_claims {
    ($self:ident, $call:ident) => {
        fn claim(&$self, keys: &[String], claim: &Claim) -> Result<bool> {
            $call!($self.claim(keys, claim))
        }
        fn complete(&$self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
            $call!($self.complete(values, expiration, token))
        }
        fn renew(&$self, key: &str, claim: &Claim) -> Result<bool> {
            $call!($self.renew(key, claim))
        }
        fn release(&$self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
            $call!($self.release(keys, token, pause))
        }
    };
}

pub(crate) use {forward_claims, forward_methods};

use super::*;
use crate::ErrorKind;
use crate::store::NoCache;

#[test]
fn every_setting_reaches_the_cache() {
    let (lease, timeout) = (Duration::from_secs(1), Duration::from_secs(2));
    let builder = Cache::builder(NoCache).codec(Codec::MessagePack).shared_lease(lease).stall_timeout(timeout);
    let cache = builder.expires_in("1h 30m").unwrap().build();
    let settings = &cache.handle.core.settings;
    assert_eq!((settings.expires_in, settings.codec), (Ttl::from(5400), Codec::MessagePack));
    assert_eq!((settings.shared_lease, settings.stall_timeout), (lease, timeout));
}

#[test]
fn a_lifetime_is_given_as_seconds_a_duration_a_ttl_or_a_text() {
    let settings = |builder: Result<CacheBuilder>| builder.unwrap().settings.expires_in;
    assert_eq!(settings(Cache::builder(NoCache).expires_in(300)), Ttl::from(300));
    assert_eq!(settings(Cache::builder(NoCache).expires_in(Duration::from_millis(5))), Duration::from_millis(5).into());
    assert_eq!(settings(Cache::builder(NoCache).expires_in(Ttl::Never)), Ttl::Never);
    assert_eq!(settings(Cache::builder(NoCache).expires_in("never")), Ttl::Never);
    let error = Cache::builder(NoCache).expires_in("3 fortnights").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().starts_with("\"3 fortnights\" is not a time; write"), "{error}");
}

//! Namespaces whose names begin alike.

use cache_servers::{Redis, own_name};
use cache_store_suite::within_a_minute;

use crate::common::in_namespace;

#[test]
fn neighbouring_namespaces_share_no_key_and_are_cleared_alone() {
    let Some(redis) = Redis::shared() else { return };
    within_a_minute(move || {
        let name = own_name();
        let names = ["", "2", ":", "2:", ":2:", "%3A", "%", "/"].map(|end| format!("{name}{end}"));
        let caches = names.clone().map(|name| {
            let name = name.replace('%', "%25");
            in_namespace(std::slice::from_ref(redis), &name)
        });
        for (cache, name) in caches.iter().zip(&names) {
            cache.write_multi(["key", "2key", ":key", "2:key", "%3Akey"].map(|key| (key, name))).unwrap();
        }
        for (cache, name) in caches.iter().zip(&names) {
            assert_eq!(cache.read_multi::<String>(["key", "2key", ":key", "2:key", "%3Akey"]).unwrap().len(), 5);
            assert_eq!(cache.get::<String>("key").unwrap().as_ref(), Some(name));
        }
        for (position, (cache, name)) in caches.iter().zip(&names).enumerate() {
            assert_eq!(cache.clear().unwrap(), 5, "{name}");
            for other in &caches[position + 1..] {
                assert!(other.exists("key").unwrap(), "{name}");
            }
        }
    });
}

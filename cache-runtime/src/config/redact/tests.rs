use super::*;

#[test]
fn no_secret_is_shown() {
    for (address, shown) in [
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        ("redis://user:hunter2@host:6379/0", "redis://***@host:6379/0"),
        ("redis://:hunter2@host", "redis://***@host"),
        ("redis://:hun@ter2@host", "redis://***@host"),
        ("redis://:hun/ter2@host/1", "redis://***@host/1"),
        ("redis://:hun?ter2@host", "redis://***"),
        ("redis://host?pass=hunter2", "redis://host"),
        ("redis+unix:///run/redis.sock?pass=hun@ter2", "redis+unix://***"),
        ("redis-cluster://u:hunter2@a,u:hunter2@b", "redis-cluster://***@b"),
        ("redis:u:hunter2@host", "redis:***@host"),
        ("hunter2@host", "***@host"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:///var/cache.sqlite3?timeout=5", "sqlite:///var/cache.sqlite3"),
        ("", ""),
    ] {
        assert_eq!(without_secrets(address), shown);
    }
}

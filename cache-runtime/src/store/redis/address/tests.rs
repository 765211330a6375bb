use super::*;

fn problem_of(url: &str) -> String {
    let Err(problem) = parse(url, Login::default()) else { panic!("{url} was accepted") };
    problem.message
}

fn addresses(servers: &[ConnectionInfo]) -> Vec<String> {
    servers.iter().map(|server| server.addr().to_string()).collect()
}

#[test]
fn one_server_is_reached_by_network_or_socket() {
    for (url, address, db) in [
        ("redis://localhost", "localhost:6379", 0),
        ("valkey://u:p@host:7000/3", "host:7000", 3),
        ("redis://[::1]:7000/3?protocol=resp3", "::1:7000", 3),
        ("redis+unix:///run/redis.sock?db=2", "/run/redis.sock", 2),
        ("unix:///run/redis.sock", "/run/redis.sock", 0),
    ] {
        let Ok(Endpoint::Server(server)) = parse(url, Login::default()) else { panic!("{url}") };
        assert_eq!((server.addr().to_string(), server.redis_settings().db()), (address.to_owned(), db), "{url}");
    }
}

#[test]
fn a_cluster_is_named_by_some_of_its_nodes() {
    let url = "redis-cluster://u:p@a:7000,b,[::1]";
    let Ok(Endpoint::Cluster(servers)) = parse(url, Login::default()) else { panic!("{url}") };
    assert_eq!(addresses(&servers), ["a:7000", "b:6379", "::1:6379"]);
    assert!(servers.iter().all(|server| server.redis_settings().password() == Some("p")));
}

#[test]
fn sentinels_have_logins_of_their_own() {
    let url = "redis+sentinel://u:p@a,b:7000/mymaster/2";
    let Ok(Endpoint::Sentinel(sentinels)) = parse(url, Login::default()) else { panic!("{url}") };
    assert_eq!(addresses(&sentinels.sentinels), ["a:26379", "b:7000"]);
    assert!(sentinels.sentinels.iter().all(|sentinel| sentinel.redis_settings().password().is_none()));
    let server = sentinels.server.redis_settings();
    assert_eq!((&*sentinels.master, server.db(), server.password()), ("mymaster", 2, Some("p")));
}

#[test]
fn options_win_over_the_address() {
    let beside = Login { password: Some("other".to_owned()), db: Some(5), ..Login::default() };
    let Ok(Endpoint::Server(server)) = parse("redis://u:p@host/1", beside) else { panic!() };
    let settings = server.redis_settings();
    assert_eq!((settings.username(), settings.password(), settings.db()), (Some("u"), Some("other"), 5));
}

#[test]
fn errors_show_no_secrets() {
    for (url, part) in [
        ("localhost:6379", "not an address"),
        ("http://host", "not an address of Redis"),
        ("redis-ring://host", "unknown kind of address"),
        ("redis://:hunter2@host/x", "database number"),
        ("redis://:hunter2@host?timeout=5", "after `?`, where protocol is allowed"),
        ("redis://:hun?ter2@host", "`%3F`"),
        ("redis-cluster://", "no host"),
        ("redis-sentinel://:hunter2@host", "no server name"),
        #[cfg(not(feature = "redis-tls"))]
        ("rediss://:hunter2@host", "`redis-tls`"),
    ] {
        let message = problem_of(url);
        assert!(message.contains(part) && !message.contains("hunter2"), "{url}: {message}");
    }
}

#[test]
fn sentinel_options_need_sentinels() {
    let beside = Login { sentinel_password: Some("hunter2".to_owned()), ..Login::default() };
    let Err(problem) = parse("redis://host", beside) else { panic!() };
    assert_eq!(problem.option, "sentinel_password");
}

//! Addresses of Redis, to where it is.
//!
//! | address | what |
//! |---|---|
//! | `redis://user:password@host:6379/0` | one server, database 0; `rediss:` with TLS |
//! | `redis+unix:///run/redis.sock?db=0` | one server, by a socket; `unix:` too |
//! | `redis-cluster://host:7000,host:7001` | a cluster, by some of its servers; `rediss-cluster:` |
//! | `redis-sentinel://host:26379,host:26380/mymaster/0` | the server that sentinels name; `rediss-sentinel:` |
//!
//! `valkey` may stand for `redis`, and `+` for `-`.

use std::sync::Arc;

use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo};

use super::endpoint::{Place, prepare_tls};
use super::sentinels::Sentinels;

/// What stands beside the address, and wins over what stands in it.
#[derive(Default)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: Option<i64>,
    pub(super) protocol: Option<ProtocolVersion>,
    pub(super) sentinel_username: Option<String>,
    pub(super) sentinel_password: Option<String>,
}

/// What is wrong, and with which option.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) option: &'static str,
    pub(super) message: String,
}

fn problem(message: impl Into<String>) -> Problem {
    Problem { option: "url", message: message.into() }
}

/// Where the address leads.
pub(super) fn place(url: &str, login: Login) -> Result<Place, Problem> {
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| problem("no address; write \"redis://localhost:6379/0\""))?;
    let (family, form) = match scheme.split_once(['-', '+']) {
        Some((family, form)) => (family, form),
        None if scheme == "unix" => ("redis", "unix"),
        None => (scheme, ""),
    };
    let tls = match family {
        "redis" | "valkey" => false,
        "rediss" | "valkeys" => true,
        _ => return Err(problem("not an address of Redis; write \"redis://localhost:6379/0\"")),
    };
    if tls && !cfg!(feature = "redis-tls") {
        return Err(problem("TLS needs the cargo feature `redis-tls` of `cache-runtime`"));
    }
    if tls {
        prepare_tls();
    }
    if form != "sentinel" {
        no_sentinel_options(&login)?;
    }
    let scheme = if tls { "rediss" } else { "redis" };
    match form {
        "" => Ok(Place::One(server(&format!("{scheme}://{rest}"), &login)?)),
        "unix" => Ok(Place::One(server(&format!("redis+unix://{rest}"), &login)?)),
        "cluster" => Ok(Place::Cluster(cluster(scheme, rest, &login)?)),
        "sentinel" => Ok(Place::Sentinel(sentinels(scheme, rest, login)?)),
        _ => Err(problem(format!(
            "`{scheme}-{form}` is no form of address; write `{scheme}:`, `{scheme}-cluster:` or `{scheme}-sentinel:`"
        ))),
    }
}

fn no_sentinel_options(login: &Login) -> Result<(), Problem> {
    let given = [
        ("sentinel_username", login.sentinel_username.is_some()),
        ("sentinel_password", login.sentinel_password.is_some()),
    ];
    let Some((option, _)) = given.into_iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    Err(Problem { option, message: "it is for sentinels; write the url as \"redis-sentinel://…\"".to_owned() })
}

/// One server, by an address that the client understands.
fn server(url: &str, login: &Login) -> Result<ConnectionInfo, Problem> {
    check_query(url)?;
    let server = url.into_connection_info().map_err(|error| {
        // The client's words name no part of the address.
        problem(format!("{error}; write \"redis://user:password@host:6379/0\", with `%40` for an `@` in the password"))
    })?;
    let settings = with_login(server.redis_settings().clone(), login);
    Ok(server.set_redis_settings(settings))
}

/// The client passes over what it does not know.
fn check_query(url: &str) -> Result<(), Problem> {
    let known: &[&str] =
        if url.starts_with("redis+unix:") { &["db", "user", "pass", "protocol"] } else { &["protocol"] };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names =
        query.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split('=').next().unwrap_or(piece));
    match names.into_iter().find(|name| !known.contains(name)) {
        // It may be part of a password, so it is not shown.
        Some(_) => Err(problem(format!(
            "behind `?` may stand {} only; other options stand beside `url`, and a `?` in a password is `%3F`",
            known.join(", ")
        ))),
        None => Ok(()),
    }
}

fn with_login(mut settings: RedisConnectionInfo, login: &Login) -> RedisConnectionInfo {
    if let Some(username) = &login.username {
        settings = settings.set_username(username);
    }
    if let Some(password) = &login.password {
        settings = settings.set_password(password);
    }
    if let Some(db) = login.db {
        settings = settings.set_db(db);
    }
    if let Some(protocol) = login.protocol {
        settings = settings.set_protocol(protocol);
    }
    settings
}

/// Several servers: `user:password@host:7000,host:7001`. Who stands before the first one stands before all.
fn servers(
    scheme: &str,
    authority: &str,
    tail: &str,
    port: u16,
    login: &Login,
) -> Result<Vec<ConnectionInfo>, Problem> {
    let hosts: Vec<&str> = authority.split(',').filter(|host| !host.is_empty()).collect();
    let who = hosts.first().and_then(|first| first.rsplit_once('@')).map(|(who, _)| who);
    let full = |host: &&str| {
        let port = if has_port(host) { String::new() } else { format!(":{port}") };
        match who {
            Some(who) if !host.contains('@') => format!("{scheme}://{who}@{host}{port}{tail}"),
            _ => format!("{scheme}://{host}{port}{tail}"),
        }
    };
    if hosts.is_empty() {
        return Err(problem("no host; write \"redis-cluster://host:7000,host:7001\""));
    }
    hosts.iter().map(|host| server(&full(host), login)).collect()
}

/// Whether a port stands behind the host, which may be an IPv6 address in brackets.
fn has_port(host: &str) -> bool {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    host.rsplit(']').next().is_some_and(|rest| rest.contains(':'))
}

/// The authority of an address, and what follows it.
fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}

fn cluster(scheme: &str, rest: &str, login: &Login) -> Result<Vec<ConnectionInfo>, Problem> {
    let (authority, tail) = split_authority(rest);
    servers(scheme, authority, tail, 6379, login)
}

/// `host:26379,host:26380/mymaster/0`: the name by which the sentinels know the server, then the database.
fn sentinels(scheme: &str, rest: &str, login: Login) -> Result<Sentinels, Problem> {
    let (authority, tail) = split_authority(rest);
    let (path, query) = tail.split_once('?').map_or((tail, String::new()), |(path, query)| (path, format!("?{query}")));
    let (master, db) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    if master.is_empty() {
        return Err(problem(
            "no name of a server; write the one that the sentinels know it by: \"redis-sentinel://host:26379/mymaster\"",
        ));
    }
    let servers = servers(scheme, authority, &format!("/{db}{query}"), 26379, &login)?;
    let own = Login { username: login.sentinel_username, password: login.sentinel_password, ..Login::default() };
    let to_sentinels = with_login(RedisConnectionInfo::default(), &own);
    let server = servers[0].clone();
    let sentinels = servers.into_iter().map(|sentinel| sentinel.set_redis_settings(to_sentinels.clone())).collect();
    Ok(Sentinels { sentinels, master: master.to_owned(), server, answering: Arc::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem_of(url: &str) -> String {
        let Err(problem) = place(url, Login::default()) else { panic!("{url} is no address") };
        problem.message
    }

    fn addresses(servers: &[ConnectionInfo]) -> Vec<String> {
        servers.iter().map(|server| server.addr().to_string()).collect()
    }

    #[test]
    fn one_server_is_found_by_network_or_socket() {
        for (url, address, db) in [
            ("redis://localhost", "localhost:6379", 0),
            ("valkey://u:p@host:7000/3", "host:7000", 3),
            ("redis://[::1]:7000/3?protocol=resp3", "::1:7000", 3),
            ("redis+unix:///run/redis.sock?db=2", "/run/redis.sock", 2),
            ("unix:///run/redis.sock", "/run/redis.sock", 0),
        ] {
            let Ok(Place::One(server)) = place(url, Login::default()) else { panic!("{url}") };
            assert_eq!((server.addr().to_string(), server.redis_settings().db()), (address.to_owned(), db), "{url}");
        }
    }

    #[test]
    fn a_cluster_is_some_of_its_servers() {
        let url = "redis-cluster://u:p@a:7000,b,[::1]";
        let Ok(Place::Cluster(servers)) = place(url, Login::default()) else { panic!("{url}") };
        assert_eq!(addresses(&servers), ["a:7000", "b:6379", "::1:6379"]);
        assert!(servers.iter().all(|server| server.redis_settings().password() == Some("p")));
    }

    #[test]
    fn sentinels_are_asked_for_a_name() {
        let url = "redis+sentinel://u:p@a,b:7000/mymaster/2";
        let Ok(Place::Sentinel(sentinels)) = place(url, Login::default()) else { panic!("{url}") };
        assert_eq!(addresses(&sentinels.sentinels), ["a:26379", "b:7000"]);
        assert!(sentinels.sentinels.iter().all(|sentinel| sentinel.redis_settings().password().is_none()));
        let server = sentinels.server.redis_settings();
        assert_eq!((&*sentinels.master, server.db(), server.password()), ("mymaster", 2, Some("p")));
    }

    #[test]
    fn what_stands_beside_the_address_wins() {
        let beside = Login { password: Some("other".to_owned()), db: Some(5), ..Login::default() };
        let Ok(Place::One(server)) = place("redis://u:p@host/1", beside) else { panic!() };
        let settings = server.redis_settings();
        assert_eq!((settings.username(), settings.password(), settings.db()), (Some("u"), Some("other"), 5));
    }

    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        for (url, part) in [
            ("localhost:6379", "no address"),
            ("http://host", "not an address of Redis"),
            ("redis-ring://host", "no form of address"),
            ("redis://:hunter2@host/x", "database number"),
            ("redis://:hunter2@host?timeout=5", "behind `?` may stand protocol only"),
            ("redis://:hun?ter2@host", "`%3F`"),
            ("redis-cluster://", "no host"),
            ("redis-sentinel://:hunter2@host", "no name of a server"),
            #[cfg(not(feature = "redis-tls"))]
            ("rediss://:hunter2@host", "`redis-tls`"),
        ] {
            let message = problem_of(url);
            assert!(message.contains(part) && !message.contains("hunter2"), "{url}: {message}");
        }
    }

    #[test]
    fn options_of_sentinels_are_for_sentinels() {
        let beside = Login { sentinel_password: Some("hunter2".to_owned()), ..Login::default() };
        let Err(problem) = place("redis://host", beside) else { panic!() };
        assert_eq!(problem.option, "sentinel_password");
    }
}

//! Parses addresses of Redis.
//!
//! | address | endpoint |
//! |---|---|
//! | `redis://user:password@host:6379/0` | one server, database 0; `rediss:` with TLS |
//! | `redis+unix:///run/redis.sock?db=0` | one server, by its socket; `unix:` too |
//! | `redis-cluster://host:7000,host:7001` | a cluster, by some of its nodes; `rediss-cluster:` |
//! | `redis-sentinel://host:26379,host:26380/mymaster/0` | the server that sentinels name; `rediss-sentinel:` |
//!
//! `valkey` may replace `redis`, and `+` may replace `-`.

use std::sync::Arc;

use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo};

use super::endpoint::{Endpoint, Sentinels};

/// The options beside the address; they win over what the address says.
#[derive(Default)]
pub(super) struct Login {
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) db: Option<i64>,
    pub(super) protocol: Option<ProtocolVersion>,
    pub(super) sentinel_username: Option<String>,
    pub(super) sentinel_password: Option<String>,
}

/// What is wrong with which option.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) option: &'static str,
    pub(super) message: String,
}

fn problem(message: impl Into<String>) -> Problem {
    Problem { option: "url", message: message.into() }
}

/// The endpoint of an address.
pub(super) fn parse(url: &str, login: Login) -> Result<Endpoint, Problem> {
    let (scheme, rest) =
        url.split_once("://").ok_or_else(|| problem("not an address; write \"redis://localhost:6379/0\""))?;
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
    #[cfg(feature = "redis-tls")]
    if tls {
        // It fails if the program has installed a provider, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    if form != "sentinel" {
        refuse_sentinel_options(&login)?;
    }
    let scheme = if tls { "rediss" } else { "redis" };
    match form {
        "" => Ok(Endpoint::Server(server(&format!("{scheme}://{rest}"), &login)?)),
        "unix" => Ok(Endpoint::Server(server(&format!("redis+unix://{rest}"), &login)?)),
        "cluster" => {
            let (authority, tail) = split_authority(rest);
            Ok(Endpoint::Cluster(servers(scheme, authority, tail, 6379, &login)?))
        }
        "sentinel" => Ok(Endpoint::Sentinel(sentinels(scheme, rest, login)?)),
        _ => Err(problem(format!(
            "unknown kind of address `{scheme}-{form}:`; write `{scheme}:`, `{scheme}-cluster:` or `{scheme}-sentinel:`"
        ))),
    }
}

fn refuse_sentinel_options(login: &Login) -> Result<(), Problem> {
    let option = match login {
        Login { sentinel_username: Some(_), .. } => "sentinel_username",
        Login { sentinel_password: Some(_), .. } => "sentinel_password",
        _ => return Ok(()),
    };
    Err(Problem { option, message: "it is only for sentinels; write the url as \"redis-sentinel://…\"".to_owned() })
}

/// One server, by an address in the client's form.
fn server(url: &str, login: &Login) -> Result<ConnectionInfo, Problem> {
    check_query(url)?;
    let server = url.into_connection_info().map_err(|error| {
        // The client's message contains no part of the address.
        problem(format!("{error}; write \"redis://user:password@host:6379/0\", with `%40` for an `@` in the password"))
    })?;
    let settings = with_login(server.redis_settings().clone(), login);
    Ok(server.set_redis_settings(settings))
}

/// Refuses unknown parameters, which the client ignores.
fn check_query(url: &str) -> Result<(), Problem> {
    let known: &[&str] =
        if url.starts_with("redis+unix:") { &["db", "user", "pass", "protocol"] } else { &["protocol"] };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names =
        query.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split('=').next().unwrap_or(piece));
    match names.into_iter().find(|name| !known.contains(name)) {
        // The parameter may be a part of a password, so the message does not show it.
        Some(_) => Err(problem(format!(
            "unknown parameter after `?`, where {} is allowed; write other options beside `url`, and a `?` in a password as `%3F`",
            known.join(" or ")
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

/// Several servers: `user:password@host:7000,host:7001`. The login of the first one is that of all.
fn servers(
    scheme: &str,
    authority: &str,
    tail: &str,
    port: u16,
    login: &Login,
) -> Result<Vec<ConnectionInfo>, Problem> {
    let hosts: Vec<&str> = authority.split(',').filter(|host| !host.is_empty()).collect();
    let shared = hosts.first().and_then(|first| first.rsplit_once('@')).map(|(login, _)| login);
    let full = |host: &&str| {
        let port = if has_port(host) { String::new() } else { format!(":{port}") };
        match shared {
            Some(shared) if !host.contains('@') => format!("{scheme}://{shared}@{host}{port}{tail}"),
            _ => format!("{scheme}://{host}{port}{tail}"),
        }
    };
    if hosts.is_empty() {
        return Err(problem("no host; write \"redis-cluster://host:7000,host:7001\""));
    }
    hosts.iter().map(|host| server(&full(host), login)).collect()
}

/// Whether a host has a port; the host may be an IPv6 address in brackets.
fn has_port(host: &str) -> bool {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    host.rsplit(']').next().is_some_and(|rest| rest.contains(':'))
}

/// The authority of an address, and the rest.
fn split_authority(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()))
}

/// `host:26379,host:26380/mymaster/0`: after the sentinels, the name by which they know the server, and the database.
fn sentinels(scheme: &str, rest: &str, login: Login) -> Result<Sentinels, Problem> {
    let (authority, tail) = split_authority(rest);
    let (path, query) = tail.split_once('?').map_or((tail, String::new()), |(path, query)| (path, format!("?{query}")));
    let (master, db) = path.trim_start_matches('/').split_once('/').unwrap_or((path.trim_start_matches('/'), ""));
    if master.is_empty() {
        return Err(problem(
            "no server name; write the name that the sentinels use: \"redis-sentinel://host:26379/mymaster\"",
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
mod tests;

//! Redis over TLS: a server with a trusted certificate is used, another one is not.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use cache_runtime::ErrorKind;
use cache_servers::Redis;
use cache_store_suite::within_a_minute;
use tempfile::TempDir;

use crate::common::open;

/// Makes a certificate authority, and its certificate for 127.0.0.1.
///
/// # Panics
///
/// If openssl is missing: `tests/run` installs it.
fn certificates() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::write(folder.path().join("names"), "subjectAltName=IP:127.0.0.1").expect("it can be written");
    for words in [
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr",
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    ] {
        let made = Command::new("openssl").args(words.split(' ')).current_dir(&folder).stderr(Stdio::null()).status();
        assert!(made.expect("openssl is installed").success(), "{words}");
    }
    folder
}

/// A server that also listens for TLS connections, with its address.
fn server(folder: &Path) -> Option<(Redis, String)> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let file = |name: &str| folder.join(name).display().to_string();
    let (port_text, key, certificate, authority) =
        (port.to_string(), file("server.key"), file("server.pem"), file("ca.pem"));
    let by_tls = ["--tls-port", &port_text, "--tls-auth-clients", "no"];
    let files = ["--tls-key-file", &key, "--tls-cert-file", &certificate, "--tls-ca-cert-file", &authority];
    let redis = Redis::options().arguments(by_tls).arguments(files).start()?;
    Some((redis, format!("rediss://127.0.0.1:{port}?timeout=5")))
}

/// Computes a key in a process that trusts only the authority in a file.
fn compute(how: &str, address: &str, key: &str, trusted: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-client"));
    command.args(["compute", address, how, key, "0"]).env("SSL_CERT_FILE", trusted).stdout(Stdio::null());
    assert!(command.status().expect("the program starts").success());
}

#[test]
fn threads_and_tasks_use_a_trusted_server_and_refuse_another() {
    let folder = certificates();
    let Some((redis, address)) = server(folder.path()) else { return };
    let (other, trusted) = (certificates(), folder.path().join("ca.pem"));
    within_a_minute(move || {
        let is_stored = |key: &str| redis.ask(["EXISTS", &format!("cache:{key}")]).number() == Some(1);
        for how in ["shared", "async"] {
            compute(how, &address, how, &trusted);
            assert!(is_stored(how), "{how}");
            let refused = format!("{how}, refused");
            compute(how, &address, &refused, &other.path().join("ca.pem"));
            assert!(!is_stored(&refused));
        }
        let error = open(&address).set("key", "value").expect_err("this process does not trust it");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
        assert!(format!("{error:?}").contains("certificate"), "{error:?}");
    });
}

//! Redis over TLS: a server with a trusted certificate is used, another one is not.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

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

/// The time between two bytes of a server that drips: shorter than any timeout here.
const DRIP: Duration = Duration::from_millis(40);

/// Sends a byte at a time, until the other end hangs up.
fn drip(to: &mut TcpStream, bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| {
        thread::sleep(DRIP);
        to.write_all(&[*byte]).is_ok()
    })
}

/// The beginning of an answer to a handshake, and the rest of it for ten minutes.
fn server_that_drips_its_handshake() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                if client.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {
                    drip(&mut client, &[&[22, 3, 3, 64, 0][..], &[0; 1 << 14]].concat());
                }
            });
        }
    });
    port
}

/// Passes a handshake on, and then what the server says a byte at a time.
fn relay_that_drips_replies(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", server)) else { return };
            let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let sent = Arc::<AtomicUsize>::default();
            let seen = Arc::clone(&sent);
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(length @ 1..) = client.read(&mut bytes) {
                    sent.fetch_add(1, Ordering::SeqCst);
                    if server.write_all(&bytes[..length]).is_err() {
                        return;
                    }
                }
            });
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(length @ 1..) = from_server.read(&mut bytes) {
                    // First the client has greeted, and then it has finished the handshake.
                    let is_handshake = seen.load(Ordering::SeqCst) < 2;
                    let passed = match is_handshake {
                        true => to_client.write_all(&bytes[..length]).is_ok(),
                        false => drip(&mut to_client, &bytes[..length]),
                    };
                    if !passed {
                        return;
                    }
                }
            });
        }
    });
    port
}

/// Each byte arrives long before the timeout, and all of them in ten minutes.
#[test]
fn a_handshake_that_arrives_a_byte_at_a_time_costs_one_timeout() {
    let port = server_that_drips_its_handshake();
    within_a_minute(move || {
        let (cache, begun) = (open(&format!("rediss://127.0.0.1:{port}?timeout=0.3")), Instant::now());
        let error = cache.get::<u8>("key").expect_err("it does not answer in time");
        assert!(error.to_string().contains("in time"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}: {error}", begun.elapsed());
    });
}

/// What a server sends after the handshake is hundreds of bytes long.
#[test]
fn replies_that_arrive_a_byte_at_a_time_cost_one_timeout() {
    let folder = certificates();
    let Some((_redis, address)) = server(folder.path()) else { return };
    let port = address.split([':', '?']).nth(2).and_then(|port| port.parse().ok()).expect("a port");
    let dripping = format!("rediss://127.0.0.1:{}?timeout=0.5", relay_that_drips_replies(port));
    within_a_minute(move || {
        let begun = Instant::now();
        compute("shared", &dripping, "key", &folder.path().join("ca.pem"));
        // A timeout is enough to open the circuit.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    });
}

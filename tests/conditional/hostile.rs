//! Whatever a client sends, the servers answer it and the next one.

use std::net::SocketAddr;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Server, servers};

async fn assert_alive(server: &Server) {
    assert_eq!(server.send("GET", &["x-tag: \"a\""]).await.status.as_u16(), 200, "{}", server.name);
}

#[tokio::test]
async fn ten_thousand_tags_are_compared() {
    for server in servers().await {
        let tags: Vec<String> = (0..10_000).map(|number| format!("\"{number:x}\"")).collect();
        let lines = [format!("if-none-match: {}", tags.join(",")), format!("x-tag: {}", tags[9_999])];
        let answer = server.try_send("GET", &[&*lines[0], &*lines[1]]).await;
        // Over HTTP/2 the servers take fewer bytes.
        let status = answer.map(|answer| answer.status.as_u16());
        let expected: &[_] = if server.name.ends_with("Http1") { &[Some(304)] } else { &[Some(304), Some(431), None] };
        assert!(expected.contains(&status), "{}: {status:?}", server.name);
        let renders = server.counts.renders();
        assert_eq!(renders, 0, "{}", server.name);
    }
}

/// A request in bytes, and the status of the answer; `None` if the server closed the connection.
async fn raw(address: SocketAddr, fields: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let request =
        [b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-tag: \"a\"\r\nx-dated: 1\r\n", fields, b"\r\n"];
    // The server may close the connection in the middle of it.
    let _ = stream.write_all(&request.concat()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    let status = text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok();
    if status == Some(304) {
        assert!(text.ends_with("\r\n\r\n") && text.matches("\r\n\r\n").count() == 1, "a 304 has no content: {text}");
        assert!(!text.to_lowercase().contains("content-"), "{text}");
    }
    status
}

/// Bytes that look like what a field may have, and any others.
fn value() -> impl Strategy<Value = Vec<u8>> {
    proptest::prop_oneof![
        proptest::collection::vec(proptest::num::u8::ANY, 0..60),
        "[\"W/*ab, \\\\]{0,30}".prop_map(String::into_bytes),
        "(Wed|Mon|Sunday),? [0-9]{0,2}[ -](Jan|Foo)[ -][0-9]{2,5} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT"
            .prop_map(String::into_bytes),
    ]
    .prop_map(|mut bytes| {
        // They would end the field.
        bytes.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        bytes
    })
}

#[tokio::test]
async fn fields_of_any_bytes_are_answered() {
    let names: [&[u8]; 4] = [b"if-match: ", b"if-none-match: ", b"if-modified-since: ", b"if-unmodified-since: "];
    let mut runner = TestRunner::deterministic();
    for server in servers().await.iter().filter(|server| server.name.ends_with("Http1")) {
        let mut seen = std::collections::BTreeMap::new();
        for number in 0..400 {
            let value = value().new_tree(&mut runner).expect("there are values").current();
            let field = [names[number % 4], &value, b"\r\n"].concat();
            let status = raw(server.address, &field).await;
            // 400 is for bytes that no field may have, such as NUL.
            assert!(matches!(status, Some(200 | 304 | 400 | 412)), "{}: {status:?} for {value:?}", server.name);
            *seen.entry(status).or_insert(0) += 1;
        }
        assert!(seen.len() >= 3, "the bytes reach the comparison: {seen:?}");
        assert_alive(server).await;
    }
}

#[tokio::test]
async fn gigantic_fields_do_no_harm() {
    for server in servers().await.iter().filter(|server| server.name.ends_with("Http1")) {
        for byte in [b"\"", b",", b"*", b"W"] {
            let field = [b"if-none-match: ", &*byte.repeat(2_000_000), b"\r\n"].concat();
            let status = raw(server.address, &field).await;
            assert!(matches!(status, None | Some(400 | 431)), "{}: {status:?}", server.name);
            let field = [b"if-none-match: ", &*byte.repeat(60_000), b"\r\n"].concat();
            let status = raw(server.address, &field).await;
            assert_eq!(status, Some(200), "{}: {byte:?}", server.name);
        }
        assert_alive(server).await;
    }
}

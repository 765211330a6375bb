//! The table of conditional requests, row by row. INM is `If-None-Match`, IMS `If-Modified-Since`, IM `If-Match`, and IUS
//! `If-Unmodified-Since`.

use crate::server::{Server, servers};

struct Row {
    method: &'static str,
    fields: &'static str,
    /// The state of the page.
    now: &'static str,
    status: u16,
}

/// The page has a strong tag and a date.
const A: &str = "x-tag: \"a\"\nx-dated: 1";
const WEAK_A: &str = "x-tag: W/\"a\"\nx-dated: 1";
const A_COMMA_B: &str = "x-tag: \"a,b\"";
/// It has a date alone: a tag is a hash of it that no row names.
const DATED: &str = "x-dated: 1";
const UNKNOWN: &str = "x-public: 1";
const MISSING: &str = "x-missing: 1";

const fn row(method: &'static str, fields: &'static str, now: &'static str, status: u16) -> Row {
    Row { method, fields, now, status }
}

const TABLE: &[Row] = &[
    row("GET", "", A, 200),
    row("GET", "INM: \"a\"", A, 304),
    row("HEAD", "INM: \"a\"", A, 304),
    row("HEAD", "", A, 200),
    row("GET", "INM: \"b\"", A, 200),
    row("GET", "INM: W/\"a\"", A, 304),
    row("GET", "INM: \"a\"", WEAK_A, 304),
    row("GET", "INM: W/\"a\"", WEAK_A, 304),
    row("GET", "INM: \"x\", W/\"a\" ,\"y\"", A, 304),
    row("GET", "INM: \"x\"\nINM: \"a\"", A, 304),
    row("GET", "INM: *", A, 304),
    row("GET", "INM: *", UNKNOWN, 304),
    row("GET", "INM: a", A, 200),
    row("GET", "INM:", A, 200),
    row("GET", "INM: ,", A, 200),
    row("GET", "INM: \"\"\"", A, 200),
    row("GET", "INM: w/\"a\"", A, 200),
    row("GET", "INM: \"a,b\"", A_COMMA_B, 304),
    row("GET", "INM: \"a b\"", A, 200),
    row("GET", "INM: \"A\"", A, 200),
    row("GET", "IMS: SAME", DATED, 304),
    row("GET", "IMS: LATER", DATED, 304),
    row("GET", "IMS: EARLIER", DATED, 200),
    row("GET", "IMS: Wednesday, 01-Jan-25 00:00:00 GMT", DATED, 304),
    row("GET", "IMS: Wed Jan  1 00:00:00 2025", DATED, 304),
    row("GET", "IMS: yesterday", DATED, 200),
    row("GET", "IMS: Mon, 32 Oct 2024 00:00:00 GMT", DATED, 200),
    row("GET", "IMS: SAME\nIMS: SAME", DATED, 200),
    row("POST", "IMS: SAME", DATED, 204),
    row("GET", "INM: \"b\"\nIMS: LATER", A, 200),
    row("GET", "INM: \"a\"\nIMS: EARLIER", A, 304),
    row("GET", "INM: \"a\"\nIMS: LATER", DATED, 200),
    row("GET", "IMS: SAME", UNKNOWN, 200),
    row("PUT", "INM: *", A, 412),
    row("PUT", "INM: *", MISSING, 204),
    row("PUT", "INM: \"a\"", A, 412),
    row("PUT", "IM: \"a\"", A, 204),
    row("PUT", "IM: \"Z\", \"a\"", A, 204),
    row("PUT", "IM: \"b\"", A, 412),
    row("PUT", "IM: W/\"a\"", A, 412),
    row("PUT", "IM: \"a\"", WEAK_A, 412),
    row("DELETE", "IM: *", A, 204),
    row("DELETE", "IM: *", UNKNOWN, 204),
    row("PUT", "IM: *", MISSING, 412),
    row("PUT", "IUS: EARLIER", DATED, 412),
    row("PUT", "IUS: SAME", DATED, 204),
    row("PUT", "IUS: junk", DATED, 204),
    row("PUT", "IUS: SAME", UNKNOWN, 204),
    row("PUT", "IM: \"a\"\nIUS: EARLIER", A, 204),
    row("PUT", "IM: \"b\"\nIUS: SAME", A, 412),
    row("GET", "IM: \"a\"\nINM: \"a\"", A, 304),
    row("GET", "IM: \"b\"\nINM: \"a\"", A, 412),
    row("OPTIONS", "IM: \"b\"", A, 200),
    row("GET", "range: bytes=0-1\nif-range: \"b\"", A, 200),
];

#[tokio::test]
async fn every_row_of_the_table_is_answered_by_both_servers_and_versions() {
    for server in servers().await {
        for row in TABLE {
            check(&server, row).await;
        }
    }
}

async fn check(server: &Server, row: &Row) {
    let asked = format!("{}: {} {:?} {:?}", server.name, row.method, row.fields, row.now);
    let fields = row
        .fields
        .replace("INM:", "if-none-match:")
        .replace("IMS:", "if-modified-since:")
        .replace("IM:", "if-match:")
        .replace("IUS:", "if-unmodified-since:")
        .replace("EARLIER", "Tue, 31 Dec 2024 23:59:59 GMT")
        .replace("SAME", "Wed, 01 Jan 2025 00:00:00 GMT")
        .replace("LATER", "Wed, 01 Jan 2025 00:00:01 GMT");
    let state: Vec<&str> = row.now.lines().collect();
    let whole = server.send("GET", &state).await;
    let (renders, writes) = (server.counts.renders(), server.counts.writes());

    let lines: Vec<&str> = state.iter().copied().chain(fields.lines()).collect();
    let answer = server.send(row.method, &lines).await;
    assert_eq!(answer.status.as_u16(), row.status, "{asked}");
    assert_eq!(server.counts.renders() - renders, usize::from(row.status == 200), "{asked}");
    assert_eq!(server.counts.writes() - writes, usize::from(row.status == 204), "{asked}");
    if let 200 | 304 = row.status {
        for name in ["etag", "last-modified", "cache-control"] {
            assert_eq!(answer.headers.get(name), whole.headers.get(name), "{asked}");
        }
        assert_eq!(answer.field("cache-control").split(", ").count(), 3, "{asked}");
    }
    match (row.status, row.method) {
        (304, _) => {
            for name in ["content-type", "content-length", "transfer-encoding"] {
                assert_eq!(answer.headers.get(name), None, "{asked} {name}");
            }
            assert!(answer.body.is_empty(), "{asked}");
        }
        (200, "HEAD") => {
            assert_eq!(answer.headers.get("content-length"), whole.headers.get("content-length"), "{asked}");
            assert!(answer.body.is_empty(), "{asked}");
        }
        (200, _) => assert_eq!(answer.body, "<h1>Tea</h1>", "{asked}"),
        (412, _) => assert_eq!(answer.field("cache-control"), "no-store", "{asked}"),
        _ => {}
    }
}

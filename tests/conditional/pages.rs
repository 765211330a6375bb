//! Pages of models: what a browser gets that comes again after something has changed.

use crate::client::Answer;
use crate::server::{Server, deploys, servers};

/// Comes again with what the first answer had, as a browser does.
async fn revisit(server: &Server, first: &Answer, state: &[&str]) -> u16 {
    let tag = format!("if-none-match: {}", first.field("etag"));
    let date =
        first.headers.get("last-modified").map(|_| format!("if-modified-since: {}", first.field("last-modified")));
    let lines: Vec<&str> = state.iter().copied().chain([&*tag]).chain(date.as_deref()).collect();
    server.send("GET", &lines).await.status.as_u16()
}

async fn check(before: &[&str], now: &[&str], status: u16) {
    for server in servers().await {
        let first = server.send("GET", before).await;
        assert_eq!(first.status.as_u16(), 200, "{}", server.name);
        let renders = server.counts.renders();
        assert_eq!(revisit(&server, &first, now).await, status, "{}: {before:?} {now:?}", server.name);
        assert_eq!(server.counts.renders() - renders, usize::from(status == 200), "{}", server.name);
    }
}

#[tokio::test]
async fn an_unchanged_page_is_not_rendered_again() {
    check(&["x-cards: 42@0"], &["x-cards: 42@0"], 304).await;
    check(&["x-cards: 42@0", "x-strong: 1"], &["x-cards: 42@0", "x-strong: 1"], 304).await;
}

#[tokio::test]
async fn a_change_within_the_same_second_is_seen() {
    check(&["x-cards: 42@0"], &["x-cards: 42@200"], 200).await;
}

#[tokio::test]
async fn a_list_that_lost_an_older_row_is_rendered() {
    check(&["x-cards: 1@0 2@9000"], &["x-cards: 2@9000"], 200).await;
    check(&["x-cards: 1@0 2@9000"], &["x-cards: 3@0 2@9000"], 200).await;
}

#[tokio::test]
async fn another_template_or_user_is_another_page() {
    check(&["x-cards: 42@0", "x-template: a@1"], &["x-cards: 42@0", "x-template: a@2"], 200).await;
    check(&["x-cards: 42@0", "x-user: 1"], &["x-cards: 42@0", "x-user: 2"], 200).await;
    check(&["x-cards: 42@0", "x-user: 1"], &["x-cards: 42@0", "x-user: 1"], 304).await;
}

#[tokio::test]
async fn after_a_deploy_everything_is_sent_again() {
    for [before, after] in deploys().await {
        let state = ["x-cards: 42@0"];
        let first = before.send("GET", &state).await;
        assert_eq!(revisit(&before, &first, &state).await, 304, "{}", before.name);
        assert_eq!(revisit(&after, &first, &state).await, 200, "{}", after.name);
    }
}

#[tokio::test]
async fn a_strong_and_public_page_says_so() {
    for server in servers().await {
        let page = server.send("GET", &["x-cards: 42@0", "x-strong: 1", "x-public: 1"]).await;
        assert!(page.field("etag").starts_with('"'), "{}", server.name);
        assert_eq!(page.field("cache-control"), "max-age=0, public, must-revalidate", "{}", server.name);
        let page = server.send("GET", &["x-cards: 42@0"]).await;
        assert!(page.field("etag").starts_with("W/\""), "{}", server.name);
        assert_eq!(page.field("last-modified"), "Wed, 01 Jan 2025 00:00:00 GMT", "{}", server.name);
    }
}

#[tokio::test]
async fn a_cache_control_of_the_handler_stays() {
    for server in servers().await {
        let page = server.send("GET", &["x-cards: 42@0", "x-control: max-age=60"]).await;
        assert_eq!(page.field("cache-control"), "max-age=60, private", "{}", server.name);
        let page = server.send("GET", &["x-cards: 42@0", "x-control: no-store"]).await;
        assert_eq!(page.field("cache-control"), "no-store", "{}", server.name);
    }
}

#[tokio::test]
async fn a_304_says_what_the_page_varies_on() {
    for server in servers().await {
        let page = server.send("GET", &["x-cards: 42@0", "x-vary: accept"]).await;
        assert_eq!(page.field("vary"), "accept", "{}", server.name);
        let tag = format!("if-none-match: {}", page.field("etag"));
        let again = server.send("GET", &["x-cards: 42@0", "x-vary: accept", &tag]).await;
        assert_eq!((again.status.as_u16(), again.field("vary")), (304, "accept"), "{}", server.name);
    }
}

#[tokio::test]
async fn a_date_in_the_future_is_not_sent() {
    for server in servers().await {
        let century = 100_u64 * 365 * 24 * 60 * 60 * 1000;
        let page = server.send("GET", &[&format!("x-cards: 42@{century}")]).await;
        let date = |name| cache_runtime::http::HttpDate::parse(page.field(name).as_bytes());
        assert!(date("last-modified").is_some() && date("last-modified") <= date("date"), "{}", server.name);
    }
}

#[tokio::test]
async fn a_write_must_name_the_state_that_it_changes() {
    for server in servers().await {
        let state = ["x-cards: 42@0", "x-strong: 1", "x-required: 1"];
        let blind = server.send("PUT", &state).await;
        assert_eq!(blind.status.as_u16(), 428, "{}", server.name);
        assert_eq!(blind.field("cache-control"), "no-store", "{}", server.name);
        assert!(String::from_utf8_lossy(&blind.body).contains("If-Match"), "{}", server.name);
        assert_eq!(server.counts.writes(), 0, "{}", server.name);

        let tag = format!("if-match: {}", server.send("GET", &state).await.field("etag"));
        assert_eq!(server.send("PUT", &[&state[..], &[&tag]].concat()).await.status.as_u16(), 204, "{}", server.name);
        let changed = ["x-cards: 42@1", "x-strong: 1", "x-required: 1", &tag];
        assert_eq!(server.send("PUT", &changed).await.status.as_u16(), 412, "{}", server.name);
        assert_eq!(server.counts.writes(), 1, "{}", server.name);
    }
}

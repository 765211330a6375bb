//! A page is answered with 304 exactly if all that it was said to depend on is the same.

use std::time::{Duration, SystemTime};

use http::header::{CACHE_CONTROL, ETAG, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use proptest::prelude::*;

use super::{ETagSeed, FreshWhen};
use crate::http::{CacheControl, HttpDate, Preconditions, set_cache_control};
use crate::model::{AnyModel, Cacheable};

#[derive(Clone)]
struct Card {
    id: u32,
    updated_at: Option<SystemTime>,
}

impl Cacheable for Card {
    const NAME: &'static str = "card";

    fn cache_id(&self) -> String {
        self.id.to_string()
    }

    fn updated_at(&self) -> Option<SystemTime> {
        self.updated_at
    }
}

/// A card that was changed so many milliseconds after the first of January 2025.
fn card(id: u32, millis: u64) -> Card {
    Card { id, updated_at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_735_689_600_000 + millis)) }
}

fn first_visit() -> Preconditions {
    Preconditions::new(&Method::GET, &HeaderMap::new())
}

/// The next visit of a browser that got these fields.
fn next_visit(got: &HeaderMap) -> Preconditions {
    visit_with(got, &[(ETAG, IF_NONE_MATCH), (LAST_MODIFIED, IF_MODIFIED_SINCE)])
}

fn visit_with(got: &HeaderMap, fields: &[(HeaderName, HeaderName)]) -> Preconditions {
    let sent = fields.iter().filter_map(|(from, to)| Some((to.clone(), got.get(from)?.clone())));
    Preconditions::new(&Method::GET, &sent.collect())
}

/// The status that a browser with the one page gets for the other.
fn revisit(before: &FreshWhen, now: &FreshWhen) -> StatusCode {
    status_of(now, &next_visit(&before.headers()))
}

fn status_of(page: &FreshWhen, request: &Preconditions) -> StatusCode {
    page.check(request).map_or_else(|early| early.status(), |_| StatusCode::OK)
}

const OK: StatusCode = StatusCode::OK;
const NOT_MODIFIED: StatusCode = StatusCode::NOT_MODIFIED;

#[test]
fn an_unchanged_page_is_304_with_the_fields_of_the_page() {
    let page = FreshWhen::of(&card(42, 700));
    let mut sent = HeaderMap::new();
    page.check(&first_visit()).expect("the browser has nothing").write(&mut sent);
    assert_eq!(sent[LAST_MODIFIED], "Wed, 01 Jan 2025 00:00:00 GMT", "the fraction is cut off");
    assert_eq!(sent[CACHE_CONTROL], "max-age=0, private, must-revalidate");
    let tag = sent[ETAG].to_str().expect("it is ASCII");
    assert!(tag.starts_with("W/\"") && tag.ends_with('"') && tag.matches('"').count() == 2, "{tag}");

    let early = page.check(&next_visit(&sent)).expect_err("nothing has changed");
    assert_eq!(early.status(), NOT_MODIFIED);
    assert_eq!(early.headers(), &sent);
    assert_eq!(early.message(), None);
}

#[test]
fn a_fraction_of_a_second_does_not_keep_a_date_from_matching() {
    let page = FreshWhen::of(&card(42, 700));
    let by_date = visit_with(&page.headers(), &[(LAST_MODIFIED, IF_MODIFIED_SINCE)]);
    assert_eq!(status_of(&page, &by_date), NOT_MODIFIED);
}

#[test]
fn a_tag_that_differs_outweighs_a_date_that_matches() {
    let (before, now) = (FreshWhen::of(&card(42, 100)), FreshWhen::of(&card(42, 900)));
    assert_eq!(before.headers()[LAST_MODIFIED], now.headers()[LAST_MODIFIED]);
    assert_eq!(revisit(&before, &now), OK);
}

#[test]
fn a_strong_tag_and_a_public_page_are_asked_for() {
    let page = FreshWhen::of(&card(42, 0)).strong().public();
    let headers = page.headers();
    assert!(headers[ETAG].as_bytes().starts_with(b"\""));
    assert_eq!(headers[CACHE_CONTROL], "max-age=0, public, must-revalidate");
    assert_eq!(revisit(&page, &page), NOT_MODIFIED);
}

#[test]
fn another_seed_template_user_or_text_is_another_page() {
    let page = || FreshWhen::of(&card(42, 0));
    let seed = ETagSeed::new("1.0.1");
    for other in [
        page().seed(&seed),
        page().template("cards/show.html@5b7d9a01"),
        page().vary_on(7),
        page().etag("draft"),
        page().last_modified(SystemTime::UNIX_EPOCH),
    ] {
        assert_eq!(revisit(&page(), &other), OK);
        assert_eq!(revisit(&other, &page()), OK);
        assert_eq!(revisit(&other, &other), NOT_MODIFIED);
    }
    assert_eq!(revisit(&page().vary_on(1).vary_on(2), &page().vary_on(2).vary_on(1)), OK);
    assert_eq!(revisit(&page().vary_on(1).template("a"), &page().template("a").vary_on(1)), NOT_MODIFIED);
}

#[test]
fn a_list_that_lost_an_older_row_is_another_page() {
    let (old, newest) = (card(1, 0), card(2, 5000));
    let both = FreshWhen::of(&[old, newest.clone()]);
    assert_eq!(both.headers()[LAST_MODIFIED], "Wed, 01 Jan 2025 00:00:05 GMT", "the newest counts");
    assert_eq!(revisit(&both, &FreshWhen::of(&vec![newest.clone()])), OK);
    let other_filter = [card(3, 0), newest];
    assert_eq!(revisit(&both, &FreshWhen::of(&other_filter)), OK, "as many rows, and the same newest");
    assert_eq!(revisit(&both, &both), NOT_MODIFIED);
}

#[test]
fn an_empty_list_is_a_page_too() {
    let none = FreshWhen::of(&Vec::<Card>::new());
    assert!(none.headers().get(LAST_MODIFIED).is_none());
    assert_eq!(revisit(&none, &none), NOT_MODIFIED);
    assert_eq!(revisit(&none, &FreshWhen::of(&[card(1, 0)])), OK);
}

#[test]
fn all_that_a_page_shows_can_be_named() {
    let (post, comments) = (card(1, 0), vec![card(2, 0), card(3, 0)]);
    let page = |comments: &Vec<Card>, lang: &str| FreshWhen::from(&(&post, comments, lang));
    let before = page(&comments, "de");
    assert_eq!(revisit(&before, &page(&comments, "de")), NOT_MODIFIED);
    assert_eq!(revisit(&before, &page(&comments, "DE")), OK, "a text counts in its case");
    assert_eq!(revisit(&before, &page(&vec![card(2, 0), card(3, 1)], "de")), OK);
    let models: Vec<AnyModel> = comments.iter().map(AnyModel::of).collect();
    assert_eq!(revisit(&FreshWhen::of(&models), &FreshWhen::of(&comments)), NOT_MODIFIED);
}

#[test]
fn a_change_in_the_same_second_is_seen_by_date_alone() {
    // A browser that keeps dates alone reads the page, which changes once more within the second.
    let now = SystemTime::now();
    let page = |changed| FreshWhen::of(&Card { id: 1, updated_at: Some(changed) });
    let got = page(now).headers();
    assert!(HttpDate::parse(got[LAST_MODIFIED].as_bytes()).expect("it is a date") < HttpDate::from(now));
    let by_date = visit_with(&got, &[(LAST_MODIFIED, IF_MODIFIED_SINCE)]);
    assert_eq!(status_of(&page(now + Duration::from_micros(1)), &by_date), OK);
}

#[test]
fn a_change_in_the_future_is_sent_as_one_of_the_past() {
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let page = FreshWhen::of(&Card { id: 1, updated_at: Some(tomorrow) });
    let sent = HttpDate::parse(page.headers()[LAST_MODIFIED].as_bytes()).expect("it is a date");
    assert!(sent < HttpDate::now());
    assert_eq!(revisit(&page, &page), NOT_MODIFIED);
}

#[test]
fn a_date_does_not_tell_users_apart() {
    let page = |user: u32| FreshWhen::of(&card(42, 0)).vary_on(user);
    assert!(page(1).headers().get(LAST_MODIFIED).is_none());
    let by_date = visit_with(&FreshWhen::of(&card(42, 0)).headers(), &[(LAST_MODIFIED, IF_MODIFIED_SINCE)]);
    assert_eq!(status_of(&page(1), &by_date), OK);
}

#[test]
fn nothing_is_compared_without_a_state() {
    let page = FreshWhen::new().template("home.html@1").seed(&ETagSeed::new("1"));
    assert!(page.headers().get(ETAG).is_none());
    assert_eq!(revisit(&page, &page), OK);
    let dated = FreshWhen::new().last_modified(SystemTime::UNIX_EPOCH);
    assert_eq!(revisit(&dated, &dated), NOT_MODIFIED);
}

#[test]
fn a_cache_control_of_the_handler_stays() {
    for (page, there, expected) in [
        (FreshWhen::new(), "max-age=60", "max-age=60, private"),
        (FreshWhen::new().public(), "max-age=60", "max-age=60, public"),
        (FreshWhen::new(), "max-age=60, public", "max-age=60, public"),
        (FreshWhen::new().public(), "private, max-age=60", "private, max-age=60"),
        (FreshWhen::new().public(), "no-store", "no-store"),
        (FreshWhen::new().public(), "s-maxage=60", "s-maxage=60"),
        (FreshWhen::new(), "Public", "Public"),
    ] {
        let mut response = HeaderMap::new();
        set_cache_control(&mut response, [there]).expect("it is one");
        page.etag("v1").check(&first_visit()).expect("the browser has nothing").write(&mut response);
        assert_eq!(response[CACHE_CONTROL], expected);
        assert!(response.contains_key(ETAG));
    }
}

#[test]
fn a_cache_control_of_the_page_is_private_unless_it_says_otherwise() {
    let sent = |control| FreshWhen::new().etag("v1").cache_control(control).headers()[CACHE_CONTROL].clone();
    assert_eq!(sent(CacheControl::new().max_age(60)), "max-age=60, private");
    assert_eq!(sent(CacheControl::new().max_age(60).public()), "max-age=60, public");
    assert_eq!(sent(CacheControl::new().s_maxage(60)), "s-maxage=60");
    assert_eq!(sent(CacheControl::new().no_store()), "no-store");
    let page = FreshWhen::new().etag("v1").cache_control(CacheControl::new().max_age(60));
    let early = page.check(&next_visit(&page.headers())).expect_err("nothing has changed");
    assert_eq!(early.headers()[CACHE_CONTROL], "max-age=60, private", "the 304 says the same");
}

#[test]
fn vary_is_on_the_page_and_on_its_304() {
    let page = FreshWhen::new().etag("v1").vary(http::header::ACCEPT).vary("Accept-Language");
    let early = page.check(&next_visit(&page.headers())).expect_err("nothing has changed");
    assert!(early.headers().get_all(VARY).iter().eq(["accept", "accept-language"]));

    let mut response = HeaderMap::from_iter([(VARY, HeaderValue::from_static("Cookie, Accept"))]);
    page.check(&first_visit()).expect("the browser has nothing").write(&mut response);
    assert!(response.get_all(VARY).iter().eq(["Cookie, Accept", "accept-language"]));
}

#[test]
fn a_write_is_guarded() {
    let current = |millis| FreshWhen::of(&card(42, millis)).strong().required();
    let write = |fields: &[(HeaderName, HeaderValue)]| {
        Preconditions::new(&Method::PUT, &fields.iter().cloned().collect::<HeaderMap>())
    };
    let status = |page: &FreshWhen, request: &Preconditions| page.guard(request).map_err(|early| early.status());

    let of_first = write(&[(IF_MATCH, current(0).headers()[ETAG].clone())]);
    assert_eq!(status(&current(0), &of_first), Ok(()));
    assert_eq!(status(&current(1), &of_first), Err(StatusCode::PRECONDITION_FAILED));
    assert_eq!(status(&current(0), &write(&[])), Err(StatusCode::PRECONDITION_REQUIRED));
    assert_eq!(status(&FreshWhen::of(&card(42, 0)), &write(&[])), Ok(()), "it is not required");
    let weak = FreshWhen::of(&card(42, 0));
    let of_weak = write(&[(IF_MATCH, weak.headers()[ETAG].clone())]);
    assert_eq!(status(&weak, &of_weak), Err(StatusCode::PRECONDITION_FAILED), "a weak tag protects nothing");
    let only_new = write(&[(IF_NONE_MATCH, HeaderValue::from_static("*"))]);
    assert_eq!(status(&current(0), &only_new), Err(StatusCode::PRECONDITION_FAILED));

    let early = current(0).guard(&write(&[])).expect_err("no state is named");
    assert_eq!(early.headers()[CACHE_CONTROL], "no-store");
    assert!(early.message().is_some_and(|message| message.contains("If-Match")));
}

#[test]
#[should_panic(expected = "`vary` takes the name of a field")]
fn vary_takes_names_of_fields() {
    let _ = FreshWhen::new().vary("accept language");
}

proptest! {
    #[test]
    fn any_text_makes_a_tag_that_can_be_sent(text in ".*") {
        let page = FreshWhen::new().etag(&text).template(&text).vary_on(&text);
        prop_assert_eq!(revisit(&page, &page), NOT_MODIFIED);
        prop_assert_eq!(revisit(&page, &page.clone().etag("")), OK);
    }
}

//! Every kind of signature, with its companions.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use cache_runtime::cached;
use serde::Serialize;

use crate::common::{empty, ran, runs};

#[derive(Clone, Copy, Serialize)]
struct Query<'q> {
    words: &'q str,
    limit: Option<&'q u8>,
}

#[cached]
#[expect(clippy::too_many_arguments)]
fn borrowed<'q>(
    text: &str,
    bytes: &[u8],
    maybe: Option<&str>,
    pairs: &[(&str, u8)],
    array: [&'q str; 2],
    query: Query<'q>,
    boxed: Box<str>,
    nested: &&u8,
) -> usize {
    ran();
    let limit = query.limit.map_or(0, |limit| usize::from(*limit));
    let lengths = [text.len(), bytes.len(), maybe.map_or(0, str::len), pairs.len(), array.len(), boxed.len()];
    lengths.iter().sum::<usize>() + query.words.len() + limit + usize::from(**nested)
}

#[test]
fn arguments_may_be_borrowed_in_every_way() {
    let (_cache, _scope) = empty();
    let query = Query { words: "tea", limit: Some(&2) };
    #[expect(clippy::type_complexity)]
    let call =
        |f: fn(&str, &[u8], Option<&str>, &[(&str, u8)], [&'static str; 2], Query<'static>, Box<str>, &&u8) -> _| {
            f("a", &[1], Some("bc"), &[("d", 1)], ["e", "f"], query, "g".into(), &&1)
        };
    assert_eq!((call(borrowed), call(borrowed), runs()), (14, 14, 1));
    let peek = borrowed::peek("a", &[1], Some("bc"), &[("d", 1)], ["e", "f"], query, "g".into(), &&1);
    assert_eq!(peek.unwrap(), Some(14));
    assert!(borrowed::peek("a", &[1], None, &[("d", 1)], ["e", "f"], query, "g".into(), &&1).unwrap().is_none());
}

#[cached(key = "{shown}:{also}", skip(then))]
fn unnamed(shown: &dyn Display, also: &(impl Display + ?Sized), then: Box<dyn FnOnce() -> u8 + '_>) -> u8 {
    ran();
    then()
}

#[test]
fn arguments_may_have_types_without_names() {
    let (_cache, _scope) = empty();
    let add = 1;
    let then = || -> Box<dyn FnOnce() -> u8> { Box::new(move || add + 1) };
    assert_eq!((unnamed(&1, "a", then()), unnamed(&1, "a", then()), runs()), (2, 2, 1));
    assert_eq!(unnamed::peek(&1, "a").unwrap(), Some(2));
    assert_eq!(unnamed::peek(&1, &'a').unwrap(), None, "a type is a part of the key");
}

#[cached(key = "lent:{at}:{type}", skip(log))]
fn lent_mutably(log: &mut Vec<u8>, mut at: u8, r#type: &mut u8) -> u8 {
    at += 1;
    *r#type += 1;
    log.push(at);
    *r#type
}

#[test]
fn arguments_may_be_borrowed_mutably() {
    let (_cache, _scope) = empty();
    let (mut log, mut number) = (Vec::new(), 1);
    assert_eq!(lent_mutably(&mut log, 1, &mut number), 2);
    assert_eq!(lent_mutably(&mut log, 1, &mut 1), 2);
    assert_eq!((number, &*log), (2, &[2][..]));
    assert!(lent_mutably::invalidate(1, &mut 1).unwrap());
    assert_eq!(lent_mutably::refresh(&mut log, 1, &mut number), 3);
}

struct Shop {
    id: u8,
}

impl Shop {
    #[cached(key = "boxed:{self.id}")]
    #[expect(clippy::boxed_local)]
    fn boxed(self: Box<Self>) -> u8 {
        self.id
    }

    #[cached(key = "pinned:{self.id}", skip(add))]
    fn pinned(mut self: Pin<&mut Self>, add: u8) -> u8 {
        self.id += add;
        self.id
    }

    #[cached(key = "counted:{self.id}")]
    async fn counted(self: &Rc<Self>) -> u8 {
        self.id
    }

    #[cached(key = "spelt:{self.id}", skip(text))]
    #[expect(clippy::needless_arbitrary_self_type)]
    fn spelt<'s>(self: &'s Self, text: &'s str) -> String {
        text.to_owned()
    }

    #[cached(key = "shared:{self.id}")]
    async fn shared(self: Arc<Self>) -> u8 {
        self.id
    }
}

#[test]
fn a_receiver_may_be_of_every_type() {
    let (_cache, _scope) = empty();
    let boxed = || Box::new(Shop { id: 1 });
    assert_eq!((boxed().boxed(), boxed().boxed_refresh(), boxed().boxed_peek().unwrap()), (1, 1, Some(1)));

    let mut shop = Shop { id: 1 };
    assert_eq!(Pin::new(&mut shop).pinned(1), 2);
    assert_eq!((Pin::new(&mut Shop { id: 1 }).pinned_peek().unwrap(), shop.id), (Some(2), 2));

    let (counted, shared) = (Rc::new(Shop { id: 3 }), Arc::new(Shop { id: 4 }));
    smol::block_on(async {
        assert_eq!((counted.counted().await, counted.counted_peek().await.unwrap()), (3, Some(3)));
        assert_eq!(Arc::clone(&shared).shared().await, 4);
        assert!(shared.shared_invalidate().await.unwrap());
    });
    assert_eq!((counted.spelt("a"), counted.spelt_peek().unwrap()), ("a".to_owned(), Some("a".to_owned())));
}

trait Catalogue {
    async fn title(&self, id: u8) -> String;
    fn later(&self, id: u8) -> impl Future<Output = u8>;
}

impl Catalogue for Shop {
    #[cached(key = "title:{self.id}:{id}", companions = false)]
    async fn title(&self, id: u8) -> String {
        ran();
        format!("{}/{id}", self.id)
    }

    #[cached(key = "later:{self.id}:{id}", companions = false)]
    async fn later(&self, id: u8) -> u8 {
        ran();
        self.id + id
    }
}

#[test]
fn async_functions_of_a_trait_are_annotated_at_the_impl() {
    let (_cache, _scope) = empty();
    let shop = Shop { id: 1 };
    smol::block_on(async {
        assert_eq!((shop.title(2).await, shop.title(2).await), ("1/2".into(), "1/2".into()));
        assert_eq!((shop.later(2).await, shop.later(2).await), (3, 3));
    });
    assert_eq!(runs(), 2);
}

/// Other macros' attributes are above and below.
#[must_use]
#[cached(key = "path", skip(path))]
#[inline(never)]
fn attributed(path: &Path) -> usize {
    path.components().count()
}

/// A doc comment, and a generic function whose arguments do not name its types.
#[cached]
pub(super) fn conjured<T: Default + Serialize + serde::de::DeserializeOwned, const N: usize>() -> BTreeMap<usize, T> {
    ran();
    (0..N).map(|n| (n, T::default())).collect()
}

#[test]
fn other_attributes_may_be_above_and_below() {
    let (_cache, _scope) = empty();
    assert_eq!((attributed(Path::new("a/b")), attributed(Path::new("a"))), (2, 2));
}

#[test]
fn types_that_no_argument_names_are_part_of_the_key() {
    let (_cache, _scope) = empty();
    assert_eq!((conjured::<u8, 2>().len(), conjured::<u8, 3>().len(), conjured::<String, 2>().len()), (2, 3, 2));
    assert_eq!(conjured::refresh::<u8, 2>().len(), 2);
    assert_eq!(conjured::peek::<u8, 3>().unwrap().map(|all| all.len()), Some(3));
    assert_eq!((conjured::peek::<u8, 4>().unwrap(), runs()), (None, 4));
}

macro_rules! functions {
    ($($vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block)*) => {$(
        #[cached]
        $vis fn $name($($argument: $type),*) -> $output $body
    )*};
}

functions! {
    fn half(n: u8) -> Result<u8, String> { if n.is_multiple_of(2) { Ok(n / 2) } else { Err("odd".to_owned()) } }
    pub(crate) fn double(n: u8) -> u8 { n * 2 }
}

#[test]
fn a_macro_may_write_a_function_and_its_types() {
    let (_cache, _scope) = empty();
    assert_eq!((half(4), double(4)), (Ok(2), 8));
    assert_eq!((half::peek(4).unwrap(), double::peek(4).unwrap()), (Some(2), Some(8)));
    half::prime(6, &1).unwrap();
    assert_eq!(half(6), Ok(1));
    assert_eq!(double::key(4), "macros::signatures::double(n=4u8)");
}

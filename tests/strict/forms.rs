//! An annotated function of every form that Rust has for functions, compiled in every edition.

#![forbid(unsafe_code, missing_docs)]
#![deny(warnings, unused, clippy::all, clippy::pedantic, clippy::nursery)]
#![allow(
    clippy::boxed_local,
    clippy::missing_const_for_fn,
    clippy::needless_arbitrary_self_type,
    clippy::needless_lifetimes,
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    clippy::unsafe_derive_deserialize,
    clippy::unused_self,
    reason = "these forms are what is tested"
)]

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cache_runtime::{cached, counter};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[cached]
fn of_nothing() {}

#[cached]
fn without_arguments() -> u8 {
    1
}

#[cached(key = "{a}:{b}:{c}:{d}", skip(owned))]
fn patterns((a, mut b): (u8, u8), Pair(c, _): Pair, [d, ..]: [u8; 3], _: u8, mut owned: Vec<u8>) -> u8 {
    b += 1;
    owned.push(a);
    b + c + d + owned[0]
}

#[derive(Clone, Copy)]
struct Pair(u8, #[expect(dead_code, reason = "a pattern ignores it")] u8);

#[cached(key = "{type}:{fn}")]
fn r#match(r#type: u8, r#fn: u8) -> u8 {
    r#type + r#fn
}

#[cached(skip(then))]
fn generic<'a, T, const N: usize>(values: &[T], text: &'a str, then: impl Fn(&T) -> usize) -> Vec<usize>
where
    T: Serialize + Display,
{
    values.iter().map(|value| then(value) + text.len() + N).collect()
}

#[cached(key = "{value}")]
fn unnamed(value: impl Display + Clone) -> String {
    value.to_string()
}

#[cached(key = "higher", skip(visit))]
fn higher_ranked(visit: &dyn for<'a> Fn(&'a str) -> usize) -> usize {
    visit("a")
}

#[cached(key = "pointer:{n}", skip(function, slice, nested))]
fn of_pointers(n: u8, function: fn(u8) -> u8, slice: &[&&str], nested: &&u8) -> u8 {
    let _ = (&slice, &nested);
    function(n)
}

#[cached]
async fn asynchronous(text: &str, number: &u8) -> Result<usize, std::num::ParseIntError> {
    std::future::ready(()).await;
    Ok(text.parse::<usize>()? + usize::from(*number))
}

#[cached(key = "boxed:{n}")]
fn boxed<'a>(n: &'a u8) -> Pin<Box<dyn Future<Output = u8> + Send + 'a>> {
    Box::pin(async move { *n })
}

#[cached(race_ttl = 5, background)]
fn in_the_background(name: &str, list: Vec<u8>) -> usize {
    name.len() + list.len()
}

#[cached(race_ttl = 5, background, companions = false)]
fn alone_in_the_background(name: &str, mut list: Vec<u8>) -> usize {
    list.push(1);
    name.len() + list.len()
}

#[cached(race_ttl = 5, background, companions = false)]
fn of_one_expression_in_the_background(n: u8) -> u8 {
    n
}

#[cached(race_ttl = 5, background, companions = false)]
fn of_one_call_in_the_background(n: &u8) -> u8 {
    n.reverse_bits()
}

#[cached(companions = false)]
async fn of_one_expression(n: u8) -> u8 {
    n
}

#[cached(race_ttl = 5, background, companions = false, store_if = |n| *n > 0)]
async fn async_in_the_background(name: &str, list: Vec<u8>) -> usize {
    std::future::ready(()).await;
    name.len() + list.len()
}

#[cached(expires_in = |found| Duration::from_secs(if found.is_some() { 60 } else { 5 }), tags = ["n:{n}"])]
fn lifetime_of_the_value(n: u8) -> Option<u8> {
    n.checked_sub(1)
}

#[cached(each = ids, key = "each:{id}:{kind}", tags = ["{id}"])]
fn of_many(ids: &[u8], kind: &str) -> HashMap<u8, usize> {
    ids.iter().map(|id| (*id, kind.len())).collect()
}

#[cached(each = ids, key = "each:{id}", companions = false)]
async fn of_many_owned(ids: Vec<u8>) -> Result<Vec<u8>, String> {
    std::future::ready(()).await;
    Ok(ids)
}

#[cached]
fn recursive(n: u8) -> u64 {
    if n < 2 {
        u64::from(n)
    } else {
        recursive(n - 1) + recursive(n - 2)
    }
}

#[cached]
#[inline]
#[cold]
#[must_use]
#[track_caller]
fn with_attributes(n: u8) -> u32 {
    u32::from(n) + std::panic::Location::caller().line()
}

/// A caller has to have the feature as well.
#[cfg(target_arch = "x86_64")]
mod with_a_target_feature {
    use cache_runtime::cached;

    #[cached]
    #[target_feature(enable = "sse2")]
    pub(super) fn sum(list: &[u8]) -> u8 {
        list.iter().sum()
    }
}

mod in_another_module {
    use cache_runtime::cached;

    #[cached]
    pub(crate) fn restricted(n: u8) -> u8 {
        n
    }
}

/// A type that expansions could mean.
#[expect(non_camel_case_types, reason = "its name is what is tested")]
mod primitive {
    use cache_runtime::cached;

    #[derive(Clone, Copy)]
    pub struct bool;

    #[cached(key = "{n}", skip(_flag))]
    pub fn beside(n: u8, _flag: bool) -> u8 {
        n
    }
}

trait Named {
    fn name(&self) -> String;

    #[cached(key = "named:{n}", skip(self))]
    fn given(&self, n: u8) -> String {
        format!("{n}{}", self.name())
    }
}

#[derive(Clone, Serialize, Deserialize)]
struct Shop<T> {
    id: u8,
    value: T,
}

impl<T: Display> Named for Shop<T> {
    #[cached(key = "named:{self.id}", companions = false)]
    fn name(&self) -> String {
        self.value.to_string()
    }
}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync> Shop<T> {
    #[cached]
    fn associated(n: u8) -> u8 {
        n
    }

    #[cached(key = "new:{id}", skip(value))]
    fn try_new(id: u8, value: T) -> Option<Self>
    where
        Self: DeserializeOwned + Serialize,
    {
        (id > 0).then_some(Self { id, value })
    }

    #[cached(key = "{self.id}")]
    fn by_reference(self: &Self) -> T {
        self.value.clone()
    }

    #[cached(key = "{self.id}")]
    fn by_mutable_reference(&mut self) -> u8 {
        self.id += 1;
        self.id
    }

    #[cached(key = "{self.id}")]
    fn by_value(mut self) -> u8 {
        self.id += 1;
        self.id
    }

    #[cached(key = "{self.id}")]
    fn by_box(self: Box<Self>) -> u8 {
        self.id
    }

    #[cached(key = "{self.id}")]
    fn by_rc(self: Rc<Self>) -> u8 {
        self.id
    }

    #[cached(key = "{self.id}:{n}")]
    async fn by_arc(self: Arc<Self>, n: u8) -> u8 {
        std::future::ready(self.id + n).await
    }

    #[cached(key = "{self.id}")]
    fn by_pin(self: Pin<&mut Self>) -> u8 {
        self.id
    }
}

#[counter(key = "forms:{n}")]
fn counted(n: u8);

#[counter]
async fn counted_async(n: u8);

macro_rules! written_by_a_macro {
    ($name:ident, $argument:ident: $type:ty, $condition:expr, $tag:literal) => {
        #[cached(store_if = $condition, tags = [$tag])]
        fn $name($argument: $type) -> usize {
            $argument.len()
        }
    };
}

written_by_a_macro!(written, text: &str, |length| *length > 0, "written");

fn nested() -> [u8; 3] {
    #[cached]
    fn inner(n: u8) -> u8 {
        n
    }
    let in_a_closure = || {
        #[cached]
        fn inner(n: u8) -> u8 {
            n + 1
        }
        inner(1)
    };
    let in_a_block = {
        #[cached(companions = false)]
        fn inner(n: u8) -> u8 {
            n + 2
        }
        inner(1)
    };
    [inner(1), in_a_closure(), in_a_block]
}

/// Calls all of them.
///
/// # Errors
///
/// If the cache is unavailable.
pub async fn every_form() -> Result<Vec<String>, cache_runtime::Error> {
    of_nothing();
    let shop = || Shop { id: 1, value: "v".to_owned() };
    let mut mutable = shop();
    let lines = vec![
        format!("{} {}", without_arguments(), patterns((1, 2), Pair(3, 4), [5, 6, 7], 8, Vec::new())),
        format!("{} {:?}", r#match(1, 2), generic::<_, 3>(&[1_u8, 2], "a", |value| usize::from(*value))),
        format!("{} {}", unnamed("a"), higher_ranked(&str::len)),
        format!("{}", of_pointers(1, u8::reverse_bits, &[&"a"], &&1)),
        format!("{:?} {}", asynchronous("1", &2).await, boxed(&3).await),
        format!("{} {}", in_the_background("a", vec![1]), alone_in_the_background("a", vec![1])),
        format!("{} {:?}", async_in_the_background("a", vec![1]).await, lifetime_of_the_value(0)),
        format!("{} {}", of_one_expression_in_the_background(1), of_one_call_in_the_background(&1)),
        format!("{}", of_one_expression(1).await),
        format!("{:?} {:?}", of_many(&[1], "a"), of_many_owned(vec![1]).await),
        format!("{} {}", recursive(10), with_attributes(1) > 0),
        format!("{} {}", in_another_module::restricted(1), primitive::beside(1, primitive::bool)),
        format!("{} {}", shop().name(), shop().given(1)),
        format!("{} {}", Shop::<String>::associated(1), Shop::try_new(2, 3_u8).map_or(0, |shop| shop.id)),
        format!("{} {} {}", shop().by_reference(), mutable.by_mutable_reference(), shop().by_value()),
        format!("{} {}", Box::new(shop()).by_box(), Rc::new(shop()).by_rc()),
        format!("{} {}", Arc::new(shop()).by_arc(1).await, Pin::new(&mut mutable).by_pin()),
        format!("{} {}", counted(1).increment()?, counted_async(1).increment().await?),
        format!("{} {:?}", written("abc"), nested()),
    ];
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use cache_runtime::{testing, Cache};

    use super::*;

    #[test]
    fn every_form_gives_the_same_twice() {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let call = || {
            let mut call = Box::pin(every_form());
            loop {
                if let Poll::Ready(lines) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    return lines.unwrap();
                }
            }
        };
        let (first, second) = (call(), call());
        let differ = first.iter().zip(&second).filter(|(first, second)| first != second);
        assert!(cache.clear().unwrap() > 40, "all of them are cached");
        assert_eq!(differ.count(), 1, "only counters go on: {first:#?} {second:#?}");
    }
}

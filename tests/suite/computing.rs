//! Values that are computed where they are missing.

use std::cell::Cell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::Subject;

/// A value that is there is not computed, and not written again.
pub fn a_hit_computes_nothing(subject: &Subject) {
    subject.view(|cache| cache.expires_in(60)).set("k", "v").unwrap();
    let expiry = subject.expiry("k").unwrap();
    subject.pass(1);
    assert_eq!(subject.get_or_set::<String>("k", || panic!("it is there")), "v");
    assert_eq!(subject.try_get_or_set::<String, ()>("k", || panic!("it is there")).as_deref(), Ok("v"));
    assert_eq!(subject.expiry("k").unwrap(), expiry);
}

/// A missing value is computed once, returned and kept as the view says.
pub fn a_miss_computes_and_keeps(subject: &Subject) {
    let subject = subject.view(|cache| cache.expires_in(10));
    assert_eq!(subject.get_or_set("k", || vec![1, 2]), [1, 2]);
    assert_eq!(subject.get_or_set("k", || vec![3]), [1, 2]);
    assert_eq!(subject.get::<Vec<i32>>("k").unwrap(), Some(vec![1, 2]));
    subject.pass(10);
    assert_eq!(subject.get_or_set("k", || vec![3]), [3]);
}

/// `None` is kept like any other value.
pub fn a_computed_none_is_kept(subject: &Subject) {
    assert_eq!(subject.get_or_set("k", || None::<u8>), None);
    assert_eq!(subject.get_or_set("k", || Some(1_u8)), None);
}

/// Not even `Debug` is asked of an error.
struct Plain;

/// `Ok` is kept, `Err` is returned and not kept; nothing is asked of the error's type.
pub fn an_error_is_returned_and_not_kept(subject: &Subject) {
    let failed = subject.try_get_or_set::<u8, Plain>("k", || Err(Plain));
    assert!(failed.is_err());
    assert!(!subject.exists("k").unwrap());
    assert!(matches!(subject.try_get_or_set("k", || Ok::<u8, Plain>(1)), Ok(1)));
    assert!(matches!(subject.try_get_or_set::<u8, Plain>("k", || Err(Plain)), Ok(1)));
    assert_eq!(subject.get::<u8>("k").unwrap(), Some(1), "what is kept is the value, not the `Result`");
}

/// Also where the value of `get_or_set` is itself a `Result`, its `Err` is not kept.
pub fn an_error_as_a_value_is_not_kept(subject: &Subject) {
    type Answer = Result<u32, String>;
    assert_eq!(subject.get_or_set::<Answer>("k", || Err("down".to_owned())), Err("down".to_owned()));
    assert_eq!(subject.get_or_set::<Answer>("k", || Ok(1)), Ok(1));
    assert_eq!(subject.get_or_set::<Answer>("k", || Err("down".to_owned())), Ok(1));
}

/// A lifetime begins when the computation is over, however long that took.
pub fn a_lifetime_begins_after_the_computation(subject: &Subject) {
    let subject = subject.view(|cache| cache.expires_in(10));
    let slow = || {
        subject.pass(60);
        "v".to_owned()
    };
    subject.get_or_set("k", slow);
    subject.get_or_set_multi(["m"], |keys| keys.iter().map(|key| (key.clone(), slow())).collect());
    subject.pass(9);
    assert!(subject.exists("m").unwrap());
    subject.get_or_set("k", slow);
    subject.pass(9);
    assert!(subject.exists("k").unwrap());
    subject.pass(1);
    assert!(!subject.exists("k").unwrap());
}

/// What cannot be read as the type asked for is computed anew and replaced.
pub fn an_unreadable_value_is_computed_anew(subject: &Subject) {
    subject.set("k", "text").unwrap();
    assert_eq!(subject.get_or_set("k", || vec![7_u16]), [7]);
    assert_eq!(subject.get_or_set("k", || vec![8_u16]), [7]);
}

/// A value that serde refuses to write.
#[derive(Debug, PartialEq, Deserialize)]
struct Unwritable(u8);

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("not today"))
    }
}

/// A value that cannot be kept is returned all the same.
pub fn a_value_that_cannot_be_kept_is_returned(subject: &Subject) {
    assert_eq!(subject.get_or_set("k", || Unwritable(1)), Unwritable(1));
    assert_eq!(subject.try_get_or_set::<_, ()>("k", || Ok(Unwritable(2))), Ok(Unwritable(2)));
    let many = subject.get_or_set_multi(["k"], |_| [("k".to_owned(), Unwritable(3))].into());
    assert_eq!(many["k"], Unwritable(3));
    assert!(!subject.exists("k").unwrap());
}

/// The panic of a computation goes to its caller, and the next call works.
pub fn a_panic_goes_to_the_caller_and_the_next_call_works(subject: &Subject) {
    let panicked = catch_unwind(AssertUnwindSafe(|| subject.get_or_set::<u8>("k", || panic!("on purpose"))));
    let message = panicked.unwrap_err();
    assert_eq!(message.downcast_ref::<&str>(), Some(&"on purpose"));
    assert!(!subject.exists("k").unwrap());
    assert_eq!(subject.get_or_set("k", || 5_u8), 5);
    assert_eq!(subject.get::<u8>("k").unwrap(), Some(5));
}

/// Neither a clone of the value nor `Send` is asked for.
pub fn a_value_need_not_be_clone_nor_the_closure_send(subject: &Subject) {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Single(Vec<String>);
    let local = Rc::new(Cell::new(0));
    let compute = || {
        local.set(local.get() + 1);
        Single(vec!["a".to_owned()])
    };
    let values: [Single; 2] = std::array::from_fn(|_| subject.get_or_set("k", compute));
    assert_eq!(values[0], values[1]);
    assert_eq!(local.get(), 1);
}

/// A computation may itself ask the cache.
pub fn a_computation_may_use_the_cache(subject: &Subject) {
    let outer = subject.get_or_set("outer", || {
        let inner = subject.get_or_set("inner", || "in".to_owned());
        subject.increment("runs", 1).unwrap();
        format!("out and {inner}")
    });
    assert_eq!(outer, "out and in");
    assert_eq!(subject.get::<String>("inner").unwrap().as_deref(), Some("in"));
    assert_eq!(subject.get::<u8>("runs").unwrap(), Some(1));
}

/// A computation that asks for its own key runs, and nothing waits for itself.
pub fn a_computation_may_ask_for_its_own_key(subject: &Subject) {
    fn depth(subject: &Subject, left: u32) -> u32 {
        subject.get_or_set("k", || if left == 0 { 0 } else { depth(subject, left - 1) + 1 })
    }
    let first = depth(subject, 3);
    assert_eq!(first, 3);
    assert!(subject.exists("k").unwrap());
}

/// Under an empty key the value is computed each time: that is no reason to fail.
pub fn an_empty_key_is_computed_each_time(subject: &Subject) {
    assert_eq!(subject.get_or_set("", || 1), 1);
    assert_eq!(subject.get_or_set("", || 2), 2);
    assert_eq!(subject.try_get_or_set::<u8, Plain>("", || Ok(3)).ok(), Some(3));
    let many = subject.get_or_set_multi(["", "k"], |keys| keys.iter().map(|key| (key.clone(), key.len())).collect());
    assert_eq!((many[""], many["k"]), (0, 1));
}

/// Two keys are computed independently.
pub fn two_keys_do_not_meet(subject: &Subject) {
    fn number<T: Debug>(value: T) -> String {
        format!("{value:?}")
    }
    assert_eq!(subject.get_or_set("a", || number(1)), "1");
    assert_eq!(subject.get_or_set("b", || number(2)), "2");
    assert_eq!(subject.get_or_set("a", || number(3)), "1");
}

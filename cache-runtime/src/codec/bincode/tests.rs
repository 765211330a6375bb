//! What is written is read back, and no bytes make a reader allocate, loop or recurse beyond their size.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::{DeserializeOwned, value::Error};
use serde::{Deserialize, Serialize};

use super::*;

fn written<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_counted(value, &mut bytes).unwrap();
    bytes
}

#[track_caller]
fn is_written_as<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, bytes: &[u8]) {
    assert_eq!(written(&value), bytes, "{value:?}");
    assert_eq!(read::<T>(bytes).as_ref(), Some(&value));
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Empty {}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(u8),
    Pair(u8, u8),
    Box { side: u8 },
    Nothing(),
}

#[test]
fn numbers_take_as_few_bytes_as_they_need() {
    is_written_as(250_u16, &[250]);
    is_written_as(251_u16, &[251, 251, 0]);
    is_written_as(0x1_0000_u32, &[252, 0, 0, 1, 0]);
    is_written_as(u64::MAX, &[253, 255, 255, 255, 255, 255, 255, 255, 255]);
    is_written_as(1_u128 << 64, &[254, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    is_written_as(-1_i8, &[255]);
    is_written_as(-1_i16, &[1]);
    is_written_as(-2_i64, &[3]);
}

#[test]
fn parts_follow_one_another() {
    is_written_as((true, 'é', 0.5_f32, "ab".to_owned()), &[1, 0xc3, 0xa9, 0, 0, 0, 63, 2, b'a', b'b']);
    is_written_as(vec![Some(1_u8), None], &[2, 1, 1, 0]);
    is_written_as(BTreeMap::from([(1_u8, 2_u8)]), &[1, 1, 2]);
    is_written_as([Shape::Point, Shape::Circle(7)], &[0, 1, 7]);
    is_written_as([Shape::Pair(1, 2), Shape::Box { side: 3 }, Shape::Nothing()], &[2, 1, 2, 3, 3, 4]);
    is_written_as(((), Empty {}, [0_u64; 0]), &[]);
}

#[test]
fn lists_have_as_many_items_as_there_are_bytes() {
    is_written_as(vec![vec![1_u8; 200]; 20], &[&[20][..], &[&[200][..], &[1; 200]].concat().repeat(20)].concat());
    is_written_as((vec![(); 2], 7_u8), &[2, 7]);
    assert!(write_counted(&vec![(); 2], &mut Vec::new()).is_err());
    assert!(write_counted(&vec![Empty {}, Empty {}], &mut Vec::new()).is_err());
    assert_eq!(read::<Vec<()>>(&[2]), None);
}

/// The greatest length, in front of one byte.
const ENDLESS: [u8; 10] = [253, 255, 255, 255, 255, 255, 255, 255, 127, 0];

/// Each of these would need more memory than a machine has, or longer than anybody waits.
#[test]
fn a_length_beyond_the_bytes_is_refused_before_anything_is_allocated() {
    assert_eq!(read::<String>(&ENDLESS), None);
    assert_eq!(read::<&str>(&ENDLESS), None);
    assert_eq!(read::<Vec<u8>>(&ENDLESS), None);
    assert_eq!(read::<Vec<()>>(&ENDLESS), None);
    assert_eq!(read::<Vec<Empty>>(&ENDLESS), None);
    assert_eq!(read::<Vec<[u8; 0]>>(&ENDLESS), None);
    assert_eq!(read::<HashMap<(), ()>>(&ENDLESS), None);
    assert_eq!(read::<Vec<Vec<()>>>(&[&[1][..], &ENDLESS].concat()), None);
}

/// serde reserves memory for as many items as a list says it has.
#[test]
fn lists_inside_one_another_share_the_bytes() {
    // Each list says that it has as many items as there are bytes.
    let bounds = Bounds::of(&[0; 200]);
    assert!(bounds.reserve::<Error>(Some(120)).is_ok());
    assert!(bounds.reserve::<Error>(Some(81)).is_err());
    // Each of 100 lists, one inside the other, says that it has 200 items.
    assert!(read::<List>(&[200; 100]).is_none());
}

#[derive(Debug, Deserialize)]
enum Comment {
    #[expect(dead_code, reason = "only read")]
    Text(u8),
    #[expect(dead_code, reason = "only read")]
    Reply(Box<Comment>),
}

#[derive(Debug, Deserialize)]
struct List {
    #[expect(dead_code, reason = "only read")]
    next: Vec<List>,
}

#[derive(Debug, Deserialize)]
struct Link(#[expect(dead_code, reason = "only read")] Option<Box<Link>>);

/// It takes no bytes, and has no end.
#[derive(Debug, Deserialize)]
struct Endless {
    #[expect(dead_code, reason = "only read")]
    inner: Box<Endless>,
}

#[test]
fn what_is_nested_too_deep_is_refused_before_the_stack_overflows() {
    let read_all = || {
        let deep = [vec![1; 20_000], vec![0, 0]].concat();
        assert!(read::<Comment>(&deep).is_none());
        assert!(read::<List>(&deep).is_none());
        assert!(read::<Link>(&deep).is_none());
        assert!(read::<Endless>(&[]).is_none());
        assert!(read::<Comment>(&deep[19_900..]).is_some());
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(read_all).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn every_number_is_read_back(number in any::<u64>(), shift in 0..64_u32, wide in any::<i128>()) {
        let number = number >> shift;
        prop_assert_eq!(read(&written(&number)), Some(number));
        prop_assert_eq!(read(&written(&number.cast_signed())), Some(number.cast_signed()));
        prop_assert_eq!(read(&written(&(wide >> shift))), Some(wide >> shift));
    }

    #[test]
    fn every_text_is_read_back(text in ".*", char in any::<char>()) {
        prop_assert_eq!(read::<(String, char)>(&written(&(&text, char))), Some((text, char)));
    }
}

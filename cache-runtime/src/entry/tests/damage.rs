//! A damaged entry is never read as a wrong value and never stops the program.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Tree {
    Leaf(String, Vec<u8>, Option<i64>),
    Fork(Vec<Tree>),
}

fn tree() -> Tree {
    let leaf = Tree::Leaf("leaf".into(), vec![1, 2, 255], Some(-7));
    Tree::Fork(vec![leaf.clone(), Tree::Fork(vec![]), leaf])
}

fn entry(way: usize) -> Vec<u8> {
    bytes(entries(&tree())[way].1.clone())
}

#[test]
fn each_reason_has_its_name() {
    let sound = entry(0);
    let changed = |at: usize, byte: u8| {
        let mut bytes = sound.clone();
        bytes[at] = byte;
        read::<Tree>(&Value::Bytes(bytes))
    };
    assert_eq!(changed(0, b'{'), Err(Unreadable::Foreign));
    assert_eq!(changed(2, 9), Err(Unreadable::Version));
    assert_eq!(changed(3, 99), Err(Unreadable::Codec));
    assert_eq!(changed(HEADER, 77), Err(Unreadable::Checksum));
    assert_eq!(read::<Tree>(&Value::Bytes(sound[..20].to_vec())), Err(Unreadable::Truncated));
    assert_eq!(read::<Tree>(&Value::Bytes(vec![])), Err(Unreadable::Truncated));
    assert_eq!(read::<String>(&Value::Bytes(sound)), Err(Unreadable::Shape));
}

#[test]
fn bytes_after_the_value_make_it_unreadable() {
    for way in 0..3 {
        let mut bytes = entry(way);
        bytes.push(0);
        reseal(&mut bytes);
        assert_eq!(read::<Tree>(&Value::Bytes(bytes)), Err(Unreadable::Decode), "{way}");
    }
}

/// Tags that are truncated or too long, with a right checksum.
#[test]
fn an_entry_with_unreadable_tags_is_unreadable() {
    let stamp = TagStamp { key: "@/#tag".to_owned(), generation: 7 };
    let sound = bytes(tagged(Value::Number(1), &[stamp], &EXPIRATION));
    assert!(tag_stamps(&sound).is_some() && read::<u8>(&Value::Bytes(sound.clone())).is_ok());
    for (at, byte) in [(HEADER, 255), (HEADER, 3), (HEADER + 3, 255), (HEADER + 12, 255), (HEADER + 14, 255)] {
        let mut bytes = sound.clone();
        bytes[at] = byte;
        assert_eq!(tag_stamps(&bytes), None, "by the checksum");
        reseal(&mut bytes);
        assert_eq!(tag_stamps(&bytes), None, "{at} {byte}");
    }
    for end in HEADER..sound.len() {
        let mut bytes = sound[..end].to_vec();
        reseal(&mut bytes);
        assert!(read::<u8>(&Value::Bytes(bytes)).is_err(), "{end}");
    }
}

/// A long text is read by its length alone. The checksum is right.
#[test]
fn a_long_text_with_a_wrong_length_or_bytes_is_unreadable() {
    for (way, entry) in entries(&"a".repeat(1000)) {
        let sound = bytes(entry);
        let taken = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = sound.clone();
            change(&mut bytes);
            reseal(&mut bytes);
            take::<String>(Value::Bytes(bytes))
        };
        assert!(taken(&|_| ()).is_ok(), "{way}");
        assert_eq!(taken(&|bytes| bytes.push(b'a')), Err(Unreadable::Decode), "{way}");
        assert_eq!(taken(&|bytes| bytes.truncate(bytes.len() - 1)), Err(Unreadable::Decode), "{way}");
        assert_eq!(taken(&|bytes| bytes[500] = 0xff), Err(Unreadable::Decode), "{way}");
        let end = sound.len() - 1000;
        assert_eq!(taken(&|bytes| bytes[end - 3] = 0xc1), Err(Unreadable::Decode), "{way}: the length's marker");
    }
}

/// A length greater than any memory, with a right checksum.
#[test]
fn an_impossible_length_is_unreadable() {
    let mut bytes = bytes(write(&"text".to_owned(), Codec::Bincode, &EXPIRATION).unwrap());
    bytes.truncate(HEADER);
    bytes.extend_from_slice(&[253, 255, 255, 255, 255, 255, 255, 255, 127]);
    reseal(&mut bytes);
    assert_eq!(read::<String>(&Value::Bytes(bytes)), Err(Unreadable::Decode));
}

/// MessagePack: lists that claim more than there is, each in the one before.
#[test]
fn lists_that_claim_more_than_there_is_are_unreadable() {
    let mut bytes = bytes(write(&Tree::Fork(vec![]), Codec::MessagePack, &EXPIRATION).unwrap());
    bytes.truncate(HEADER);
    for _ in 0..300 {
        bytes.extend_from_slice(b"\x81\xa4Fork\xdd\xff\xff\xff\xff");
    }
    reseal(&mut bytes);
    assert_eq!(read::<Tree>(&Value::Bytes(bytes)), Err(Unreadable::Decode));
}

proptest! {
    #[test]
    fn a_changed_byte_is_noticed(way in 0..3_usize, at in any::<prop::sample::Index>(), by in 1..=u8::MAX) {
        let mut bytes = entry(way);
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        prop_assert!(read::<Tree>(&Value::Bytes(bytes)).is_err());
    }

    #[test]
    fn a_missing_end_is_noticed(way in 0..3_usize, len in any::<prop::sample::Index>()) {
        let mut bytes = entry(way);
        bytes.truncate(len.index(bytes.len()));
        prop_assert!(read::<Tree>(&Value::Bytes(bytes)).is_err());
    }

    /// The checksum is right, so only the decoders can notice.
    #[test]
    fn no_payload_stops_the_program(
        way in 0..3_usize,
        at in any::<prop::sample::Index>(),
        payload in prop::collection::vec(any::<u8>(), 1..16),
    ) {
        let mut bytes = entry(way);
        let at = HEADER + at.index(bytes.len() - HEADER);
        bytes.truncate(at);
        bytes.extend(payload);
        reseal(&mut bytes);
        let _ = read::<Tree>(&Value::Bytes(bytes));
    }

    #[test]
    fn no_bytes_stop_the_program(bytes in prop::collection::vec(any::<u8>(), 0..80), magic in any::<bool>()) {
        let start: &[u8] = if magic { &[0xfe, 0xca, 2] } else { &[] };
        let mut bytes = [start, &bytes].concat();
        set_expiry(&mut bytes, Timestamp::NEVER);
        let _ = header::expires_at(&bytes);
        prop_assert!(read::<Tree>(&Value::Bytes(bytes)).is_err());
    }

    #[test]
    fn any_tree_is_read_back(text in ".*", bytes in any::<Vec<u8>>(), number in any::<Option<i64>>(), forks in 0..20) {
        let leaf = Tree::Leaf(text, bytes, number);
        returns((0..forks).fold(leaf.clone(), |tree, _| Tree::Fork(vec![leaf.clone(), tree])));
    }
}

//! Entries are read under the key and with the secret that they were written with, and otherwise not.

use super::super::tests::EXPIRATION;
use super::super::{Value, read, tagged, write};
use super::*;
use crate::codec::Codec;
use crate::entry::{TagStamp, tag_stamps};

fn text(seal: Seal<'_>) -> Value {
    write(&"text".to_owned(), Codec::Bincode, seal, &EXPIRATION).unwrap()
}

fn seal<'a>(key: &'a str, secret: Option<&'a Secret>) -> Seal<'a> {
    Seal { key, secret }
}

/// RFC 4231, test cases 2 and 6.
#[test]
fn a_signature_is_the_start_of_an_hmac() {
    let mac = Secret::new("Jefe").mac([b"what do ya want ", b"for nothing?"]);
    assert_eq!(
        mac[..SIGNATURE],
        [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7]
    );
    // The key of test case 6 is no text.
    let long = "a".repeat(BLOCK + 1);
    let digest = Sha256::digest(&long);
    let mut block = [0; BLOCK];
    block[..32].copy_from_slice(&digest);
    let inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36)).chain_update("text").finalize();
    let outer = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize();
    assert_eq!(Secret::new(&long).mac([b"text"]), *outer);
}

#[test]
fn an_entry_that_was_moved_to_another_key_is_unreadable() {
    let secret = Secret::new("correct horse battery staple");
    for secret in [None, Some(&secret)] {
        let entry = text(seal("user:1", secret));
        assert_eq!(read::<String>(&entry, seal("user:1", secret)).as_deref(), Ok("text"));
        assert_eq!(read::<String>(&entry, seal("user:2", secret)), Err(Unreadable::Checksum));
    }
}

#[test]
fn tags_that_were_moved_to_another_key_are_unreadable() {
    let stamps = [TagStamp { key: "@/#tag".to_owned(), generation: 7 }];
    let entry = tagged(text(seal("user:1", None)), &stamps, seal("user:1", None), &EXPIRATION);
    let Value::Bytes(bytes) = &entry else { panic!("{entry:?}") };
    assert_eq!(tag_stamps(bytes, seal("user:1", None)).as_deref(), Some(&stamps[..]));
    assert_eq!(tag_stamps(bytes, seal("user:2", None)), None);
}

#[test]
fn an_entry_without_the_right_signature_is_unreadable() {
    let (ours, other) = (Secret::new("correct horse battery staple"), Secret::new("incorrect horse battery"));
    let reader = seal("user:1", Some(&ours));
    assert_eq!(read::<String>(&text(seal("user:1", None)), reader), Err(Unreadable::Signature), "unsigned");
    assert_eq!(
        read::<String>(&text(seal("user:1", Some(&other))), reader),
        Err(Unreadable::Signature),
        "another secret"
    );
    let Value::Bytes(sound) = text(reader) else { panic!("a text is no number") };
    for at in (0..sound.len()).filter(|at| !(4..8).contains(at) && !(24..32).contains(at)) {
        let mut changed = sound.clone();
        changed[at] ^= 1;
        header::write_checksum(&mut changed, "user:1");
        assert!(read::<String>(&Value::Bytes(changed), reader).is_err(), "byte {at}");
    }
}

#[test]
fn a_signed_entry_carries_tags_a_digest_and_a_new_expiry() {
    let secret = Secret::new("correct horse battery staple");
    let seal = seal("user:1", Some(&secret));
    let stamps = [TagStamp { key: "@/#tag".to_owned(), generation: 7 }];
    for (value, number) in [(text(seal), false), (Value::Number(5), true)] {
        let Value::Bytes(mut bytes) = tagged(value, &stamps, seal, &EXPIRATION) else { panic!("tags need bytes") };
        assert_eq!(tag_stamps(&bytes, seal).as_deref(), Some(&stamps[..]));
        crate::entry::set_expiry(&mut bytes, "user:1", crate::time::Timestamp::NEVER);
        let entry = Value::Bytes(bytes);
        if number {
            assert_eq!(read::<u8>(&entry, seal), Ok(5));
        } else {
            assert_eq!(read::<String>(&entry, seal).as_deref(), Ok("text"));
        }
    }
}

#[test]
fn a_cache_without_a_secret_reads_signed_entries() {
    let secret = Secret::new("correct horse battery staple");
    let entry = text(seal("user:1", Some(&secret)));
    assert_eq!(read::<String>(&entry, seal("user:1", None)).as_deref(), Ok("text"));
}

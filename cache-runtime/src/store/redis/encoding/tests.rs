use super::*;

fn expiration(seconds: u64, window: u64) -> Expiration {
    let now = Timestamp::from_millis(1_000_000);
    let expires_at = now.after(Duration::from_secs(seconds));
    Expiration { now, expires_at, stale_until: expires_at.after(Duration::from_secs(window)), is_explicit: true }
}

#[test]
fn a_number_is_stored_as_its_digits() {
    for value in [0, 1, -1, i64::MIN, i64::MAX].map(Value::Number) {
        for (expiration, moment) in
            [(expiration(10, 0), None), (expiration(10, 5), Some(Timestamp::from_millis(1_010_000)))]
        {
            let record = decode(encode(&value, &expiration).into_owned());
            assert_eq!((&record.value, record.expires_at), (&value, moment));
        }
    }
    assert_eq!(&*encode(&Value::Number(-42), &expiration(10, 0)), b"-42");
    assert_eq!(&*encode(&Value::Number(42), &expiration(10, 5)), b"42@1010000");
}

#[test]
fn other_texts_are_bytes() {
    for bytes in ["", "-", "007", "-0", "4@+5", "4a", "4@", "4@b", "@4", " 4", "99999999999999999999"] {
        let bytes = bytes.as_bytes().to_vec();
        assert_eq!(decode(bytes.clone()).value, Value::Bytes(bytes));
    }
}

#[test]
fn entries_are_kept_longer_and_numbers_exactly() {
    let bytes = Value::Bytes(Vec::new());
    assert_eq!(ttl(&bytes, &expiration(10, 5)), Some(75_000));
    assert_eq!(ttl(&Value::Number(1), &expiration(10, 0)), Some(10_000));
    assert_eq!(ttl(&Value::Number(1), &expiration(10, 5)), Some(75_000));
    let never = Expiration { expires_at: Timestamp::NEVER, stale_until: Timestamp::NEVER, ..expiration(0, 0) };
    assert_eq!((ttl(&bytes, &never), ttl(&Value::Number(1), &never)), (None, None));
    assert_eq!(ttl(&bytes, &expiration(u64::MAX / 10_000_000, 0)), None);
}

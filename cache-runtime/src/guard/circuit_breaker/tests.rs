use super::*;

#[test]
fn failures_in_a_row_open_a_circuit() {
    let circuit = Circuit::default();
    assert!(!circuit.record_failure(Duration::ZERO) && !circuit.record_failure(Duration::ZERO));
    circuit.record_success();
    assert!(!circuit.record_failure(Duration::ZERO) && !circuit.record_failure(Duration::ZERO));
    assert!(circuit.record_failure(Duration::ZERO));
}

#[test]
fn one_timeout_opens_a_circuit() {
    assert!(Circuit::default().record_failure(TIMEOUT));
}

#[test]
fn a_circuit_opens_once_and_says_why() {
    let circuit = Circuit::default();
    assert!(circuit.open("connection refused".to_owned()));
    assert!(!circuit.open("another reason".to_owned()));
    assert!(circuit.refuse("unavailable").to_string().starts_with("unavailable (connection refused); "));
    assert_eq!(circuit.close(), 1);
    assert!(!circuit.is_open() && !circuit.record_failure(Duration::ZERO));
}

#[test]
fn reads_continue_while_writes_fail_but_not_the_other_way_round() {
    let breaker = CircuitBreaker::default();
    breaker.writes.open("the disk is full".to_owned());
    assert!(breaker.check(Outage::Everything).is_ok() && breaker.check(Outage::Writes).is_err());
    breaker.writes.close();
    breaker.everything.open("connection refused".to_owned());
    assert!(breaker.check(Outage::Everything).is_err() && breaker.check(Outage::Writes).is_err());
}

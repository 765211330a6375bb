use super::*;

fn kind(refusal: &str) -> ErrorKind {
    let reply = redis::parse_redis_value(format!("-{refusal}\r\n").as_bytes()).expect("a reply");
    explained(reply.extract_error().expect_err("a refusal")).kind()
}

#[test]
fn an_error_of_one_entry_is_not_an_outage() {
    for refusal in [
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "WRONGTYPE Operation against a key holding the wrong kind of value script: 1, on @user_script:1.",
        "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
    ] {
        assert_eq!(kind(refusal), ErrorKind::Entry, "{refusal}");
    }
    for refusal in [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script.",
        "MISCONF Redis is configured to save RDB snapshots",
        "MASTERDOWN Link with MASTER is down",
        "CLUSTERDOWN Hash slot not served",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "ERR max number of clients reached",
    ] {
        assert_eq!(kind(refusal), ErrorKind::Unavailable, "{refusal}");
    }
    for refusal in [
        "NOAUTH Authentication required.",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "MOVED 3999 127.0.0.1:6381",
        "ASK 3999 127.0.0.1:6381",
    ] {
        assert_eq!(kind(refusal), ErrorKind::Store, "{refusal}");
    }
}

/// The other commands work, so it does not count as an outage.
#[test]
fn a_refused_command_is_a_matter_of_the_configuration() {
    for refusal in ["NOPERM this user has no permissions to run the 'get' command", "ERR unknown command 'EVALSHA'"] {
        assert_eq!(kind(refusal), ErrorKind::Config, "{refusal}");
    }
}

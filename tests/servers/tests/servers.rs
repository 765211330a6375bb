//! The servers of tests start, restart, hang, and leave nothing behind.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_servers::{Cluster, Memcached, Postgres, Redis, Reply, Sentinel, own_name};

fn answers(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[track_caller]
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "not within 20 seconds");
        sleep(Duration::from_millis(20));
    }
}

/// The first bytes of a server's answer, if it answers soon.
fn answer_to(mut stream: TcpStream, question: &[u8]) -> Option<Vec<u8>> {
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    stream.write_all(question).unwrap();
    let mut answer = vec![0; 5];
    stream.read_exact(&mut answer).is_ok().then_some(answer)
}

#[test]
fn a_dropped_server_has_ended() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::start()) else { return };
    let ports = [redis.port(), memcached.port()];
    let socket = redis.unix_socket();
    assert!(ports.into_iter().all(answers) && socket.exists());
    drop((redis, memcached));
    assert!(!ports.into_iter().any(answers) && !socket.parent().unwrap().exists());
}

#[test]
fn a_restarted_server_has_the_same_port_and_is_empty() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::start()) else { return };
    redis.ask(["SET", "k", "v"]);
    memcached.ask("set k 0 0 1\r\nv");
    assert_eq!((redis.ask(["GET", "k"]).text(), &*memcached.ask("get k")), (Some("v"), "VALUE k 0 1"));
    redis.stop();
    memcached.stop();
    assert!(!answers(redis.port()) && !answers(memcached.port()));
    redis.start_again();
    memcached.start_again();
    assert_eq!((redis.ask(["GET", "k"]), &*memcached.ask("get k")), (Reply::Nothing, "END"));
}

#[test]
fn postgres_keeps_its_databases_and_ends_with_its_value() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.create_database();
    let ask = || Command::new("psql").args([&*url, "-Atc", "SELECT 1"]).output().unwrap();
    assert_eq!(ask().stdout, b"1\n");
    postgres.stop();
    assert!(!ask().status.success());
    postgres.start_again();
    assert_eq!(ask().stdout, b"1\n");
    let port = postgres.port();
    drop(postgres);
    assert!(!answers(port));
}

#[test]
fn a_server_that_writes_to_the_disk_keeps_its_data() {
    let Some(redis) = Redis::options().arguments(["--appendonly", "yes", "--appendfsync", "always"]).start() else {
        return;
    };
    redis.ask(["SET", "k", "v"]);
    redis.restart();
    assert_eq!(redis.ask(["GET", "k"]).text(), Some("v"));
}

#[test]
fn a_frozen_server_accepts_connections_and_does_not_answer() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::start()) else { return };
    let connect = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    redis.freeze();
    memcached.freeze();
    assert_eq!(answer_to(connect(redis.port()), b"PING\r\n"), None);
    assert_eq!(answer_to(connect(memcached.port()), b"version\r\n"), None);
    redis.thaw();
    memcached.thaw();
    wait_until(|| answer_to(connect(redis.port()), b"PING\r\n").as_deref() == Some(b"+PONG"));
    wait_until(|| answer_to(connect(memcached.port()), b"version\r\n").as_deref() == Some(b"VERSI"));
}

#[test]
fn a_frozen_server_can_be_dropped() {
    let Some(redis) = Redis::start() else { return };
    let port = redis.port();
    redis.freeze();
    drop(redis);
    assert!(!answers(port));
}

#[test]
fn a_password_is_required() {
    let Some(redis) = Redis::options().password("secret").start() else { return };
    assert_eq!(redis.url(), format!("redis://:secret@127.0.0.1:{}", redis.port()));
    assert_eq!(redis.ask(["PING"]).text(), Some("PONG"));
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, redis.port())).unwrap();
    assert_eq!(answer_to(stream, b"PING\r\n").as_deref(), Some(&b"-NOAU"[..]));
}

#[test]
fn a_memory_limit_is_kept() {
    let Some(redis) = Redis::options().max_memory("3mb").start() else { return };
    for number in 0..200 {
        assert_eq!(redis.ask(["SET", &number.to_string(), &"x".repeat(50_000)]).text(), Some("OK"));
    }
    assert!(redis.ask(["DBSIZE"]).number().unwrap() < 200);
}

#[test]
fn a_server_listens_on_a_unix_socket_too() {
    let Some(redis) = Redis::start() else { return };
    let mut stream = UnixStream::connect(redis.unix_socket()).unwrap();
    stream.write_all(b"PING\r\n").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    assert_eq!(answer, "+PONG\r\n");
}

#[test]
fn the_shared_server_is_always_the_same() {
    let (Some(one), Some(other)) = (Redis::shared(), Redis::shared()) else { return };
    assert_eq!(one.port(), other.port());
    assert_ne!(own_name(), own_name());
}

#[test]
fn a_flushed_server_is_empty() {
    let (Some(redis), Some(memcached)) = (Redis::start(), Memcached::start()) else { return };
    redis.ask(["SET", "k", "v"]);
    memcached.ask("set k 0 0 1\r\nv");
    redis.flush();
    memcached.flush();
    assert_eq!((redis.ask(["DBSIZE"]).number(), &*memcached.ask("get k")), (Some(0), "END"));
}

#[test]
fn the_nodes_of_a_cluster_share_the_keys() {
    let Some(cluster) = Cluster::start() else { return };
    let set = |key: &str| cluster.nodes().iter().map(|node| node.ask(["SET", key, "v"])).collect::<Vec<_>>();
    for key in ["a", "b", "c", "d"] {
        let answers = set(key);
        let moved = |answer: &&Reply| matches!(answer, Reply::Error(text) if text.starts_with("MOVED"));
        assert_eq!(answers.iter().filter(|answer| answer.text() == Some("OK")).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(moved).count(), 2, "{answers:?}");
    }
}

#[test]
fn a_sentinel_promotes_the_replica() {
    let Some(master) = Redis::options().password("secret").start() else { return };
    master.ask(["SET", "k", "v"]);
    let replica = Redis::options().password("secret").replica_of(&master).start().unwrap();
    wait_until(|| replica.ask(["GET", "k"]).text() == Some("v"));
    let sentinel = Sentinel::watching("main", &master).unwrap();
    wait_until(|| sentinel.replicas() == 1);
    master.stop();
    wait_until(|| sentinel.master() == Some(replica.port()));
    wait_until(|| replica.ask(["SET", "k", "w"]).text() == Some("OK"));
}

fn holder(how: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holder"));
    command.arg(how).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The ports of a process's servers, and the socket of its Redis.
fn addresses(output_line: &str) -> ([u16; 2], String) {
    let mut words = output_line.split_whitespace();
    let mut port = || words.next().unwrap().parse().unwrap();
    ([port(), port()], words.next().unwrap().to_owned())
}

fn assert_nothing_left(output_line: &str) {
    let (ports, socket) = addresses(output_line);
    wait_until(|| !ports.into_iter().any(answers) && !Path::new(&socket).parent().unwrap().exists());
}

#[test]
fn a_process_that_ends_leaves_no_server() {
    if Redis::start().is_none() || Memcached::start().is_none() {
        return;
    }
    for how in ["end", "panic"] {
        let output = holder(how).output().unwrap();
        assert_eq!(output.status.success(), how == "end");
        assert_nothing_left(str::from_utf8(&output.stdout).unwrap());
    }
}

#[test]
fn a_process_that_is_killed_leaves_no_server() {
    if Redis::start().is_none() || Memcached::start().is_none() {
        return;
    }
    let mut process: Child = holder("wait").spawn().unwrap();
    let mut output_line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut output_line).unwrap();
    assert!(addresses(&output_line).0.into_iter().all(answers));
    process.kill().unwrap();
    process.wait().unwrap();
    assert_nothing_left(&output_line);
}

/// The output of a process that finds no server program.
fn without_servers(prepare: impl FnOnce(&mut Command)) -> Output {
    let mut command = holder("end");
    command.env("PATH", "/nowhere").env_remove("CI");
    prepare(&mut command);
    command.output().unwrap()
}

#[test]
fn without_an_installed_server_a_test_is_skipped_and_reports_it() {
    let output = without_servers(|_| {});
    assert!(output.status.success());
    assert_eq!(output.stdout, b"skipped\n");
    assert!(str::from_utf8(&output.stderr).unwrap().contains("skipped: redis-server is not installed"));
}

#[test]
fn under_ci_no_test_is_skipped() {
    let output = without_servers(|command| {
        command.env("CI", "true");
    });
    assert!(!output.status.success());
    let message = str::from_utf8(&output.stderr).unwrap();
    assert!(message.contains("redis-server is not installed") && message.contains("tests/run"), "{message}");
}

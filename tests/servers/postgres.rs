//! A PostgreSQL server.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::lifecycle::lifecycle;
use crate::process::{Process, folder};
use crate::{is_installed_in, port};

/// A PostgreSQL server of a single test, with a user `postgres` who needs no password.
#[derive(Debug)]
pub struct Postgres {
    process: Process,
    port: u16,
}

lifecycle!(Postgres);

impl Postgres {
    /// Starts a server with an empty database `postgres`.
    ///
    /// `None` if PostgreSQL is not installed: the test is to be skipped.
    pub fn start() -> Option<Postgres> {
        let programs = programs();
        if !is_installed_in("postgres", programs.iter().map(PathBuf::as_path)) {
            return None;
        }
        let programs = programs.into_iter().find(|folder| folder.join("postgres").is_file())?;
        // Another process may have taken the port meanwhile: another port is tried.
        let started = (0..10).find_map(|_| Postgres::start_on(port::free(), &programs));
        Some(started.expect("a port of ten is free"))
    }

    /// The server that the tests of this process share.
    ///
    /// No test may stop or freeze it. A test uses a [database](Postgres::create_database) of its own.
    pub fn shared() -> Option<&'static Postgres> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        SHARED.get_or_init(Postgres::start).as_ref()
    }

    /// `None` if another server answers on the port.
    fn start_on(port: u16, programs: &Path) -> Option<Postgres> {
        let folder = folder();
        let user = ServerUser::of_server();
        user.own(&folder);
        let data = folder.join("data");
        let init =
            ["-D", &text(&data), "-U", "postgres", "-A", "trust", "-N", "--no-locale", "-E", "UTF8"].map(str::to_owned);
        let (program, arguments) = user.command(&programs.join("initdb"), &init);
        let made = Command::new(program).args(arguments).current_dir(&folder).output().expect("initdb starts");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let port_text = port.to_string();
        let options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=50"];
        let mut arguments = ["-D", &text(&data), "-p", &port_text].map(str::to_owned).to_vec();
        arguments.extend(options.iter().flat_map(|option| ["-c".to_owned(), (*option).to_owned()]));
        let (program, arguments) = user.command(&programs.join("postgres"), &arguments);
        let postgres = Postgres { process: Process::new(folder, &program, &arguments), port };
        postgres.run().then_some(postgres)
    }

    /// The port of 127.0.0.1 that it listens on, which stays the same when it is started again.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a database, such as `postgres`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database with a name of its own, and returns its address.
    pub fn create_database(&self) -> String {
        let name = crate::own_name();
        let psql =
            Command::new("psql").args([&*self.url("postgres"), "-qc", &format!("CREATE DATABASE \"{name}\"")]).output();
        let made = psql.expect("psql starts");
        assert!(made.status.success(), "psql: {}", String::from_utf8_lossy(&made.stderr));
        self.url(&name)
    }

    /// The id of the process that is ready, by the file in which it says so.
    fn answering(&self) -> Option<u32> {
        let file = fs::read_to_string(self.process.folder().join("data/postmaster.pid")).ok()?;
        let lines: Vec<_> = file.lines().map(str::trim).collect();
        let pid = lines.first()?.parse().ok()?;
        // A killed server leaves the file behind.
        let is_alive = Path::new(&format!("/proc/{pid}")).exists();
        let is_ready = lines.get(7) == Some(&"ready") && TcpStream::connect(("127.0.0.1", self.port)).is_ok();
        (is_alive && is_ready).then_some(pid)
    }
}

/// Who runs the server: it refuses to run as root.
enum ServerUser {
    Caller,
    Postgres { user: u32, group: u32 },
}

impl ServerUser {
    fn of_server() -> Self {
        if number("-u", &[]) != 0 {
            return ServerUser::Caller;
        }
        ServerUser::Postgres { user: number("-u", &["postgres"]), group: number("-g", &["postgres"]) }
    }

    fn own(&self, folder: &Path) {
        if let ServerUser::Postgres { user, group } = self {
            chown(folder, Some(*user), Some(*group)).expect("root may give a folder away");
        }
    }

    /// A command line by which this user runs a program, as the same process.
    fn command(&self, program: &Path, arguments: &[String]) -> (String, Vec<String>) {
        let ServerUser::Postgres { user, group } = self else { return (text(program), arguments.to_vec()) };
        let mut all = vec![format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()];
        all.push(text(program));
        all.extend_from_slice(arguments);
        ("setpriv".to_owned(), all)
    }
}

fn number(option: &str, user: &[&str]) -> u32 {
    let output = Command::new("id").arg(option).args(user).output().expect("id is installed");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("PostgreSQL's package makes a user `postgres`")
}

fn text(path: &Path) -> String {
    path.to_str().expect("our paths are UTF-8").to_owned()
}

/// The folders where the server may be: those of `PATH`, and Debian's, the newest version first.
fn programs() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<_> = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    debian.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    let debian = debian.into_iter().rev().map(|version| version.path().join("bin"));
    std::env::split_paths(&path).chain(debian).collect()
}

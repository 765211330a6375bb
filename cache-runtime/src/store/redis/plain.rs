//! A connection to one server for a thread, by TCP, with or without TLS, or by a Unix socket.
//!
//! The client's own connection waits for its timeout at each read, so a server that sends a byte at a time would cost a
//! timeout for each byte. Here one deadline holds for a command with its whole reply, and for what was done to get the
//! connection.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use redis::{
    Cmd, ConnectionAddr, ConnectionInfo, ConnectionLike, ErrorKind as Kind, Parser, ProtocolVersion,
    RedisConnectionInfo, RedisError, RedisResult, Value, cmd,
};

#[cfg(feature = "redis-tls")]
use super::tls::{self, Session};

/// A connection with one deadline for each command.
pub(super) struct PlainConnection {
    socket: Socket,
    /// What encrypts the bytes on the socket.
    #[cfg(feature = "redis-tls")]
    session: Option<Session>,
    parser: Parser,
    timeout: Duration,
    /// What the socket waits for at each read and write.
    limit: Duration,
    /// When the next command has to be answered; `None` if its time begins with it.
    deadline: Option<Instant>,
    db: i64,
}

enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl PlainConnection {
    /// Connects and logs in until a deadline; `None` if the address is of another kind. Later commands have `timeout`.
    pub(super) fn connect(server: &ConnectionInfo, timeout: Duration, deadline: Instant) -> RedisResult<Option<Self>> {
        let Some(socket) = Socket::connect(server.addr(), deadline)? else { return Ok(None) };
        socket.set_limit(timeout)?;
        let (settings, parser) = (server.redis_settings(), Parser::new());
        let mut connection = PlainConnection {
            socket,
            #[cfg(feature = "redis-tls")]
            session: tls::session(server.addr())?,
            parser,
            timeout,
            limit: timeout,
            deadline: None,
            db: settings.db(),
        };
        #[cfg(feature = "redis-tls")]
        connection.encrypt_by(deadline)?;
        for command in login(settings) {
            let answer = connection.ask_by(&command, deadline);
            match answer
                .map_err(|error| if is_login(&command) { Refusal::of_login(error) } else { Refusal::Other(error) })
            {
                Ok(()) => {}
                Err(Refusal::OfUsers) => {
                    let password = settings.password().unwrap_or_default();
                    connection.ask_by(cmd("AUTH").arg(password), deadline).map_err(|error| rejected(&error))?;
                }
                Err(Refusal::Other(error)) => return Err(error),
            }
        }
        Ok(Some(connection))
    }

    fn ask_by(&mut self, command: &Cmd, deadline: Instant) -> RedisResult<()> {
        self.answer_by(deadline);
        self.req_command(command)?.extract_error().map(drop)
    }

    /// Sets until when the next command has to be answered.
    pub(super) fn answer_by(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
    }

    /// Sends commands, and reads as many replies.
    fn exchange(&mut self, commands: &[u8], replies: usize) -> RedisResult<Vec<Value>> {
        let deadline = self.deadline.take().unwrap_or_else(|| Instant::now() + self.timeout);
        let mut timed = Timed { socket: &self.socket, deadline, limit: &mut self.limit };
        #[cfg(feature = "redis-tls")]
        let exchanged = match &mut self.session {
            Some(session) => talk(&mut tls::encrypted(session, &mut timed), &mut self.parser, commands, replies),
            None => talk(&mut timed, &mut self.parser, commands, replies),
        };
        #[cfg(not(feature = "redis-tls"))]
        let exchanged = talk(&mut timed, &mut self.parser, commands, replies);
        if self.limit != self.timeout {
            self.socket.set_limit(self.timeout)?;
            self.limit = self.timeout;
        }
        exchanged
    }

    /// Agrees with the server on how to encrypt, if that is to be done.
    #[cfg(feature = "redis-tls")]
    fn encrypt_by(&mut self, deadline: Instant) -> RedisResult<()> {
        let Some(session) = &mut self.session else { return Ok(()) };
        tls::shake_hands(session, &mut Timed { socket: &self.socket, deadline, limit: &mut self.limit })?;
        Ok(())
    }
}

/// Sends commands, and reads as many replies.
fn talk(
    socket: &mut (impl Read + Write),
    parser: &mut Parser,
    commands: &[u8],
    replies: usize,
) -> RedisResult<Vec<Value>> {
    socket.write_all(commands)?;
    socket.flush()?;
    let mut values = Vec::with_capacity(replies);
    while values.len() < replies {
        match parser.parse_value(&mut *socket)? {
            // What a server sends unasked, by RESP3.
            Value::Push { .. } => {}
            reply => values.push(reply),
        }
    }
    Ok(values)
}

impl ConnectionLike for PlainConnection {
    fn req_packed_command(&mut self, command: &[u8]) -> RedisResult<Value> {
        let mut replies = self.exchange(command, 1)?;
        replies.pop().ok_or_else(|| RedisError::from(io::Error::from(io::ErrorKind::UnexpectedEof)))
    }

    fn req_packed_commands(&mut self, commands: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        let mut replies = self.exchange(commands, offset + count)?;
        Ok(replies.split_off(offset))
    }

    fn get_db(&self) -> i64 {
        self.db
    }

    fn check_connection(&mut self) -> bool {
        cmd("PING").query::<Value>(self).is_ok()
    }

    fn is_open(&self) -> bool {
        true
    }
}

/// The commands that begin a connection.
fn login(settings: &RedisConnectionInfo) -> Vec<Cmd> {
    let mut commands = Vec::new();
    match (settings.protocol(), settings.password()) {
        (ProtocolVersion::RESP2, None) => {}
        (ProtocolVersion::RESP2, Some(password)) => {
            let mut auth = cmd("AUTH");
            if let Some(username) = settings.username() {
                auth.arg(username);
            }
            auth.arg(password);
            commands.push(auth);
        }
        (_, password) => {
            let mut hello = cmd("HELLO");
            hello.arg(3);
            if let Some(password) = password {
                hello.arg("AUTH").arg(settings.username().unwrap_or("default")).arg(password);
            }
            commands.push(hello);
        }
    }
    if settings.db() != 0 {
        let mut select = cmd("SELECT");
        select.arg(settings.db());
        commands.push(select);
    }
    commands
}

fn is_login(command: &Cmd) -> bool {
    command.args_iter().next().is_some_and(|name| matches!(name, redis::Arg::Simple(b"AUTH")))
}

/// Why a command that begins a connection has failed.
enum Refusal {
    /// A server before Redis 6 knows no users.
    OfUsers,
    Other(RedisError),
}

impl Refusal {
    fn of_login(error: RedisError) -> Self {
        match error.to_string() {
            text if text.contains("wrong number of arguments") => Refusal::OfUsers,
            // Nothing is wrong with the login, or nobody has said so.
            text if text.contains("max number of clients") => Refusal::Other(error),
            _ if matches!(error.kind(), Kind::Io | Kind::Parse) => Refusal::Other(error),
            _ => Refusal::Other(rejected(&error)),
        }
    }
}

/// Whatever is wrong with the login, for example a password for a server that has none.
fn rejected(error: &RedisError) -> RedisError {
    RedisError::from((Kind::AuthenticationFailed, "the server rejected the login", error.to_string()))
}

impl Socket {
    fn connect(address: &ConnectionAddr, deadline: Instant) -> io::Result<Option<Self>> {
        Ok(match address {
            ConnectionAddr::Tcp(host, port) => Some(Socket::Tcp(connect_tcp((host, *port), deadline)?)),
            #[cfg(feature = "redis-tls")]
            ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None } => {
                Some(Socket::Tcp(connect_tcp((host, *port), deadline)?))
            }
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => Some(Socket::Unix(UnixStream::connect(path)?)),
            _ => None,
        })
    }

    /// Sets for how long a single read or write may wait.
    fn set_limit(&self, limit: Duration) -> io::Result<()> {
        match self {
            Socket::Tcp(socket) => {
                socket.set_read_timeout(Some(limit)).and_then(|()| socket.set_write_timeout(Some(limit)))
            }
            #[cfg(unix)]
            Socket::Unix(socket) => {
                socket.set_read_timeout(Some(limit)).and_then(|()| socket.set_write_timeout(Some(limit)))
            }
        }
    }
}

/// Connects to the first address of a host that answers. Each has its share of the time, since one may never answer.
fn connect_tcp(host: (&str, u16), deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "failed to lookup address: the host has none");
    let addresses: Vec<_> = host.to_socket_addrs()?.collect();
    for (at, address) in addresses.iter().enumerate() {
        let untried = u32::try_from(addresses.len() - at).unwrap_or(u32::MAX);
        match TcpStream::connect_timeout(address, left_until(deadline)? / untried) {
            Ok(socket) => return socket.set_nodelay(true).map(|()| socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The time until a deadline; an error if it is over.
fn left_until(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// A socket that is read and written until a deadline.
struct Timed<'a> {
    socket: &'a Socket,
    deadline: Instant,
    limit: &'a mut Duration,
}

impl Timed<'_> {
    /// Lets the socket wait no longer than until the deadline. A little more is not worth a call of the system.
    fn before_waiting(&mut self) -> io::Result<()> {
        let left = left_until(self.deadline)?;
        if left < *self.limit / 10 * 9 {
            self.socket.set_limit(left)?;
            *self.limit = left;
        }
        Ok(())
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            self.before_waiting()?;
            let read = match self.socket {
                Socket::Tcp(socket) => (&mut &*socket).read(bytes),
                #[cfg(unix)]
                Socket::Unix(socket) => (&mut &*socket).read(bytes),
            };
            // By a signal. The parser would take it for the end.
            if read.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
                continue;
            }
            return read;
        }
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.before_waiting()?;
        match self.socket {
            Socket::Tcp(socket) => (&mut &*socket).write(bytes),
            #[cfg(unix)]
            Socket::Unix(socket) => (&mut &*socket).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

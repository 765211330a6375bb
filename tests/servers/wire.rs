//! The protocol of Redis, as far as tests need it: a command is an array of texts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A connection to a server.
pub(crate) struct Wire(BufReader<TcpStream>);

/// The answer of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `nil`.
    Nothing,
    /// A whole number.
    Number(i64),
    /// A text or bytes.
    Bytes(Vec<u8>),
    /// A list of answers.
    List(Vec<Reply>),
    /// An error.
    Error(String),
}

impl Reply {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Reply::Bytes(bytes) = self { str::from_utf8(bytes).ok() } else { None }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<i64> {
        if let Reply::Number(number) = self { Some(*number) } else { None }
    }
}

impl Wire {
    /// Connects to a server on this machine, which may take `patience` for each answer.
    pub(crate) fn connect(port: u16, patience: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), patience)?;
        stream.set_read_timeout(Some(patience))?;
        Ok(Wire(BufReader::new(stream)))
    }

    /// Sends a command and returns its answer.
    pub(crate) fn ask(&mut self, words: &[impl AsRef<[u8]>]) -> io::Result<Reply> {
        let mut text = format!("*{}\r\n", words.len()).into_bytes();
        for word in words.iter().map(AsRef::as_ref) {
            text.extend(format!("${}\r\n", word.len()).into_bytes());
            text.extend_from_slice(word);
            text.extend(b"\r\n");
        }
        self.0.get_mut().write_all(&text)?;
        self.reply()
    }

    fn reply(&mut self) -> io::Result<Reply> {
        let line = self.line()?;
        let (kind, rest) = line.split_at_checked(1).ok_or(io::ErrorKind::InvalidData)?;
        let number = || rest.parse::<i64>().map_err(|_| io::Error::from(io::ErrorKind::InvalidData));
        match kind {
            "+" => Ok(Reply::Bytes(rest.into())),
            "-" => Ok(Reply::Error(rest.to_owned())),
            ":" => number().map(Reply::Number),
            "$" => usize::try_from(number()?).map_or(Ok(Reply::Nothing), |length| self.bytes(length)),
            "*" => usize::try_from(number()?).map_or(Ok(Reply::Nothing), |length| self.list(length)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// A line without its end.
    pub(crate) fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.0.read_line(&mut line)?;
        line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Sends text in another protocol.
    pub(crate) fn say(&mut self, text: &str) -> io::Result<()> {
        self.0.get_mut().write_all(text.as_bytes())
    }

    fn bytes(&mut self, length: usize) -> io::Result<Reply> {
        let mut bytes = vec![0; length + 2];
        self.0.read_exact(&mut bytes)?;
        bytes.truncate(length);
        Ok(Reply::Bytes(bytes))
    }

    fn list(&mut self, length: usize) -> io::Result<Reply> {
        (0..length).map(|_| self.reply()).collect::<io::Result<_>>().map(Reply::List)
    }
}

//! The tokens of MessagePack, one after the other.

/// What begins at a position, with the length that is written there.
#[derive(Clone, Copy)]
pub(super) enum Token {
    /// A value without a length: this many bytes follow its marker.
    Scalar(usize),
    Text(usize),
    Bytes(usize),
    Seq(usize),
    Map(usize),
}

/// The marker that MessagePack never uses: it is written in place of a value to see whether a type asks for it.
pub(super) const DECOY: u8 = 0xc1;

pub(super) const NIL: u8 = 0xc0;
pub(super) const EMPTY_SEQ: u8 = 0x90;
pub(super) const LONG_SEQ: u8 = 0xdd;

/// A position in bytes.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Cursor { bytes, position: 0 }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.position == self.bytes.len()
    }

    /// The bytes between `start` and this position.
    pub(super) fn since(&self, start: Self) -> &'a [u8] {
        &self.bytes[start.position..self.position]
    }

    /// The next bytes; `None` if there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, _) = self.bytes.get(self.position..)?.split_at_checked(count)?;
        self.position += count;
        Some(taken)
    }

    pub(super) fn peek_marker(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    /// The text that begins here, without moving past it.
    pub(super) fn peek_text(mut self) -> Option<&'a [u8]> {
        match self.token()? {
            (_, Token::Text(length)) => self.take(length),
            _ => None,
        }
    }

    /// Moves past the next marker, and past the length if one follows. `None` for extensions, which are not written.
    pub(super) fn token(&mut self) -> Option<(u8, Token)> {
        let marker = self.peek_marker()?;
        self.position += 1;
        let token = match marker {
            0x00..=0x7f | NIL | DECOY | 0xc2 | 0xc3 | 0xe0..=0xff => Token::Scalar(0),
            0x80..=0x8f => Token::Map(usize::from(marker & 0x0f)),
            0x90..=0x9f => Token::Seq(usize::from(marker & 0x0f)),
            0xa0..=0xbf => Token::Text(usize::from(marker & 0x1f)),
            0xcc | 0xd0 => Token::Scalar(1),
            0xcd | 0xd1 => Token::Scalar(2),
            0xca | 0xce | 0xd2 => Token::Scalar(4),
            0xcb | 0xcf | 0xd3 => Token::Scalar(8),
            0xc4 => Token::Bytes(self.length(1)?),
            0xc5 => Token::Bytes(self.length(2)?),
            0xc6 => Token::Bytes(self.length(4)?),
            0xd9 => Token::Text(self.length(1)?),
            0xda => Token::Text(self.length(2)?),
            0xdb => Token::Text(self.length(4)?),
            0xdc => Token::Seq(self.length(2)?),
            LONG_SEQ => Token::Seq(self.length(4)?),
            0xde => Token::Map(self.length(2)?),
            0xdf => Token::Map(self.length(4)?),
            0xc7..=0xc9 | 0xd4..=0xd8 => return None,
        };
        Some((marker, token))
    }

    fn length(&mut self, size: usize) -> Option<usize> {
        usize::try_from(big_endian(self.take(size)?)).ok()
    }
}

/// The number in up to eight bytes.
pub(super) fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

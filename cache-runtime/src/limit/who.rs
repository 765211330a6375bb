//! Who is limited.

use std::borrow::Cow;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who is limited: an address, a name, a number, any bytes.
///
/// Two are the same if their [bytes](Who::bytes) are. Only a hash of them is stored, so that a store tells nobody's
/// address or name. Give the deployment a secret, as the guide's page on [limits](crate::guide::limits) says: without one,
/// whoever has the store can find out addresses by trying all of them.
///
/// An address counts as its [network].
///
/// ```
/// use cache_runtime::limit::Who;
/// use std::net::IpAddr;
///
/// assert_eq!(&*42_u32.bytes(), b"42");
/// assert_ne!(("a", "b:c").bytes(), ("a:b", "c").bytes());
/// assert_eq!(&*"::ffff:192.0.2.7".parse::<IpAddr>()?.bytes(), b"192.0.2.7");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub trait Who {
    /// The bytes by which somebody is known.
    fn bytes(&self) -> Cow<'_, [u8]>;
}

impl Who for str {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl Who for String {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.as_bytes())
    }
}

impl Who for [u8] {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<const N: usize> Who for [u8; N] {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }
}

impl Who for Vec<u8> {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }
}

impl<W: Who + ?Sized> Who for &W {
    fn bytes(&self) -> Cow<'_, [u8]> {
        (**self).bytes()
    }
}

macro_rules! by_text {
    ($($type:ty),*) => {$(
        impl Who for $type {
            fn bytes(&self) -> Cow<'_, [u8]> {
                text(self)
            }
        }
    )*};
}
by_text! { u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize }

impl Who for IpAddr {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(network(*self).into_bytes())
    }
}

impl Who for Ipv4Addr {
    fn bytes(&self) -> Cow<'_, [u8]> {
        text(self)
    }
}

impl Who for Ipv6Addr {
    fn bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(network((*self).into()).into_bytes())
    }
}

/// Each part with its length, so that no two pairs are the same.
impl<A: Who, B: Who> Who for (A, B) {
    fn bytes(&self) -> Cow<'_, [u8]> {
        let (first, second) = (self.0.bytes(), self.1.bytes());
        let length = (first.len() as u64).to_be_bytes();
        Cow::Owned([&length[..], &first[..], &second[..]].concat())
    }
}

fn text<'a>(value: &impl Display) -> Cow<'a, [u8]> {
    Cow::Owned(value.to_string().into_bytes())
}

/// The network of an address, as a limit counts it: of IPv6 the first 64 bits.
///
/// A home or a machine has a whole /64, and can take a new address of it for each request. An IPv4 address that is written as
/// an IPv6 one is that IPv4 address.
///
/// ```
/// use cache_runtime::limit::network;
///
/// assert_eq!(network("2001:db8::1:2:3:4".parse()?), "2001:db8::/64");
/// assert_eq!(network("::ffff:192.0.2.7".parse()?), "192.0.2.7");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

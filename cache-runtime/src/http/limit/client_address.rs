//! The address of a client, through proxies.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderName};

use crate::{Error, ErrorKind, Result};

/// So many proxies are looked through at most.
const MAX_HOPS: usize = 64;

/// The longest text of an address, with brackets and a port.
const MAX_HOP: usize = 64;

/// The address of whoever has connected, in the extensions of a request.
///
/// Put it there, or tell a [`ClientAddress`] where else it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// Finds the address of a client.
///
/// It is the address of the peer, which has connected. Only if the peer is a proxy that you trust, the field
/// `X-Forwarded-For` counts, and of it only what trusted proxies have written: the last address that is not theirs. What a
/// client writes there itself is to the left of that, and nobody looks at it.
///
/// ```
/// use cache_runtime::http::ClientAddress;
/// use http::{HeaderMap, HeaderValue};
///
/// let behind_a_proxy = ClientAddress::new().trust(["10.0.0.0/8"])?;
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9, 192.0.2.7"));
///
/// // The client has written 203.0.113.9, and the proxy 192.0.2.7.
/// assert_eq!(behind_a_proxy.of_peer("10.0.0.1".parse().unwrap(), &headers).to_string(), "192.0.2.7");
/// assert_eq!(behind_a_proxy.of_peer("192.0.2.8".parse().unwrap(), &headers).to_string(), "192.0.2.8");
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct ClientAddress {
    trusted: Arc<[Network]>,
    field: HeaderName,
    peer: Arc<PeerOf>,
}

/// Where the framework keeps the address of the peer.
type PeerOf = dyn Fn(&Extensions) -> Option<IpAddr> + Send + Sync;

impl ClientAddress {
    /// Trusts no proxy, and takes the peer from [`PeerAddress`].
    #[must_use]
    pub fn new() -> Self {
        let peer = |extensions: &Extensions| extensions.get().map(|PeerAddress(address)| *address);
        let field = HeaderName::from_static("x-forwarded-for");
        ClientAddress { trusted: Arc::new([]), field, peer: Arc::new(peer) }
    }

    /// Trusts these proxies: addresses, and networks such as `10.0.0.0/8`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if a text is neither.
    pub fn trust<'a>(mut self, proxies: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let proxies = proxies.into_iter().map(Network::parse).collect::<Result<Vec<_>>>()?;
        self.trusted = self.trusted.iter().copied().chain(proxies).collect();
        Ok(self)
    }

    /// Reads the addresses from another field: a list with commas, or one address.
    #[must_use]
    pub fn field(mut self, field: HeaderName) -> Self {
        self.field = field;
        self
    }

    /// Returns the field that the addresses are read from.
    pub fn field_name(&self) -> &HeaderName {
        &self.field
    }

    /// Says where the address of the peer is. In axum it is in `ConnectInfo<SocketAddr>`, as `.0`.
    ///
    /// ```
    /// use cache_runtime::http::ClientAddress;
    /// use std::net::SocketAddr;
    ///
    /// let client = ClientAddress::new().peer(|extensions| extensions.get::<SocketAddr>().map(SocketAddr::ip));
    /// ```
    #[must_use]
    pub fn peer(mut self, peer: impl Fn(&Extensions) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        self.peer = Arc::new(peer);
        self
    }

    /// Returns the address of a request's client; `None` if nobody says who has connected.
    pub fn of(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        (self.peer)(extensions).map(|peer| self.of_peer(peer, headers))
    }

    /// Returns the address of the client if this peer has connected.
    pub fn of_peer(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all(&self.field).iter().rev();
        let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).take(MAX_HOPS);
        while self.is_trusted(client) {
            // What is no address was written by the last proxy about its client: it is all that is known.
            let Some(hop) = hops.next().and_then(address) else { break };
            client = hop;
        }
        client
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }
}

impl Default for ClientAddress {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAddress")
            .field("trusted", &self.trusted)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// An address as proxies write it: with a port, in brackets, in quotes.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = hop.trim_ascii();
    let text = std::str::from_utf8(hop).ok().filter(|text| text.len() <= MAX_HOP)?;
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug)]
struct Network {
    start: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            let message = format!("{text:?} is no network; write an address, or a network such as \"10.0.0.0/8\"");
            Error::new(ErrorKind::Config, message)
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let start = address.parse::<IpAddr>().map_err(|_| wrong())?;
        let longest = if start.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(longest);
        if bits > longest {
            return Err(wrong());
        }
        // An IPv4 network that is written as an IPv6 one.
        match start.to_canonical() {
            canonical if canonical.is_ipv4() && start.is_ipv6() && bits >= 96 => {
                Ok(Network { start: canonical, bits: bits - 96 })
            }
            _ => Ok(Network { start, bits }),
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.start, address) {
            (IpAddr::V4(start), IpAddr::V4(address)) => {
                start.to_bits().checked_shr(32 - self.bits).unwrap_or(0)
                    == address.to_bits().checked_shr(32 - self.bits).unwrap_or(0)
            }
            (IpAddr::V6(start), IpAddr::V6(address)) => {
                start.to_bits().checked_shr(128 - self.bits).unwrap_or(0)
                    == address.to_bits().checked_shr(128 - self.bits).unwrap_or(0)
            }
            _ => false,
        }
    }
}

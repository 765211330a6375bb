//! Rate limits in front of handlers: a tower layer, the client's address, and what a refused client is sent.

mod client_address;
mod fields;
mod layer;
mod service;

pub use self::client_address::{ClientAddress, PeerAddress};
pub use self::fields::write_limit_fields;
pub use self::layer::LimitLayer;
pub use self::service::LimitedService;

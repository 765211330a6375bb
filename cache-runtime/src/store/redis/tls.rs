//! The crypto provider of TLS connections.

/// Installs a provider, unless the program has installed one.
#[cfg(feature = "redis-tls")]
pub(super) fn install_provider() {
    // It fails if there is one already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(not(feature = "redis-tls"))]
pub(super) fn install_provider() {}

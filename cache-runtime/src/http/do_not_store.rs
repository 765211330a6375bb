//! A mark on a response.

/// Keeps a response out of every cache of this library, if it is among its extensions.
///
/// It is for middleware that knows more than the fields of the response say, and is not sent.
///
/// ```
/// use cache_runtime::http::DoNotStore;
/// use http::Response;
///
/// let mut response = Response::new("of today");
/// response.extensions_mut().insert(DoNotStore);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DoNotStore;

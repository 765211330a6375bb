//! The URL of a request as a key.

use http::header::{HOST, HeaderMap};
use http::uri::Authority;
use http::{HeaderValue, Uri};

/// The URL that a request is for.
///
/// The host is in lower case. The path and the query stay as they are: whether two spellings are the same page, only the
/// server knows, and a cache that guesses serves one page as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Target {
    scheme: Option<String>,
    host: String,
    path: String,
}

impl Target {
    /// The URL of a request; `None` if the host is missing, ambiguous or malformed, or if a password is in the URL.
    pub(in crate::http) fn of(uri: &Uri, headers: &HeaderMap) -> Option<Target> {
        let host = match uri.authority() {
            Some(authority) => authority.clone(),
            None => only_host(headers)?,
        };
        if host.as_str().contains('@') {
            return None;
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let scheme = uri.scheme_str().map(str::to_ascii_lowercase);
        Some(Target { scheme, host: host.as_str().to_ascii_lowercase(), path: path.to_owned() })
    }

    /// The key of the URL. A server often does not know the scheme under which it was asked, so a cache of its responses
    /// leaves it out.
    pub(in crate::http) fn key(&self, with_scheme: bool) -> String {
        let (host, path) = (&self.host, &self.path);
        match &self.scheme {
            Some(scheme) if with_scheme => format!("{scheme}://{host}{path}"),
            _ => format!("//{host}{path}"),
        }
    }

    /// The URL that a reference in a response to this request names, if it has the same origin.
    pub(in crate::http) fn resolve(&self, reference: &HeaderValue) -> Option<Target> {
        let reference = reference.to_str().ok()?.trim();
        let reference = reference.split('#').next().unwrap_or_default();
        if let Some((scheme, rest)) = reference.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
            let same = self.scheme.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(scheme));
            return if same { self.on_same_host(rest) } else { None };
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return self.on_same_host(rest);
        }
        let own_path = self.path.split('?').next().unwrap_or_default();
        let path = match reference.as_bytes().first() {
            None => self.path.clone(),
            Some(b'/') => reference.to_owned(),
            Some(b'?') => format!("{own_path}{reference}"),
            Some(_) => format!("{}{reference}", &own_path[..=own_path.rfind('/')?]),
        };
        Some(Target { path: without_dots(&path), ..self.clone() })
    }

    /// The URL with this authority and path, if the authority is the same.
    fn on_same_host(&self, rest: &str) -> Option<Target> {
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        host.eq_ignore_ascii_case(&self.host).then(|| Target { path: without_dots(&path), ..self.clone() })
    }
}

fn only_host(headers: &HeaderMap) -> Option<Authority> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next()?;
    if hosts.next().is_some() {
        return None;
    }
    Authority::try_from(host.as_bytes()).ok()
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// The path without the segments `.` and `..` (RFC 3986, 5.2.4).
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut segments = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let is_folder = path.ends_with("/.") || path.ends_with("/..");
    format!("/{}{}{query}", segments.join("/"), if is_folder && !segments.is_empty() { "/" } else { "" })
}

#[cfg(test)]
mod tests;

//! Fields of one version of the `http` crate as those of another: actix-web has 0.2, and cache-runtime has 1.

use actix_web::http::header::{HeaderMap as ActixHeaderMap, HeaderName as ActixName, HeaderValue as ActixValue};
use http::header::{HeaderMap, HeaderName, HeaderValue};

/// All lines of some fields.
pub(crate) fn fields(from: &ActixHeaderMap, names: impl IntoIterator<Item = HeaderName>) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for name in names {
        // Both versions allow the same bytes.
        for value in from.get_all(name.as_str()).filter_map(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
            fields.append(&name, value);
        }
    }
    fields
}

/// Puts fields in place of those of the same names.
pub(crate) fn replace(into: &mut ActixHeaderMap, fields: &HeaderMap) {
    for name in fields.keys() {
        into.remove(name.as_str());
    }
    for (name, value) in fields {
        let name = ActixName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, ActixValue::from_bytes(value.as_bytes())) {
            into.append(name, value);
        }
    }
}

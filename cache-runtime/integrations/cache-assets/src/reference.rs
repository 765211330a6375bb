//! What a reference in a style sheet means: a file among the assets, or something else that stays as it is.

use std::ops::Range;

use crate::name;

/// A reference to an asset, which may or may not be there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The name of the asset.
    pub(crate) name: String,
    /// The last segment of the reference's path, in bytes.
    segment: Range<usize>,
}

impl Target {
    /// `None` for what is not below the assets' folder: addresses with a scheme or a host, `data:`, `#fragment`, and
    /// the like.
    ///
    /// `from` is the name of the style sheet, and `root` the path that the assets are served below, without a slash
    /// at its end.
    pub(crate) fn of(reference: &str, from: &str, root: &str) -> Option<Target> {
        let end = reference.find(['?', '#']).unwrap_or(reference.len());
        let path = &reference[..end];
        if path.is_empty() || path.ends_with('/') || path.starts_with("//") || path.contains('\\') || has_scheme(path) {
            return None;
        }
        let (mut segments, relative): (Vec<String>, &str) = match path.strip_prefix('/') {
            Some(_) => (Vec::new(), path.strip_prefix(root)?.strip_prefix('/')?),
            None => (name::folder(from).split_terminator('/').map(str::to_owned).collect(), path),
        };
        for segment in relative.split('/') {
            match name::decoded(segment)?.as_str() {
                "." => {}
                ".." => drop(segments.pop()?),
                // The slash is a part of the segment here, as no file has it.
                other if other.contains('/') => return None,
                other => segments.push(other.to_owned()),
            }
        }
        let segment = path.rfind('/').map_or(0, |slash| slash + 1)..end;
        (!matches!(&reference[segment.clone()], "." | "..")).then(|| Target { name: segments.join("/"), segment })
    }

    /// The reference with another file name. Its folders, its query and its fragment stay as they were written.
    pub(crate) fn renamed(&self, reference: &str, new_name: &str) -> String {
        let Range { start, end } = self.segment;
        format!("{}{}{}", &reference[..start], name::encoded(name::file(new_name)), &reference[end..])
    }
}

fn has_scheme(path: &str) -> bool {
    path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(reference: &str) -> Option<String> {
        Target::of(reference, "css/site/app.css", "/assets").map(|target| target.name)
    }

    #[test]
    fn references_are_relative_to_the_style_sheet() {
        for (reference, name) in [
            ("a.png", "css/site/a.png"),
            ("./a.png", "css/site/a.png"),
            ("../../img/a.png", "img/a.png"),
            ("x/../a%20b.png?v=1#frag", "css/site/a b.png"),
            ("%2e%2e/a.png", "css/a.png"),
            ("/assets/img/a.png", "img/a.png"),
            ("100%.png", "css/site/100%.png"),
            ("a/b:c.png", "css/site/a/b:c.png"),
        ] {
            assert_eq!(target(reference).as_deref(), Some(name), "{reference}");
        }
    }

    #[test]
    fn what_is_elsewhere_is_left_alone() {
        for reference in [
            "",
            "#clip",
            "?x",
            "data:image/png;base64,AAAA",
            "https://example.com/a.png",
            "//example.com/a.png",
            "about:blank",
            "../../../a.png",
            "/a.png",
            "/assetsy/a.png",
            "/assets",
            "img/",
            ".",
            "..",
            "a\\b.png",
            "a%2Fb.png",
            "%ff.png",
        ] {
            assert_eq!(target(reference), None, "{reference}");
        }
    }

    #[test]
    fn only_the_file_name_is_replaced() {
        let reference = "../fonts/my%20font.eot?v=2#iefix";
        let target = Target::of(reference, "css/app.css", "").unwrap();
        assert_eq!(target.renamed(reference, "fonts/my font-0a.eot"), "../fonts/my%20font-0a.eot?v=2#iefix");
    }
}

//! `?explain`: what became of each fragment of a page, on the page.

use cache_minijinja::{Explanation, Outcome, replace_explanations};
use minijinja::{Environment, Error, HtmlEscape, context};

/// Outlines the fragments of a page that has comments around them, and adds a summary.
///
/// A fragment inside another one that was a hit does not appear: nobody has asked for it.
pub(crate) fn outlined(html: &str, env: &Environment<'_>) -> Result<String, Error> {
    let (mut rendered, mut hits) = (Vec::new(), 0);
    let open = |fragment: &Explanation| {
        let number = rendered.len() + hits;
        match fragment.outcome {
            Outcome::Hit => hits += 1,
            Outcome::Rendered => rendered.push(context! { number, name => name(&fragment.key) }),
        }
        opening(number, fragment)
    };
    let page = replace_explanations(html, open, "</div>");
    let summary = env.get_template("summary.html")?.render(context! { rendered, hits })?;
    Ok(page.replacen("</body>", &format!("{summary}</body>"), 1))
}

fn opening(number: usize, fragment: &Explanation) -> String {
    let (outcome, age) = match (fragment.outcome, &fragment.age) {
        (Outcome::Rendered, _) => ("rendered", "now".to_owned()),
        (Outcome::Hit, Some(age)) => ("hit", format!("{age} old")),
        (Outcome::Hit, None) => ("hit", "of unknown age".to_owned()),
    };
    format!(
        "<div class=\"fragment {outcome}\" id=\"fragment-{number}\"><p class=\"label\"><b>{outcome}</b> <span>{age}</span> \
         <code>{}</code></p>",
        HtmlEscape(&fragment.key)
    )
}

/// The end of a model's key, such as `comment 17`.
fn name(key: &str) -> String {
    let mut parts = key.rsplit('/');
    let (id, model) = (parts.next().unwrap_or(key), parts.next().unwrap_or_default());
    format!("{model} {id}")
}

//! The digest of a whole page, for its entity tag.

use std::fmt;
use std::sync::Arc;

use minijinja::value::Object;
use minijinja::{Environment, Error, ErrorKind, Value};

use crate::functions::Tags;

/// Where an environment keeps its digests.
const DIGESTS: &str = "__cache_digests";

struct Installed(Arc<Tags>);

impl Object for Installed {}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the digests of templates")
    }
}

pub(crate) fn install(env: &mut Environment<'_>, tags: Arc<Tags>) {
    env.add_global(DIGESTS, Value::from_object(Installed(tags)));
}

/// Returns a digest of all that a page is rendered from: its template, the layouts around it, and what they include and
/// import.
///
/// It is for the entity tag of the page, so that an edited template is sent to browsers that have the page before: see
/// `FreshWhen::template` in `cache_runtime::http`. What is included by a computed name, a comment must declare, as for
/// fragments.
///
/// ```
/// use cache_minijinja::template_digest;
/// use minijinja::Environment;
///
/// let mut env = Environment::new();
/// cache_minijinja::install(&mut env, &cache_runtime::Cache::memory(), |_: &str| Ok(Some("<h1>Tea</h1>")));
/// assert!(template_digest(&env, "cards/show.html")?.starts_with("cards/show.html@"));
/// # Ok::<(), minijinja::Error>(())
/// ```
///
/// # Errors
///
/// Those of [`Environment::get_template`], and [`ErrorKind::InvalidOperation`] if the tags are not installed.
pub fn template_digest(env: &Environment<'_>, name: &str) -> Result<String, Error> {
    env.get_template(name)?;
    let installed = env.globals().find_map(|(global, value)| (global == DIGESTS).then_some(value));
    let Some(Installed(tags)) = installed.as_ref().and_then(Value::downcast_object_ref) else {
        let message = "this environment has no digests of templates: call `cache_minijinja::install` first";
        return Err(Error::new(ErrorKind::InvalidOperation, message));
    };
    Ok(format!("{name}@{:016x}", tags.digests.of_page(env, name)))
}

//! Where a configuration was read, for warnings about an environment that has no caches there.

use super::did_you_mean::nearest;
use super::{DEFAULT_FILE, environment};

/// The file of a configuration, and the environments that it has caches for.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Its name; none if the configuration is not from a file.
    pub(super) file: Option<String>,
    /// The environment of this program; empty if none was asked for.
    pub(super) environment: String,
    /// The environments with tables of their own.
    pub(super) environments: Vec<String>,
}

impl Source {
    /// What is suspicious about a configuration, if anything is.
    pub(crate) fn warning(&self, has_default: bool) -> Option<String> {
        if !has_default {
            return Some(format!(
                "no default cache is configured, so nothing is cached in it; {}",
                self.how_to_configure()
            ));
        }
        // What is common is meant for development.
        let is_development = environment::names("dev").contains(&&*self.environment);
        (self.lacks_environment() && !is_development).then(|| {
            let Source { environment, .. } = self;
            format!(
                "APP_ENV is `{environment}`, and {} has no table [{environment}.cache], so only [cache] applies; {}",
                self.file(),
                self.how_to_choose()
            )
        })
    }

    fn how_to_configure(&self) -> String {
        if self.lacks_environment() {
            let Source { environment, .. } = self;
            return format!("{} has no table [cache] or [{environment}.cache]; {}", self.file(), self.how_to_choose());
        }
        format!("write [cache] in {}, or set CACHE_URL", self.file.as_deref().unwrap_or(DEFAULT_FILE))
    }

    /// Whether there are caches for other environments alone.
    fn lacks_environment(&self) -> bool {
        let names = environment::names(&self.environment);
        !self.environments.is_empty() && !self.environments.iter().any(|known| names.contains(&&**known))
    }

    fn how_to_choose(&self) -> String {
        let known: Vec<_> = self.environments.iter().map(|known| format!("`{known}`")).collect();
        let meant = nearest(&self.environment, self.environments.iter().map(String::as_str));
        let meant = meant.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        format!("set APP_ENV to one that has caches there ({}), or write the table{meant}", known.join(", "))
    }

    fn file(&self) -> &str {
        self.file.as_deref().unwrap_or("the configuration")
    }
}

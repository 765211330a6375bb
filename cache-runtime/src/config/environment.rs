//! Environment variables, behind a function so that tests need not change those of the process, and the environment that
//! they choose.

use std::env::{self, VarError};

use crate::{Error, ErrorKind, Result};

/// The two names of one environment. A table under either name is meant by both.
const NAMES: [[&str; 2]; 2] = [["dev", "development"], ["prod", "production"]];

/// Every name of an environment, its own first.
pub(super) fn names(environment: &str) -> Vec<&str> {
    let pair = NAMES.iter().find(|pair| pair.contains(&environment)).into_iter().flatten();
    let other = pair.copied().filter(|name| *name != environment);
    [environment].into_iter().chain(other).collect()
}

/// Looks up environment variables.
pub(super) struct Environment<'a>(pub(super) &'a dyn Fn(&str) -> Result<String, VarError>);

impl Environment<'static> {
    /// The environment of this process.
    pub(super) fn of_process() -> Self {
        Environment(&|name| env::var(name))
    }
}

impl Environment<'_> {
    /// The value of a variable, which may be empty. White space at its end is dropped: it is the line break of a file that
    /// the value was read from.
    pub(super) fn get(&self, name: &str) -> Result<Option<String>> {
        match (self.0)(name) {
            Ok(value) => Ok(Some(value.trim_end().to_owned())),
            Err(VarError::NotPresent) => Ok(None),
            // The cause would show the value, which may be a secret.
            Err(VarError::NotUnicode(_)) => {
                Err(Error::new(ErrorKind::Config, format!("the variable `{name}` is not valid UTF-8")))
            }
        }
    }

    /// The value of a variable; an empty one counts as not set.
    pub(super) fn setting(&self, name: &str) -> Result<Option<String>> {
        Ok(self.get(name)?.filter(|value| !value.is_empty()))
    }

    /// The name of the environment that the program runs in.
    pub(super) fn app_env(&self) -> Result<String> {
        Ok(self.setting("APP_ENV")?.unwrap_or_else(|| "dev".to_owned()))
    }
}

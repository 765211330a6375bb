//! Why a page cannot be shown, and what the visitor is told about it.

use std::fmt::Display;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::StatusCode;
use tokio::task::JoinError;

#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Problem {
    pub(crate) fn not_found() -> Self {
        Problem { status: StatusCode::NOT_FOUND, text: "There is no page at this address.".to_owned() }
    }

    /// The cause is for the log; it may tell more than a visitor should know.
    fn internal(cause: impl Display) -> Self {
        tracing::error!("a page cannot be shown: {cause}");
        Problem {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            text: "Something is broken here. Please try again later.".to_owned(),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Problem::not_found()
    }
}

/// A form that is too long, or none of ours.
impl From<FormRejection> for Problem {
    fn from(rejection: FormRejection) -> Self {
        let status = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        Problem { status, text: "The form could not be read. Please send it again.".to_owned() }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Problem::internal(error)
    }
}

impl From<minijinja::Error> for Problem {
    fn from(error: minijinja::Error) -> Self {
        Problem::internal(cache_minijinja::explain(&error))
    }
}

/// A panic while a page was rendered.
impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        Problem::internal(error)
    }
}

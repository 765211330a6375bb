//! Why a page is not shown, and what the visitor is told about it.

use std::fmt::Display;

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::http::StatusCode;
use cache_axum::EarlyResponse;
use tokio::task::JoinError;

#[derive(Debug)]
pub(crate) enum Problem {
    /// It need not be rendered: the browser has it.
    Early(EarlyResponse),
    Told {
        status: StatusCode,
        text: String,
    },
}

impl Problem {
    pub(crate) fn not_found() -> Self {
        Problem::Told { status: StatusCode::NOT_FOUND, text: "There is no page at this address.".to_owned() }
    }

    /// The cause is for the log; it may tell more than a visitor should know.
    fn internal(cause: impl Display) -> Self {
        tracing::error!("a page cannot be shown: {cause}");
        Problem::Told {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            text: "Something is broken here. Please try again later.".to_owned(),
        }
    }
}

impl From<EarlyResponse> for Problem {
    fn from(early: EarlyResponse) -> Self {
        Problem::Early(early)
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
        Problem::Told { status, text: "The form could not be read. Please send it again.".to_owned() }
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

//! What a layer asks, which cannot hold its request in a closure.

use super::check::Entered;
use super::limiter::{AsyncRateLimiter, Limiter, WhenAway};
use super::{RateLimited, Who};
use crate::mode::Async;
use crate::{Error, ErrorKind};

/// A request that has passed.
pub(crate) struct Passed {
    limiter: Limiter,
    pub(crate) entered: Entered,
}

impl AsyncRateLimiter {
    /// Lets a request pass, or refuses it.
    pub(crate) async fn pass<W: Who + ?Sized>(self, who: &W) -> Result<Passed, RateLimited> {
        let entered = self.limiter.enter(&Async, self.limiter.digest(who)).await?;
        Ok(Passed { limiter: self.limiter, entered })
    }

    /// What happens to a request of which nobody knows who has sent it: as while the store is away.
    pub(crate) fn pass_unknown(&self) -> Result<(), RateLimited> {
        let name = self.limiter.name();
        let message = format!(
            "the limit `{name}` does not know who has connected: put `PeerAddress` into the extensions of requests, or \
             tell `ClientAddress` where the framework keeps the peer"
        );
        let error = Error::new(ErrorKind::Config, message);
        if self.limiter.when_away == WhenAway::Closed {
            return Err(RateLimited::unchecked(name, error));
        }
        self.limiter.handle.log_failure(&error);
        Ok(())
    }
}

impl Passed {
    /// Ends the request.
    pub(crate) async fn leave(self, succeeded: bool) {
        self.limiter.leave(&Async, &self.entered, succeeded).await;
    }
}

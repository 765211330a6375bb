//! The body of an answer: stored, or on its way.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

/// The body of a response that has passed a cache or a layer of this module: what was read of it already, and the rest, if
/// there is one.
///
/// ```
/// use bytes::Bytes;
/// use cache_runtime::http::CachedBody;
/// use http_body::Body;
///
/// let body: CachedBody<http_body_util::Empty<Bytes>> = CachedBody::from(Bytes::from("tea"));
/// assert_eq!(body.size_hint().exact(), Some(3));
/// ```
#[must_use]
pub struct CachedBody<B: Body> {
    frames: VecDeque<Frame<Bytes>>,
    /// What reading has ended with.
    error: Option<B::Error>,
    rest: Option<Pin<Box<B>>>,
}

impl<B: Body> CachedBody<B> {
    /// A body that was not touched.
    pub(super) fn untouched(body: B) -> Self {
        CachedBody::resumed(VecDeque::new(), Ok(Box::pin(body)))
    }

    /// A body of which these frames were read, and what comes next.
    pub(super) fn resumed(frames: VecDeque<Frame<Bytes>>, next: Result<Pin<Box<B>>, B::Error>) -> Self {
        let (rest, error) = match next {
            Ok(rest) => (Some(rest), None),
            Err(error) => (None, Some(error)),
        };
        CachedBody { frames, error, rest }
    }
}

impl<B: Body> From<Bytes> for CachedBody<B> {
    fn from(content: Bytes) -> Self {
        let frames = if content.is_empty() { VecDeque::new() } else { VecDeque::from([Frame::data(content)]) };
        CachedBody { frames, error: None, rest: None }
    }
}

/// A body without content.
impl<B: Body> Default for CachedBody<B> {
    fn default() -> Self {
        CachedBody::from(Bytes::new())
    }
}

// Nothing in it is pinned in place: the rest is in a box.
impl<B: Body> Unpin for CachedBody<B> {}

impl<B: Body> Body for CachedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(frame) = self.frames.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        if let Some(error) = self.error.take() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let frame = ready!(rest.as_mut().poll_frame(context));
        Poll::Ready(frame.map(|frame| frame.map(into_bytes)))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.error.is_none() && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.error.is_some() {
            return SizeHint::default();
        }
        let read: u64 = self.frames.iter().filter_map(Frame::data_ref).map(|data| data.len() as u64).sum();
        let rest = self.rest.as_ref().map_or_else(|| SizeHint::with_exact(0), |rest| rest.size_hint());
        let mut hint = SizeHint::new();
        // The upper bound first: a hint refuses a lower one above it.
        if let Some(upper) = rest.upper() {
            hint.set_upper(read.saturating_add(upper));
        }
        hint.set_lower(read.saturating_add(rest.lower()));
        hint
    }
}

impl<B: Body> fmt::Debug for CachedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedBody").field("size", &self.size_hint()).finish_non_exhaustive()
    }
}

/// The frame with its data in one piece.
pub(super) fn into_bytes<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}

//! Reading a body up to a bound, without losing what was read of a larger one.

use std::collections::VecDeque;
use std::future::poll_fn;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame};

use super::body::{CachedBody, into_bytes};

/// What reading a body gave.
pub(super) enum Collected<B: Body> {
    /// All of it.
    Whole(Bytes),
    /// It is larger than the bound, has trailers, or broke off: what was read, and the rest.
    Rest(CachedBody<B>),
}

/// Reads a body of at most `limit` bytes. At no time more than those and one frame are in memory.
pub(super) async fn collect<B: Body>(body: B, limit: usize) -> Collected<B> {
    if body.size_hint().lower() > limit as u64 {
        return Collected::Rest(CachedBody::untouched(body));
    }
    let mut body = Box::pin(body);
    let (mut frames, mut length) = (VecDeque::new(), 0_usize);
    loop {
        let frame = match poll_fn(|context| body.as_mut().poll_frame(context)).await {
            None => return Collected::Whole(joined(frames, length)),
            Some(Err(error)) => return Collected::Rest(CachedBody::resumed(frames, Err(error))),
            Some(Ok(frame)) => into_bytes(frame),
        };
        length = length.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        let has_trailers = frame.is_trailers();
        frames.push_back(frame);
        if length > limit || has_trailers {
            return Collected::Rest(CachedBody::resumed(frames, Ok(body)));
        }
    }
}

fn joined(mut frames: VecDeque<Frame<Bytes>>, length: usize) -> Bytes {
    if frames.len() == 1 {
        return frames.pop_front().and_then(|frame| frame.into_data().ok()).unwrap_or_default();
    }
    let mut whole = BytesMut::with_capacity(length);
    for data in frames.iter().filter_map(Frame::data_ref) {
        whole.extend_from_slice(data);
    }
    whole.freeze()
}

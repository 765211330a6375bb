//! The tags that this thread is rendering, the innermost last.
//!
//! Rendering happens on one thread, and a rendering cannot leave it. The template holds only a number. After an error or a
//! panic the guard of the render is dropped, and ends what the render has begun and not ended. The drop of the number would
//! not be enough, because an error may keep the variables that were in use.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use cache_runtime::{FragmentsLookup, Rendering};

struct Frame {
    ticket: u64,
    render: u64,
    work: Work,
}

/// What a tag has begun.
#[derive(Debug)]
pub enum Work {
    /// A fragment.
    One(Rendering),
    /// Those of a list that are missing, and what is rendered of them.
    Many {
        /// All of the list.
        lookup: FragmentsLookup,
        /// By position.
        rendered: Vec<(usize, String)>,
        /// How many have still to be rendered.
        missing: usize,
    },
}

thread_local! {
    static FRAMES: RefCell<Vec<Frame>> = const { RefCell::new(Vec::new()) };
}

/// A tag that is being rendered, until this is dropped.
#[derive(Debug)]
pub struct Active(u64);

/// Whether a tag is being rendered.
pub fn is_any_active() -> bool {
    FRAMES.with_borrow(|frames| !frames.is_empty())
}

fn next() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A render. Dropped, it ends all that it has begun.
#[derive(Debug)]
pub struct Render(u64);

impl Default for Render {
    fn default() -> Self {
        Render(next())
    }
}

impl Render {
    /// Begins a tag.
    pub fn begin(&self, work: Work) -> Active {
        let ticket = next();
        FRAMES.with_borrow_mut(|frames| frames.push(Frame { ticket, render: self.0, work }));
        Active(ticket)
    }
}

impl Drop for Render {
    fn drop(&mut self) {
        abandon_from(|frame| frame.render == self.0);
    }
}

/// Ends the first of these frames and all that have begun inside it.
fn abandon_from(is_first: impl Fn(&Frame) -> bool) {
    // At the end of a thread there are no frames.
    let left = FRAMES.try_with(|frames| {
        let mut frames = frames.borrow_mut();
        let first = frames.iter().position(is_first);
        first.map(|first| frames.split_off(first)).unwrap_or_default()
    });
    drop_all(left.unwrap_or_default());
}

impl Active {
    /// Takes what was rendered for the item at this position, and stores it with the last one.
    pub fn finish(&self, at: usize, html: String) {
        drop_all(self.take_above());
        match self.take_own(at, html) {
            Some(Finished::One(rendering, html)) => drop(rendering.finish(html)),
            Some(Finished::Many(lookup, rendered)) => lookup.finish(rendered),
            None => {}
        }
    }

    /// Removes the frames of tags that have begun inside this one and not ended.
    fn take_above(&self) -> Vec<Frame> {
        FRAMES.with_borrow_mut(|frames| match self.position(frames) {
            Some(own) => frames.split_off(own + 1),
            None => Vec::new(),
        })
    }

    fn take_own(&self, at: usize, html: String) -> Option<Finished> {
        FRAMES.with_borrow_mut(|frames| {
            self.position(frames)?;
            if let Work::Many { rendered, missing, .. } = &mut frames.last_mut()?.work {
                *missing -= 1;
                if *missing > 0 {
                    rendered.push((at, html));
                    return None;
                }
            }
            Some(match frames.pop()?.work {
                Work::One(rendering) => Finished::One(rendering, html),
                Work::Many { lookup, mut rendered, .. } => {
                    rendered.push((at, html));
                    Finished::Many(lookup, rendered)
                }
            })
        })
    }

    fn position(&self, frames: &[Frame]) -> Option<usize> {
        frames.iter().rposition(|frame| frame.ticket == self.0)
    }
}

enum Finished {
    One(Rendering, String),
    Many(FragmentsLookup, Vec<(usize, String)>),
}

/// The innermost first: a rendering restores what was before it.
fn drop_all(frames: Vec<Frame>) {
    frames.into_iter().rev().for_each(drop);
}

impl Drop for Active {
    fn drop(&mut self) {
        abandon_from(|frame| frame.ticket == self.0);
    }
}

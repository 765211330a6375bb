//! The renders that are under way on this thread, the innermost last.
//!
//! A value of Tera has no destructor, and Tera does not tell that a render has failed. So the templates hold numbers, and the
//! work behind them belongs to the render, which [`inside`] ends: after an error and after a panic, too.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use cache_templates::frames::{Active, Render, Work};

use crate::functions::Tags;

struct InRender {
    tags: Arc<Tags>,
    render: Render,
    active: HashMap<u64, Rc<Active>>,
    next: u64,
}

thread_local! {
    static RENDERS: RefCell<Vec<InRender>> = const { RefCell::new(Vec::new()) };
}

/// Renders in this function.
pub(crate) fn inside<T>(tags: &Arc<Tags>, function: impl FnOnce() -> T) -> T {
    let render = InRender { tags: Arc::clone(tags), render: Render::default(), active: HashMap::new(), next: 0 };
    RENDERS.with_borrow_mut(|renders| renders.push(render));
    let _ends = Ends;
    function()
}

/// Ends the innermost render when it is dropped.
struct Ends;

impl Drop for Ends {
    fn drop(&mut self) {
        // Outside of the borrow: whoever waits for a fragment is told, and an observer may render.
        drop(RENDERS.with_borrow_mut(Vec::pop));
    }
}

/// The tags of the innermost render.
pub(crate) fn tags() -> Option<Arc<Tags>> {
    RENDERS.with_borrow(|renders| renders.last().map(|render| Arc::clone(&render.tags)))
}

/// Begins work of the innermost render, and returns the number under which it ends.
pub(crate) fn begin(work: Work) -> u64 {
    RENDERS.with_borrow_mut(|renders| {
        let Some(innermost) = renders.last_mut() else { return 0 };
        innermost.next += 1;
        innermost.active.insert(innermost.next, Rc::new(innermost.render.begin(work)));
        innermost.next
    })
}

/// Takes what was rendered for the item at a position, and stores it with the last one.
pub(crate) fn finish(work: u64, at: usize, html: String) {
    // Outside of the borrow, as above.
    let active = RENDERS.with_borrow(|renders| renders.last()?.active.get(&work).cloned());
    if let Some(active) = active {
        active.finish(at, html);
    }
}

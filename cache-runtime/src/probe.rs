//! Who asks a store that is away whether it is back.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

use tracing::dispatcher;

use crate::breaker::{self, PAUSE, SLOW};
use crate::event::{Event, Extent};
use crate::handle::Core;

/// A key that no user's key becomes: after `@/` stands nothing but another `@`.
const KEY: &str = "@/probe";

/// Asks the store on a thread of its own until it answers, and opens the gate then.
pub(crate) fn begin(core: &Arc<Core>, extent: Extent) {
    let watch = Watch { core: Arc::downgrade(core), extent };
    // A program that logs this thread apart from others, as tests do, finds the lines there.
    let log = dispatcher::get_default(Clone::clone);
    let run = move || dispatcher::with_default(&log, || watch.run());
    // Without a thread the gate opens at once, since the watch is dropped.
    let _ = thread::Builder::new().name("cache-probe".to_owned()).spawn(run);
}

/// A gate that is shut. However this ends, the gate is open afterwards.
struct Watch {
    core: Weak<Core>,
    extent: Extent,
}

impl Watch {
    /// The first probe comes at once. If it is answered, there was a hiccup, or a request that the store does not take;
    /// nobody is told then.
    fn run(&self) {
        if self.is_over() {
            return;
        }
        let Some(was_logged) = self.core.upgrade().map(|core| announce(&core, self.extent)) else { return };
        while !self.is_over() {
            thread::sleep(PAUSE);
        }
        if let Some(core) = self.core.upgrade() {
            let skipped = core.breaker.gate(self.extent).open();
            welcome(&core, self.extent, skipped, was_logged);
        }
    }

    /// Whether the store answers, or the cache is gone.
    fn is_over(&self) -> bool {
        self.core.upgrade().is_none_or(|core| answers(&core, self.extent))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.breaker.gate(self.extent).open();
        }
    }
}

/// Asks for what is never there, by the way that failed.
fn answers(core: &Core, extent: Extent) -> bool {
    let begun = Instant::now();
    let answer = match extent {
        Extent::Everything => core.store.get(KEY).map(drop),
        Extent::Writes => return !core.store.delete(KEY, core.clock.now()).is_err_and(|e| breaker::is_failure(&e)),
    };
    !answer.is_err_and(|error| breaker::is_failure(&error)) && begun.elapsed() < SLOW
}

/// Tells that the store is away; whether that was logged.
fn announce(core: &Core, extent: Extent) -> bool {
    let gate = core.breaker.gate(extent);
    let reason = gate.reason().clone();
    let logged = gate.lines.turn(Instant::now());
    if let Some(suppressed) = logged {
        let (store, what) = (core.store.name(), extent.missed());
        tracing::warn!(
            suppressed,
            "cache: {store} {what} ({reason}); it is tried every {PAUSE:?}, and nobody waits for it"
        );
    }
    core.observers.tell(&Event::Away { extent, reason: &reason });
    logged.is_some()
}

/// Tells that it is back. Whose going was logged, its coming is.
fn welcome(core: &Core, extent: Extent, skipped: u64, was_logged: bool) {
    if was_logged {
        let (store, what) = (core.store.name(), extent.regained());
        tracing::info!(skipped, "cache: {store} {what} again");
    }
    core.observers.tell(&Event::Back { extent, skipped });
}

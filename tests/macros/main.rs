//! What annotated functions do, seen from a program that uses them.

mod attributes;
mod background;
mod boxed;
mod common;
mod companions;
mod conditions;
mod counters;
mod each;
mod functions;
mod futures;
mod golden;
mod instances;
mod keys;
mod lifetimes;
mod limited;
mod lints;
mod names;
mod near;
mod results;
mod signatures;
mod surroundings;
mod tags;
mod unreadable;
mod windows;

#[path = "../shared/logged.rs"]
mod logged;
#[path = "../shared/wait_until.rs"]
mod wait_until;

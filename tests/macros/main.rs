//! What annotated functions do, seen from a program that uses them.

#![allow(
    clippy::ptr_arg,
    clippy::needless_arbitrary_self_type,
    clippy::too_many_arguments,
    reason = "companions repeat the arguments of the functions that are tested"
)]

mod attributes;
mod background;
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
mod lints;
mod results;
mod signatures;
mod surroundings;
mod tags;
mod windows;

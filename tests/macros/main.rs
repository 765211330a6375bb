//! What annotated functions do, seen from a program that uses them.

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

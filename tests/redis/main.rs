//! Redis: what every store does, and what is particular to it.

mod scenery;
mod suite;

//! What a program notices of the tags, by subject.

mod digests;
mod equal;
mod explaining;
mod failing;
mod keys;
mod lists;
mod mistakes;
mod nesting;
mod protection;
mod scopes;
mod site;
mod storing;

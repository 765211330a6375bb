//! What a program notices of the tags.

mod digests;
mod dolls;
mod equal;
mod explaining;
mod failing;
mod keys;
mod mistakes;
mod protection;
mod scopes;
mod site;
mod storing;

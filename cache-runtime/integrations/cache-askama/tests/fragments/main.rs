//! What a program notices of the filter.

mod dolls;
mod equal;
mod failing;
mod keys;
mod site;
mod storing;

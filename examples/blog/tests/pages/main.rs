//! The blog's pages, without a browser: what is rendered again after a change, what forms accept, how long the
//! style sheet may be kept, and what goes wrong well.

mod assets;
mod fragments;
mod mistakes;
mod site;
mod writing;

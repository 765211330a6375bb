//! The blog's pages, without a browser: what is rendered again after a change, what forms accept, and what goes wrong well.

mod fragments;
mod mistakes;
mod site;
mod writing;

//! The blog's pages, without a browser: what is rendered again after a change and what a browser has
//! already, what forms accept, and what goes wrong well.

mod conditional;
mod fragments;
mod mistakes;
mod site;
mod writing;

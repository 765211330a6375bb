//! The blog's pages, without a browser: what is rendered again after a change and what a browser has
//! already, how long the style sheet may be kept, what others are asked for, what forms accept, and what goes wrong well.

mod assets;
mod conditional;
mod fragments;
mod limits;
mod mistakes;
mod others;
mod site;
mod writing;

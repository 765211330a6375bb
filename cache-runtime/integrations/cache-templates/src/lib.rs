//! What the template engines of `cache-runtime` share. Programs use `cache-minijinja`, `cache-tera` or `cache-askama`.

pub mod hash;

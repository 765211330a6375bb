//! Touches by SeaORM, in SQLite and in PostgreSQL: each write gives a row and those that show it a new version by triggers, and
//! most writes do by hooks.

mod blog;
mod entities;
mod holes;
mod hooks;
mod refused;
mod triggers;
mod watched;

//! Touches on a real database: each change of a row gives it and those that show it a new version, whoever makes it.

mod sqlite;

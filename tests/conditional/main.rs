//! Conditional requests are answered alike by real servers of axum and actix-web, over HTTP/1.1 and HTTP/2.

mod actix_server;
mod axum_server;
mod client;
mod hostile;
mod pages;
mod server;
mod state;
mod table;

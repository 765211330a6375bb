//! The suite over one server and over a cluster.

use crate::scenery::shared;

cache_suite::run! { one_server, || shared().unwrap() }

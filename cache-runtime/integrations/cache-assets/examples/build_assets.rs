//! The build step as a program. Run: `cargo run -p cache-assets --features compress --example build_assets -- FROM TO`
//!
//! It writes the files of a folder into another one with their fingerprinted names, compressed ones beside them, and
//! `manifest.json`, which `Assets::from_manifest` reads.

use std::env;
use std::process::ExitCode;

use cache_assets::{Assets, Error};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program for the command line")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [from, to] = &arguments[..] else {
        eprintln!("usage: build_assets FROM TO");
        return ExitCode::from(2);
    };
    match build(from, to) {
        Ok(count) => {
            println!("{count} assets in {to}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build(from: &str, to: &str) -> Result<usize, Error> {
    Ok(Assets::builder(from).build(to)?.names().len())
}

//! Headless Chromium, driven by a chromedriver of its own.

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::{Child, Command, Stdio};

use cache_servers::is_installed;
use fantoccini::{Client, ClientBuilder, error::CmdError};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) type Result<T> = std::result::Result<T, CmdError>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Desktop,
    Phone,
    DarkPhone,
}

/// Runs a test in a new browser. Does nothing if none is installed, and says so.
pub(crate) fn with_browser(look: Look, test: impl AsyncFnOnce(Client) -> Result<()>) {
    if !is_installed("chromium") || !is_installed("chromedriver") {
        return;
    }
    let (driver, profile) = (Driver::start(), tempfile::tempdir().unwrap());
    let runtime = Runtime::new().unwrap();
    let browser = runtime.block_on(connect(&driver, look, &profile));
    let done = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(browser.clone()))));
    // Also after a panic: a browser outlives its driver.
    runtime.block_on(browser.close()).unwrap();
    done.unwrap_or_else(|panic| resume_unwind(panic)).unwrap();
}

async fn connect(driver: &Driver, look: Look, profile: &TempDir) -> Client {
    let mut args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1100,900",
    ]
    .map(str::to_owned)
    .to_vec();
    args.push(format!("--user-data-dir={}", profile.path().display()));
    if look == Look::DarkPhone {
        args.push("--force-dark-mode".to_owned());
    }
    let mut options = json!({ "args": args });
    if look != Look::Desktop {
        // A window cannot be as narrow as this.
        options["mobileEmulation"] = json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0 } });
    }
    let capabilities = json!({ "goog:chromeOptions": options }).as_object().unwrap().clone();
    let mut client = ClientBuilder::new(HttpConnector::new());
    client.capabilities(capabilities).connect(&driver.address).await.expect("the browser starts")
}

struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// Starts it on a free port, which it tells.
    fn start() -> Self {
        let mut process = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.map_while(std::result::Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        Driver { process, address: format!("http://127.0.0.1:{}", port.expect("chromedriver starts")) }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

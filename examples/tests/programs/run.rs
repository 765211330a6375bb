//! Runs an example in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A program in a folder, without the cache settings of the person who runs the tests.
pub(crate) fn command(program: &str, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    for setting in ["CACHE_URL", "CACHE_CONFIG", "APP_ENV", "REDIS_URL", "STORAGE_DIR"] {
        command.env_remove(setting);
    }
    command.current_dir(folder).args(arguments);
    command
}

/// What a program printed. It must have succeeded.
pub(crate) fn printed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    assert!(status.success(), "{command:?}: {status}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).expect("examples print text")
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("there is room for a folder")
}

pub(crate) fn make_folder(parent: &Path, name: &str) {
    fs::create_dir(parent.join(name)).expect("the folder can be made");
}

pub(crate) fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(folder.join(name), content).expect("the file can be written");
}

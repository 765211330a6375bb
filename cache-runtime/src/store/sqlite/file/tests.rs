use super::*;

/// A file system gives the number of a deleted file to the next one, and not to one that is made while it is there.
#[test]
fn a_file_that_has_taken_the_number_of_a_deleted_one_is_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    let old = identity(&path).unwrap();
    assert_eq!(identity(&path), Some(old), "and it stays what it is");
    // The system's clock of files goes on in steps of some milliseconds.
    thread::sleep(Duration::from_millis(30));
    fs::remove_file(&path).unwrap();
    fs::write(&path, "new").unwrap();
    assert_ne!(identity(&path), Some(old));
}

#[test]
fn a_file_that_is_renamed_or_written_stays_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["file", "other"].map(|name| folder.path().join(name));
    fs::write(&path, "old").unwrap();
    let old = identity(&path);
    thread::sleep(Duration::from_millis(30));
    fs::rename(&path, &other).unwrap();
    fs::write(&other, "new").unwrap();
    assert_eq!((identity(&other), identity(&path)), (old, None));
}

/// As a file is exchanged: the log of the old one was deleted, and the new one has brought a log of its own.
#[test]
fn a_log_that_has_taken_the_number_of_the_former_one_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite3");
    fs::write(log(&path), "former").unwrap();
    let former = identity(&log(&path)).unwrap();
    thread::sleep(Duration::from_millis(30));
    fs::remove_file(log(&path)).unwrap();
    fs::write(log(&path), "of the new file").unwrap();
    assert_eq!(move_log_aside(&path, former).unwrap(), None);
    assert_eq!(fs::read_to_string(log(&path)).unwrap(), "of the new file");
}

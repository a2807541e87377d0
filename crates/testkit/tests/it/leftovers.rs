//! A machine leaves nothing behind, however its test ends.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use testkit::{Machine, wait_until};

/// The processes that name this directory in their arguments or environment.
fn processes(dir: &Path) -> Vec<String> {
    let dir = dir.to_str().expect("a plain path");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("Linux has it").flatten() {
        let told = ["cmdline", "environ"].map(|file| std::fs::read(entry.path().join(file)).unwrap_or_default());
        if told.iter().any(|text| String::from_utf8_lossy(text).contains(dir)) {
            found.push(String::from_utf8_lossy(&told[0]).into_owned());
        }
    }
    found
}

#[tokio::test]
async fn containers_that_a_test_forgot_go_with_the_machine() {
    let machine = Machine::start().await;
    machine.run_tiny("forgotten").await;
    let dir = machine.dir().to_owned();
    assert!(!processes(&dir).is_empty());
    drop(machine);
    assert_eq!(processes(&dir), Vec::<String>::new());
    assert!(!dir.exists());
}

#[tokio::test]
async fn a_process_that_a_test_left_fails_it() {
    let machine = Machine::start().await;
    let dir = machine.dir().to_owned();
    let mut left = machine
        .command_as_user(Path::new("sleep"))
        .arg("600")
        .stdin(Stdio::null())
        .spawn()
        .expect("sleep runs");
    wait_until("the process to carry its mark", Duration::from_secs(5), async || {
        processes(&dir).iter().any(|one| one.starts_with("sleep")).then_some(())
    })
    .await;
    let failure = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(machine))).expect_err("it fails");
    let words = failure.downcast_ref::<String>().expect("a message");
    assert!(words.contains("left behind") && words.contains("sleep"), "{words}");
    left.wait().expect("it was ended");
    assert!(!dir.exists() && processes(&dir).is_empty());
}

/// This test starts itself once more, and kills that.
#[tokio::test]
async fn a_machine_whose_test_was_killed_goes_too() {
    if let Some(note) = std::env::var_os("TESTKIT_NOTE") {
        let machine = Machine::start().await;
        machine.run_tiny("orphan").await;
        std::fs::write(&note, machine.dir().to_str().expect("a plain path")).expect("it can be written");
        std::future::pending::<()>().await;
    }
    let notes = tempfile::tempdir().expect("a temporary directory");
    let note = notes.path().join("note");
    let mut test = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "leftovers::a_machine_whose_test_was_killed_goes_too"])
        .env("TESTKIT_NOTE", &note)
        .stdout(Stdio::null())
        .spawn()
        .expect("this test can be started again");
    let dir = wait_until("the other test's machine", Duration::from_secs(30), async || {
        let text = std::fs::read_to_string(&note).ok().filter(|text| !text.is_empty())?;
        Some(PathBuf::from(text))
    })
    .await;
    assert!(dir.exists() && !processes(&dir).is_empty());
    test.kill().expect("it runs");
    test.wait().expect("it was killed");
    wait_until("the machine to be gone", Duration::from_secs(20), async || {
        (!dir.exists() && processes(&dir).is_empty()).then_some(())
    })
    .await;
}

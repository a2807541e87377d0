//! Processes of a machine: each the head of a group, known to the watchdog by a file, ended as a group.

use std::{
    fs,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use std::os::unix::process::CommandExt;

use rustix::process::{Pid, Signal, kill_process_group};

use crate::wait_until;

/// A running group of processes.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    pid_file: PathBuf,
    ended: Option<ExitStatus>,
}

impl Group {
    /// Starts `command` with its output in `DIR/NAME.log`.
    pub(crate) fn start(mut command: Command, dir: &Path, name: &str) -> Self {
        let log = File::options()
            .create(true)
            .append(true)
            .open(dir.join(format!("{name}.log")))
            .unwrap_or_else(|error| panic!("cannot write the log of {name}: {error}"));
        let err = log.try_clone().expect("a file can be duplicated");
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(err)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name} ({command:?}): {error}"));
        let pid_file = dir.join(format!("{name}.pid"));
        fs::write(&pid_file, child.id().to_string()).expect("the machine's directory can be written");
        Self {
            child,
            pid_file,
            ended: None,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        if self.ended.is_none() {
            let group = i32::try_from(self.child.id())
                .ok()
                .and_then(Pid::from_raw)
                .expect("a process has an id");
            // It may have ended by itself just now.
            let _ = kill_process_group(group, signal);
        }
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().expect("a child can be waited for");
            if self.ended.is_some() {
                let _ = fs::remove_file(&self.pid_file);
            }
        }
        self.ended
    }

    /// Sends `signal` and waits for the end.
    pub(crate) async fn end(&mut self, signal: Signal, what: &str, deadline: Duration) -> ExitStatus {
        self.signal(signal);
        wait_until(&format!("the end of {what}"), deadline, async || self.ended()).await
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
            let _ = fs::remove_file(&self.pid_file);
        }
    }
}

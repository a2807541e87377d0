//! The process behind an app's port: while it lives nobody else can have the port.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A hold on one process: never on another one that has got its number since.
#[derive(Clone)]
pub struct Process(Arc<OwnedFd>);

impl Process {
    /// Takes hold of the process of that number.
    pub fn open(id: u32) -> io::Result<Self> {
        let id = i32::try_from(id).ok().and_then(Pid::from_raw);
        let id = id.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Self(Arc::new(pidfd_open(id, PidfdFlags::NONBLOCK)?)))
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut watched = [PollFd::new(&self.0, PollFlags::IN)];
        matches!(poll(&mut watched, Some(&now)), Ok(0))
    }

    /// Returns when it has ended.
    pub async fn ended(&self) -> io::Result<()> {
        #[allow(
            deprecated,
            reason = "its successor is unsafe for types that may change their descriptor; an owned one does not"
        )]
        let watched = AsyncFd::with_interest(self.0.as_fd().try_clone_to_owned()?, Interest::READABLE)?;
        watched.readable().await?.retain_ready();
        Ok(())
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process({})", if self.is_alive() { "alive" } else { "ended" })
    }
}

#[cfg(test)]
mod tests {
    use super::Process;

    #[tokio::test]
    async fn an_end_is_seen_at_once_and_by_whoever_waits() {
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("cat runs");
        let process = Process::open(child.id()).expect("it is there");
        assert!(process.is_alive());
        drop(child.stdin.take());
        process.ended().await.expect("it can be waited for");
        assert!(!process.is_alive());
        child.wait().expect("it ended");
        assert!(!process.is_alive(), "its number may be another's by now");
        assert!(Process::open(u32::MAX).is_err());
    }
}

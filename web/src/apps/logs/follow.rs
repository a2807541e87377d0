//! Follows a log through breaks of the connection and restarts of the server.

use std::collections::BTreeMap;

use api::log::{LogFrame, LogLine};

use crate::client::{Ended, Error, Session};
use crate::store::backoff::Backoff;
use crate::store::browser::{random, sleep};

/// How many lines before its end a log begins with.
const TAIL: u16 = 1_000;

/// What is told of a log.
pub enum Told {
    /// It is followed now, for the first time or again.
    Open,
    /// Lines were printed.
    Lines(Vec<LogLine>),
    /// So many lines are left out.
    Dropped(u64),
    /// The container with this id prints no more for now.
    Ended(String),
    /// The log of the container with this id cannot be read, and why.
    Unreadable(String, String),
    /// The connection broke, and is made again in a while.
    Lost,
    /// There is no such log, and why.
    Gone(String),
}

/// Follows the log at `path` until it is gone or the session is over.
pub async fn follow(session: Session, path: String, tell: impl Fn(Told)) {
    let mut backoff = Backoff::default();
    let mut past = Past::default();
    loop {
        match session.logs(&path, TAIL).await {
            Ok(mut stream) => {
                tell(Told::Open);
                while let Some(frame) = stream.next().await {
                    backoff.reset();
                    match frame {
                        LogFrame::Lines { mut lines } => {
                            lines.retain(|line| past.is_new(line));
                            if !lines.is_empty() {
                                tell(Told::Lines(lines));
                            }
                        }
                        LogFrame::Dropped { lines } => tell(Told::Dropped(lines)),
                        LogFrame::Ended { container } => tell(Told::Ended(container)),
                        LogFrame::Unreadable { container, message } => tell(Told::Unreadable(container, message)),
                        LogFrame::SessionEnded => return session.end(Ended::Over),
                    }
                }
            }
            Err(Error::Ended(_)) => return,
            Err(Error::Refused(refusal)) => return tell(Told::Gone(refusal.message)),
            Err(_) => {}
        }
        tell(Told::Lost);
        past.broke();
        sleep(backoff.next(random())).await;
    }
}

/// What was seen of each container: a log that is opened again begins with lines that are shown already.
#[derive(Default)]
struct Past {
    seen: BTreeMap<String, i64>,
    before: BTreeMap<String, i64>,
}

impl Past {
    fn is_new(&mut self, line: &LogLine) -> bool {
        let Some(at) = line.at.map(|at| at.0) else { return true };
        if self.before.get(&line.container).is_some_and(|before| at <= *before) {
            return false;
        }
        self.seen.insert(line.container.clone(), at);
        true
    }

    fn broke(&mut self) {
        self.before.clone_from(&self.seen);
    }
}

#[cfg(test)]
mod tests {
    use api::log::{LogLine, LogSource};
    use api::time::Timestamp;

    use super::Past;

    fn line(container: &str, at: i64) -> LogLine {
        LogLine {
            container: container.to_owned(),
            source: LogSource::Stdout,
            at: Some(Timestamp(at)),
            text: String::new(),
        }
    }

    #[test]
    fn a_log_that_is_opened_again_shows_no_line_twice() {
        let mut past = Past::default();
        assert!(
            past.is_new(&line("a", 5)) && past.is_new(&line("a", 5)),
            "two lines of one moment"
        );
        past.broke();
        assert!(!past.is_new(&line("a", 4)) && !past.is_new(&line("a", 5)));
        assert!(past.is_new(&line("a", 6)));
        assert!(past.is_new(&line("b", 1)), "another container has a time of its own");
    }
}

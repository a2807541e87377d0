//! What waits for one listener: bounded, and it says what it left out.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use api::log::{LogFrame, LogLine};
use tokio::sync::Notify;

/// How much waits at most, in lines and in bytes.
const LINES: usize = 8_192;
const BYTES: usize = 2 << 20;
/// How many lines one message carries at most.
const BATCH: usize = 512;

/// What waits for one listener.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    more: Notify,
}

#[derive(Default)]
struct Waiting {
    items: VecDeque<Item>,
    bytes: usize,
    dropped: u64,
    over: bool,
}

enum Item {
    Line(LogLine),
    /// Said in its place among the lines.
    Word(LogFrame),
}

impl Queue {
    /// Adds a line; the oldest make room for it.
    pub(super) fn line(&self, line: LogLine) {
        let mut waiting = self.lock();
        waiting.bytes += line.text.len();
        waiting.items.push_back(Item::Line(line));
        while waiting.items.len() > LINES || waiting.bytes > BYTES {
            match waiting.items.pop_front() {
                Some(Item::Line(line)) => {
                    waiting.bytes -= line.text.len();
                    waiting.dropped += 1;
                }
                Some(Item::Word(_)) => {}
                None => break,
            }
        }
        drop(waiting);
        self.more.notify_one();
    }

    /// Adds a word about a container.
    pub(super) fn word(&self, word: LogFrame) {
        self.lock().items.push_back(Item::Word(word));
        self.more.notify_one();
    }

    /// Nothing more comes.
    pub(super) fn end(&self) {
        self.lock().over = true;
        self.more.notify_one();
    }

    /// The next message, once there is one; `None` after the last.
    pub(super) async fn take(&self) -> Option<LogFrame> {
        loop {
            let more = self.more.notified();
            {
                let mut waiting = self.lock();
                if let Some(frame) = waiting.take() {
                    return Some(frame);
                }
                if waiting.over {
                    return None;
                }
            }
            more.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self) -> Option<LogFrame> {
        if self.dropped > 0 {
            return Some(LogFrame::Dropped {
                lines: std::mem::take(&mut self.dropped),
            });
        }
        let mut lines = Vec::new();
        while lines.len() < BATCH {
            match self.items.pop_front() {
                Some(Item::Line(line)) => {
                    self.bytes -= line.text.len();
                    lines.push(line);
                }
                Some(Item::Word(word)) if lines.is_empty() => return Some(word),
                Some(word) => {
                    self.items.push_front(word);
                    break;
                }
                None => break,
            }
        }
        (!lines.is_empty()).then_some(LogFrame::Lines { lines })
    }
}

#[cfg(test)]
mod tests {
    use api::log::LogSource;

    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine {
            container: "c".into(),
            source: LogSource::Stdout,
            at: None,
            text: text.into(),
        }
    }

    #[tokio::test]
    async fn what_is_too_much_is_counted_and_the_newest_stays() {
        let queue = Queue::default();
        for number in 0..LINES + 100 {
            queue.line(line(&number.to_string()));
        }
        assert_eq!(queue.take().await, Some(LogFrame::Dropped { lines: 100 }));
        let Some(LogFrame::Lines { lines }) = queue.take().await else {
            panic!("no lines");
        };
        assert_eq!((lines.len(), lines[0].text.as_str()), (BATCH, "100"));

        let big = "x".repeat(BYTES / 4);
        for _ in 0..10 {
            queue.line(line(&big));
        }
        assert!(queue.lock().bytes <= BYTES);
    }

    #[tokio::test]
    async fn a_word_keeps_its_place_and_the_end_comes_last() {
        let queue = Queue::default();
        let word = LogFrame::Ended { container: "c".into() };
        queue.line(line("before"));
        queue.word(word.clone());
        queue.line(line("after"));
        queue.end();
        let lines = |text| LogFrame::Lines {
            lines: vec![line(text)],
        };
        assert_eq!(queue.take().await, Some(lines("before")));
        assert_eq!(queue.take().await, Some(word));
        assert_eq!(queue.take().await, Some(lines("after")));
        assert_eq!(queue.take().await, None);
    }
}

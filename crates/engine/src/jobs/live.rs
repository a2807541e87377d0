//! A job that is not over: what it says of itself while it works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use api::error::ErrorDetail;
use api::job::{Job, JobLine, JobState, JobStep, Progress, StepPart, StepState};
use tokio_util::sync::CancellationToken;

use super::Told;
use crate::error::Result;
use crate::{Engine, clock, store};

/// The longest line of a log, in bytes.
const LINE: usize = 4096;

/// A job that waits or is at work.
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) object: String,
    pub(crate) told: Told,
    state: Mutex<State>,
    called_off: CancellationToken,
    finishing: AtomicBool,
    changed: AtomicBool,
    begun_before: bool,
}

struct State {
    job: Job,
    /// Lines that are not in the database yet.
    lines: Vec<JobLine>,
    last_line: u64,
}

impl Live {
    pub(crate) fn new(job: Job, told: Told, last_line: u64) -> Self {
        Self {
            id: job.id.clone(),
            object: job.object.clone(),
            told,
            begun_before: job.started.is_some(),
            state: Mutex::new(State {
                job,
                lines: Vec::new(),
                last_line,
            }),
            called_off: CancellationToken::new(),
            finishing: AtomicBool::new(false),
            changed: AtomicBool::new(true),
        }
    }

    /// How it is.
    pub(crate) fn job(&self) -> Job {
        self.lock().job.clone()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.lock().job.state == JobState::Running
    }

    /// Whether it was at work once already, in a server that ended.
    pub(super) fn was_begun(&self) -> bool {
        self.begun_before
    }

    /// Asks it to end and to put back what it changed.
    pub(super) fn call_off(&self) {
        self.called_off.cancel();
    }

    /// Whether somebody called it off.
    pub(crate) fn is_called_off(&self) -> bool {
        self.called_off.is_cancelled() && !self.finishing.load(Ordering::Relaxed)
    }

    /// Returns once somebody called it off.
    pub(crate) async fn called_off(&self) {
        if !self.finishing.load(Ordering::Relaxed) {
            self.called_off.cancelled().await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    /// From now on it cannot be called off.
    pub(crate) fn let_finish(&self) {
        self.finishing.store(true, Ordering::Relaxed);
    }

    /// Says why it fails, while what it changed is put back.
    pub(crate) fn fails(&self, error: ErrorDetail) {
        self.change(|job| job.error = Some(error));
    }

    pub(super) fn begin(&self) {
        self.change(|job| {
            job.state = JobState::Running;
            job.started.get_or_insert_with(clock::now);
            job.steps.clear();
        });
    }

    pub(super) fn end(&self, state: JobState, error: Option<ErrorDetail>) {
        self.change(|job| {
            for step in &mut job.steps {
                match step.state {
                    StepState::Running => {
                        step.state = StepState::Failed;
                        step.parts.clear();
                    }
                    StepState::Waiting => step.state = StepState::Skipped,
                    StepState::Done | StepState::Failed | StepState::Skipped => {}
                }
            }
            (job.state, job.error, job.finished) = (state, error, Some(clock::now()));
        });
    }

    /// Adds a step that is begun, and answers its number.
    pub(crate) fn step(&self, title: impl Into<String>, service: Option<&str>) -> usize {
        let step = JobStep {
            title: title.into(),
            service: service.map(str::to_owned),
            state: StepState::Running,
            progress: None,
            parts: Vec::new(),
            detail: String::new(),
        };
        self.change(|job| {
            job.steps.push(step);
            job.steps.len() - 1
        })
    }

    /// Says how far a step and its parts are.
    pub(crate) fn progress(&self, step: usize, progress: Option<Progress>, detail: &str, parts: &[StepPart]) {
        self.change(|job| {
            if let Some(step) = job.steps.get_mut(step) {
                step.progress = progress;
                detail.clone_into(&mut step.detail);
                parts.clone_into(&mut step.parts);
            }
        });
    }

    /// Says how a step ended.
    pub(crate) fn ended(&self, step: usize, result: Result<(), &str>) {
        self.change(|job| {
            if let Some(step) = job.steps.get_mut(step) {
                step.state = if result.is_ok() {
                    StepState::Done
                } else {
                    StepState::Failed
                };
                step.parts.clear();
                result.err().unwrap_or_default().clone_into(&mut step.detail);
            }
        });
    }

    /// Writes a line to its log.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        let mut text = text.as_ref().trim_end().to_owned();
        text.truncate(text.floor_char_boundary(LINE));
        let mut state = self.lock();
        state.last_line += 1;
        let line = JobLine {
            number: state.last_line,
            at: clock::now(),
            text,
        };
        // More than are kept are dropped at the other end; they would be as soon as they were in the database.
        if state.lines.len() as u64 >= store::jobs::LINES {
            state.lines.remove(0);
        }
        state.lines.push(line);
    }

    /// Whether something changed since this was asked last.
    pub(super) fn take_changed(&self) -> bool {
        self.changed.swap(false, Ordering::Relaxed)
    }

    /// Brings what changed into the database.
    pub(super) async fn keep(&self, engine: &Engine) -> Result<()> {
        let (job, lines) = {
            let mut state = self.lock();
            (state.job.clone(), std::mem::take(&mut state.lines))
        };
        let write = engine
            .store
            .write(move |tx| -> Result<()> { Ok(store::jobs::update(tx, &job, &lines)?) });
        write.await
    }

    fn change<T>(&self, change: impl FnOnce(&mut Job) -> T) -> T {
        let value = change(&mut self.lock().job);
        self.changed.store(true, Ordering::Relaxed);
        value
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

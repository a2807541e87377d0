//! How far a job is, as one number.

use api::job::{Job, JobState, JobStep, StepState};

/// The percent of a job that are done; absent while it has no steps.
#[must_use]
pub fn percent(job: &Job) -> Option<u8> {
    if job.state == JobState::Done {
        return Some(100);
    }
    let all = u64::try_from(job.steps.len()).ok().filter(|all| *all > 0)?;
    let done: u64 = job.steps.iter().map(thousandths).sum();
    u8::try_from(done / all / 10).ok()
}

/// How much of a step is done; one whose amount nobody knows counts half while it is under way.
fn thousandths(step: &JobStep) -> u64 {
    match (step.state, step.progress) {
        (StepState::Done | StepState::Skipped, _) => 1000,
        (StepState::Waiting | StepState::Failed, _) => 0,
        (StepState::Running, Some(progress)) => match progress.total {
            Some(total) if total > 0 => progress.done.min(total).saturating_mul(1000) / total,
            _ => 500,
        },
        (StepState::Running, None) => 500,
    }
}

#[cfg(test)]
mod tests {
    use api::job::{JobState, JobStep, Progress, StepState};

    use super::percent;

    fn step(state: StepState, progress: Option<(u64, u64)>) -> JobStep {
        JobStep {
            title: "Pull".to_owned(),
            service: None,
            state,
            progress: progress.map(|(done, total)| Progress {
                done,
                total: Some(total),
            }),
            parts: vec![],
            detail: String::new(),
        }
    }

    #[test]
    fn a_job_is_as_far_as_its_steps() {
        let job = |steps| api::job::Job {
            id: "1".to_owned(),
            kind: api::job::JobKind::Deploy,
            object: "shop".to_owned(),
            by: "ada".to_owned(),
            state: JobState::Running,
            steps,
            created: api::time::Timestamp(0),
            started: None,
            finished: None,
            error: None,
        };
        assert_eq!(percent(&job(vec![])), None);
        let steps = vec![
            step(StepState::Done, None),
            step(StepState::Running, Some((300, 1000))),
            step(StepState::Waiting, None),
            step(StepState::Skipped, None),
        ];
        assert_eq!(percent(&job(steps)), Some(57));
        assert_eq!(percent(&job(vec![step(StepState::Running, Some((7, 0)))])), Some(50));
    }
}

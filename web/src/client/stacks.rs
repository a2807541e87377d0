//! What can be asked of a stack.

use api::job::JobDetail;
use api::name::StackName;
use api::page::Listed;
use api::stack::{Generation, StackDetail, StackJob};

use super::error::Error;
use super::session::Session;

/// What is done to a stack as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackVerb {
    /// Start what it has.
    Start,
    /// Stop it; the containers stay.
    Stop,
    /// Stop it and start it again.
    Restart,
    /// Remove its containers and networks.
    Down,
}

impl StackVerb {
    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Down => "Take down",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Down => "down",
        }
    }
}

impl Session {
    /// A stack with its files.
    pub async fn stack(&self, name: &StackName) -> Result<StackDetail, Error> {
        self.read(&format!("/stacks/{name}")).await
    }

    /// What was deployed of a stack, the newest first.
    pub async fn generations(&self, name: &StackName) -> Result<Vec<Generation>, Error> {
        let listed: Listed<Generation> = self.read(&format!("/stacks/{name}/generations")).await?;
        Ok(listed.items)
    }

    /// Begins to start, stop or restart a stack, or to take it down.
    pub async fn operate(&self, name: &StackName, verb: StackVerb) -> Result<StackJob, Error> {
        self.post(&format!("/stacks/{name}/{}", verb.path()), &()).await
    }

    /// Begins to remove a stack, with these of its volumes.
    pub async fn remove_stack(&self, name: &StackName, volumes: &[String]) -> Result<StackJob, Error> {
        let volumes = String::from(js_sys::encode_uri_component(&volumes.join(",")));
        self.delete_for(&format!("/stacks/{name}?volumes={volumes}")).await
    }

    /// A job, and what it wrote.
    pub async fn job(&self, id: &str) -> Result<JobDetail, Error> {
        self.read(&format!("/jobs/{id}")).await
    }

    /// Calls a job off.
    pub async fn cancel_job(&self, id: &str) -> Result<(), Error> {
        self.tell(&format!("/jobs/{id}/cancel"), &()).await
    }
}

//! What can be asked of a stack.

use api::name::StackName;
use api::page::Listed;
use api::stack::{Generation, StackDetail, StackJob};

use super::error::Error;
use super::session::Session;

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

    /// Begins to remove a stack, with these of its volumes.
    pub async fn remove_stack(&self, name: &StackName, volumes: &[String]) -> Result<StackJob, Error> {
        let volumes = String::from(js_sys::encode_uri_component(&volumes.join(",")));
        self.delete_for(&format!("/stacks/{name}?volumes={volumes}")).await
    }

    /// Calls a job off.
    pub async fn cancel_job(&self, id: &str) -> Result<(), Error> {
        self.tell(&format!("/jobs/{id}/cancel"), &()).await
    }
}

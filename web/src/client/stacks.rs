//! What can be asked of a stack.

use api::adopt::{Adopt, Adoption};
use api::name::StackName;
use api::page::Listed;
use api::stack::{EditStack, Generation, StackDetail, StackJob};
use api::update::StackUpdates;

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

    /// What a container that this Stardeck did not make would be as a stack.
    pub async fn adoption(&self, container: &str) -> Result<Adoption, Error> {
        self.read(&format!("/containers/{container}/adopt")).await
    }

    /// Begins to make such a container a stack.
    pub async fn adopt(&self, container: &str, request: &Adopt) -> Result<StackJob, Error> {
        self.post(&format!("/containers/{container}/adopt"), request).await
    }

    /// What registries have for the images of a stack.
    pub async fn check_updates(&self, name: &StackName) -> Result<StackUpdates, Error> {
        self.post(&format!("/stacks/{name}/check-updates"), &()).await
    }

    /// Begins to deploy a stack again with what its tags lead to now.
    pub async fn update_stack(&self, name: &StackName) -> Result<StackJob, Error> {
        self.post(&format!("/stacks/{name}/update"), &()).await
    }

    /// Changes a stack's compose file, and no other byte of it.
    pub async fn edit_stack(&self, name: &StackName, request: &EditStack) -> Result<StackDetail, Error> {
        self.patch(&format!("/stacks/{name}"), request).await
    }

    /// Calls a job off.
    pub async fn cancel_job(&self, id: &str) -> Result<(), Error> {
        self.tell(&format!("/jobs/{id}/cancel"), &()).await
    }
}

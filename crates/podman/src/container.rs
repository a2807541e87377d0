//! Containers.

use std::{sync::Arc, time::Duration};

mod detail;
mod summary;

pub use detail::{Detail, Mount, NetworkEndpoint};
pub use summary::{Health, Port, State, Summary};

use crate::{Call, Result, wire::Wire};

/// The calls about containers. A container is named by its name, its id or the beginning of that.
#[derive(Clone, Debug)]
pub struct Containers {
    wire: Arc<Wire>,
}

/// How to remove a container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Remove {
    /// Kill it first if it runs; without this a running container is a conflict.
    pub force: bool,
    /// Remove its anonymous volumes too. Named volumes always stay.
    pub volumes: bool,
}

impl Containers {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire }
    }

    /// All containers, running or not.
    ///
    /// # Errors
    /// Podman is in trouble.
    pub async fn list(&self) -> Result<Vec<Summary>> {
        let listed: Option<Vec<summary::Listed>> =
            self.wire.json(Call::get("containers/json").query("all", true)).await?;
        Ok(listed.unwrap_or_default().into_iter().map(Summary::from).collect())
    }

    /// All about one container.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container.
    pub async fn inspect(&self, id: &str) -> Result<Detail> {
        let inspected: detail::Inspected = self.wire.json(Call::get("containers").name(id).then("json")).await?;
        Ok(inspected.into())
    }

    /// Starts a container. One that runs already is left as it is.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it cannot be started.
    pub async fn start(&self, id: &str) -> Result<()> {
        // Starting can mean waiting for networks, storage and helpers on a busy machine.
        let call = Call::post("containers")
            .name(id)
            .then("start")
            .deadline(Duration::from_secs(60));
        self.wire.done(call).await.map(drop)
    }

    /// Stops a container: asks it to end, and kills it when it has not after `timeout`, or after the time that the
    /// container itself asks for (ten seconds as a rule). One that is stopped already is left as it is.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container.
    pub async fn stop(&self, id: &str, timeout: Option<Duration>) -> Result<()> {
        self.wire.done(self.ending(id, "stop", timeout)).await.map(drop)
    }

    /// Stops a container as [`Containers::stop`] does, and starts it again.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it cannot be started.
    pub async fn restart(&self, id: &str, timeout: Option<Duration>) -> Result<()> {
        self.wire.done(self.ending(id, "restart", timeout)).await.map(drop)
    }

    fn ending(&self, id: &str, verb: &str, timeout: Option<Duration>) -> Call {
        let call = Call::post("containers").name(id).then(verb);
        match timeout {
            // Both words: `stop` reads the one, `restart` the other in some versions.
            Some(timeout) => call
                .query("timeout", timeout.as_secs())
                .query("t", timeout.as_secs())
                .deadline(timeout + self.wire.deadline),
            // A container may ask for longer; an hour is where waiting ends.
            None => call.deadline(Duration::from_secs(3600)),
        }
    }

    /// Sends a signal, such as `SIGHUP`, to a container's first process.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it does not run, which is a conflict.
    pub async fn kill(&self, id: &str, signal: &str) -> Result<()> {
        self.wire
            .done(Call::post("containers").name(id).then("kill").query("signal", signal))
            .await
            .map(drop)
    }

    /// Freezes a container's processes; see [`crate::system::Capabilities::pause`].
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it cannot be frozen.
    pub async fn pause(&self, id: &str) -> Result<()> {
        self.wire
            .done(Call::post("containers").name(id).then("pause"))
            .await
            .map(drop)
    }

    /// Lets a frozen container go on.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it is not frozen.
    pub async fn unpause(&self, id: &str) -> Result<()> {
        self.wire
            .done(Call::post("containers").name(id).then("unpause"))
            .await
            .map(drop)
    }

    /// Gives a container another name.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or the name is taken.
    pub async fn rename(&self, id: &str, name: &str) -> Result<()> {
        self.wire
            .done(Call::post("containers").name(id).then("rename").query("name", name))
            .await
            .map(drop)
    }

    /// Removes a container.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it runs and `force` is not set, which is a conflict.
    pub async fn remove(&self, id: &str, how: Remove) -> Result<()> {
        let call = Call::delete("containers")
            .name(id)
            .query("force", how.force)
            .query("v", how.volumes);
        // A forced removal stops the container first, which takes it ten seconds when it does not listen.
        let call = if how.force {
            call.query("timeout", 0).deadline(Duration::from_secs(30))
        } else {
            call
        };
        self.wire.done(call).await.map(drop)
    }
}

//! Containers.

use std::{sync::Arc, time::Duration};

mod detail;
mod exec;
mod log;
mod output;
mod recipe;
mod spec;
mod summary;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use serde::Deserialize;

pub use crate::frames::{Chunk, Output};
pub(crate) use detail::HealthTest;
pub use detail::{Detail, Mount, NetworkEndpoint};
pub use exec::{Exec, ExecState, Input, Running};
pub use log::LogLine;
pub use output::{Logs, Stats};
pub use recipe::Recipe;
pub use spec::{
    CpuLimit, Created, HealthCheck, Limits, LogConfiguration, MemoryLimit, Namespace, PidsLimit, ProcessLimit,
    PublishedPort, Spec, SpecDevice, SpecMount, SpecNetwork, SpecVolume,
};
pub use summary::{Health, Port, State, Summary};

use crate::{Call, Result, tolerant::null_is_default, wire::Wire};

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

    /// All that Podman says about one container, as it says it.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container.
    pub async fn inspect_raw(&self, id: &str) -> Result<serde_json::Value> {
        self.wire.json(Call::get("containers").name(id).then("json")).await
    }

    /// Starts a container. One that runs already is left as it is.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it cannot be started.
    pub async fn start(&self, id: &str) -> Result<()> {
        self.wire
            .patient_done(Call::post("containers").name(id).then("start"))
            .await
    }

    /// Stops a container: asks it to end, and kills it when it has not after `timeout`, or after the time that the
    /// container itself asks for (ten seconds as a rule). One that is stopped already is left as it is.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container.
    pub async fn stop(&self, id: &str, timeout: Option<Duration>) -> Result<()> {
        let call = Call::post("containers").name(id).then("stop");
        // `timeout` is the word of this API; `t` is what some versions read.
        self.wire
            .patient_done(with_timeout(with_timeout(call, "timeout", timeout), "t", timeout))
            .await
    }

    /// Stops a container as [`Containers::stop`] does, and starts it again.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it cannot be started.
    pub async fn restart(&self, id: &str, timeout: Option<Duration>) -> Result<()> {
        let call = Call::post("containers").name(id).then("restart");
        self.wire
            .patient_done(with_timeout(with_timeout(call, "timeout", timeout), "t", timeout))
            .await
    }

    /// Waits until a container is not running, and tells its exit code. One that never ran is not running.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container, or no longer.
    pub async fn wait(&self, id: &str) -> Result<i32> {
        // The compatible call would say when a container is gone as well; this one says how it ended.
        self.wire
            .patient(
                Call::post("containers")
                    .name(id)
                    .then("wait")
                    .query("condition", "stopped"),
            )
            .await
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
        let call = if how.force { call.query("timeout", 0) } else { call };
        self.wire.patient_done(call).await
    }

    /// Runs a container's health check now, and tells what it says.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, it does not run, or it has no health check.
    pub async fn check_health(&self, id: &str) -> Result<Option<Health>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Verdict {
            status: String,
        }
        let verdict: Verdict = self
            .wire
            .patient(Call::get("containers").name(id).then("healthcheck"))
            .await?;
        Ok(Health::of(&verdict.status))
    }

    /// The processes of a container.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or it does not run.
    pub async fn top(&self, id: &str) -> Result<Top> {
        self.wire
            .json(Call::get("containers").name(id).then("top").query("stream", false))
            .await
    }

    /// A file or directory of a container as plain tar.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container or path.
    pub async fn archive(&self, id: &str, path: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let reply = self
            .wire
            .open(Call::get("containers").name(id).then("archive").query("path", path))
            .await?;
        Ok(reply.body.stream())
    }

    /// Unpacks plain tar, never a compressed one, into a directory of a container.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container or directory, or the tar is broken.
    pub async fn unpack(&self, id: &str, path: &str, tar: BoxStream<'static, std::io::Result<Bytes>>) -> Result<()> {
        self.wire
            .patient_done(
                Call::put("containers")
                    .name(id)
                    .then("archive")
                    .query("path", path)
                    .tar(tar),
            )
            .await
    }
}

/// The processes of a container, as `ps` would show them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Top {
    /// The names of the columns.
    #[serde(default, deserialize_with = "null_is_default")]
    pub titles: Vec<String>,
    /// The processes, a cell for each column.
    #[serde(default, deserialize_with = "null_is_default")]
    pub processes: Vec<Vec<String>>,
}

fn with_timeout(call: Call, word: &str, timeout: Option<Duration>) -> Call {
    match timeout {
        Some(timeout) => call.query(word, timeout.as_secs()),
        None => call,
    }
}

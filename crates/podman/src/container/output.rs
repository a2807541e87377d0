//! What containers print, and what they use.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;

use super::Containers;
use crate::{
    Call, Error, Result, Stream,
    frames::{self, Chunk, Framing},
    lines,
    tolerant::null_is_default,
};

/// Which part of a container's log to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Logs {
    /// Go on with what is printed from now on, until the container ends.
    pub follow: bool,
    /// Only what was printed since then.
    pub since: Option<Timestamp>,
    /// Only so many lines from the end.
    pub tail: Option<u64>,
    /// Begin each line with its time (RFC 3339) and a space.
    pub timestamps: bool,
}

/// What a container uses at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// The container's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its share of one processor since the last moment, in per cent: 200 is two processors in full use.
    pub cpu_percent: f64,
    /// The processor time that it used since its start, in nanoseconds.
    pub cpu_nanos: u64,
    /// Memory in use, in bytes; 0 where the machine does not count it.
    pub memory: u64,
    /// The most that it may use, in bytes.
    pub memory_limit: u64,
    /// Bytes received over all its networks since its start.
    pub network_received: u64,
    /// Bytes sent over all its networks since its start.
    pub network_sent: u64,
    /// Bytes read from disks since its start.
    pub disk_read: u64,
    /// Bytes written to disks since its start.
    pub disk_written: u64,
    /// Processes and threads.
    pub pids: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    #[serde(default)]
    error: serde_json::Value,
    #[serde(default, deserialize_with = "null_is_default")]
    stats: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ContainerID")]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default, rename = "CPU")]
    cpu: f64,
    #[serde(default, rename = "CPUNano")]
    cpu_nano: u64,
    #[serde(default)]
    mem_usage: u64,
    #[serde(default)]
    mem_limit: u64,
    /// Podman 4 has the sums, Podman 5 each interface.
    #[serde(default)]
    net_input: u64,
    #[serde(default)]
    net_output: u64,
    #[serde(default, deserialize_with = "null_is_default")]
    network: std::collections::BTreeMap<String, Interface>,
    #[serde(default)]
    block_input: u64,
    #[serde(default)]
    block_output: u64,
    #[serde(default, rename = "PIDs")]
    pids: u64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Interface {
    rx_bytes: u64,
    tx_bytes: u64,
}

impl From<Entry> for Stats {
    fn from(entry: Entry) -> Self {
        let interfaces = || entry.network.values();
        Self {
            cpu_percent: entry.cpu,
            cpu_nanos: entry.cpu_nano,
            memory: entry.mem_usage,
            memory_limit: entry.mem_limit,
            network_received: interfaces().fold(entry.net_input, |sum, one| sum.saturating_add(one.rx_bytes)),
            network_sent: interfaces().fold(entry.net_output, |sum, one| sum.saturating_add(one.tx_bytes)),
            disk_read: entry.block_input,
            disk_written: entry.block_output,
            pids: entry.pids,
            id: entry.id,
            name: entry.name,
        }
    }
}

impl Containers {
    /// A container's log. A line may come in several chunks; each ends with a line end, but for a last one that has
    /// none.
    ///
    /// Podman begins to answer with the first line only, so that a log that stays empty is no sign of trouble.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container. A log driver that cannot be read is a refusal.
    pub async fn logs(&self, id: &str, logs: &Logs) -> Result<Stream<Chunk>> {
        let terminal = self.inspect(id).await?.terminal;
        let mut call = Call::get("containers")
            .name(id)
            .then("logs")
            .query("stdout", true)
            .query("stderr", true)
            .query("follow", logs.follow)
            .query("timestamps", logs.timestamps);
        if let Some(since) = logs.since {
            call = call.query("since", since);
        }
        if let Some(tail) = logs.tail {
            call = call.query("tail", tail);
        }
        let wire = self.wire.clone();
        let framing = if terminal { Framing::Terminal } else { Framing::Framed };
        let bytes = stream::once(async move { wire.send(call).await.map(|reply| reply.body.stream()) }).try_flatten();
        Ok(frames::chunks(bytes.boxed(), framing))
    }

    /// What the given containers use, again and again, about once a second or as often as `interval` seconds say.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, or this machine has no statistics, which is a conflict; see
    /// [`crate::system::Capabilities::stats`].
    pub async fn stats(&self, ids: &[&str], interval: u32) -> Result<Stream<Vec<Stats>>> {
        let call = Call::get("containers/stats")
            .query("stream", true)
            .query("interval", interval);
        let call = ids.iter().fold(call, |call, id| call.query("containers", id));
        let reply = self.wire.open(call).await?;
        let reports = lines::objects::<Report>(reply.body).and_then(async |report| match report.error {
            serde_json::Value::Null => Ok(report.stats.into_iter().map(Stats::from).collect()),
            error => Err(Error::Refused {
                status: 200,
                message: error.to_string(),
            }),
        });
        Ok(reports.boxed())
    }
}

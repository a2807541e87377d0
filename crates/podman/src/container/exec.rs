//! Programs that are run in a container beside its own.

use std::{collections::BTreeMap, io};

use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf};
use tokio_util::io::ReaderStream;

use super::Containers;
use crate::{
    Call, Error, Result, Stream,
    frames::{self, Chunk, Framing},
};

/// A program to run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exec {
    /// The program and its arguments; no shell comes between.
    pub command: Vec<String>,
    /// Additions to the container's environment.
    pub environment: BTreeMap<String, String>,
    /// The user to run as; empty for the container's own.
    pub user: String,
    /// The directory to start in; empty for the container's own.
    pub working_dir: String,
    /// Give it a terminal, whose output is one stream.
    pub terminal: bool,
    /// Give it an input.
    pub input: bool,
}

/// A program that runs.
pub struct Running {
    /// The id by which it can be resized and inspected.
    pub id: String,
    /// What it prints; ends when it does.
    pub output: Stream<Chunk>,
    /// What it reads.
    pub input: Input,
}

/// The input of a program. Dropping it does not end the program: the output still holds it.
pub struct Input(WriteHalf<TokioIo<Upgraded>>);

impl Input {
    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// The program, or Podman, is gone.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = async {
            self.0.write_all(bytes).await?;
            self.0.flush().await
        };
        written.await.map_err(cut)
    }

    /// Ends the input.
    ///
    /// # Errors
    /// The program, or Podman, is gone.
    pub async fn close(mut self) -> Result<()> {
        self.0.shutdown().await.map_err(cut)
    }
}

fn cut(source: io::Error) -> Error {
    Error::Interrupted {
        source: Some(source.into()),
    }
}

/// How a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExecState {
    /// Whether it still runs.
    pub running: bool,
    /// How it ended, once it has.
    pub exit_code: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Create<'a> {
    attach_stdin: bool,
    attach_stdout: bool,
    attach_stderr: bool,
    tty: bool,
    cmd: &'a [String],
    env: Vec<String>,
    user: &'a str,
    working_dir: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Created {
    id: String,
}

impl Containers {
    /// Runs a program in a running container. It ends by itself; closing the connection to it is no signal.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such container, it does not run (a conflict), or it has no such program.
    pub async fn exec(&self, id: &str, exec: &Exec) -> Result<Running> {
        let create = Create {
            attach_stdin: exec.input,
            attach_stdout: true,
            attach_stderr: true,
            tty: exec.terminal,
            cmd: &exec.command,
            env: exec
                .environment
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
            user: &exec.user,
            working_dir: &exec.working_dir,
        };
        let Created { id } = self
            .wire
            .json(Call::post("containers").name(id).then("exec").json(&create))
            .await?;
        let start = serde_json::json!({ "Detach": false, "Tty": exec.terminal });
        let connection = self
            .wire
            .upgrade(Call::post("exec").name(&id).then("start").json(&start))
            .await?;
        let (output, input) = tokio::io::split(connection);
        let framing = if exec.terminal { Framing::Raw } else { Framing::Framed };
        Ok(Running {
            id,
            output: frames::chunks(read(output), framing),
            input: Input(input),
        })
    }

    /// Tells a program's terminal its size.
    ///
    /// # Errors
    /// Podman is in trouble, or the program is gone.
    pub async fn exec_resize(&self, exec: &str, columns: u16, rows: u16) -> Result<()> {
        let call = Call::post("exec")
            .name(exec)
            .then("resize")
            .query("h", rows)
            .query("w", columns);
        self.wire.done(call).await.map(drop)
    }

    /// How a program does.
    ///
    /// # Errors
    /// Podman is in trouble, or forgot the program, as it does some minutes after its end.
    pub async fn exec_inspect(&self, exec: &str) -> Result<ExecState> {
        self.wire.json(Call::get("exec").name(exec).then("json")).await
    }
}

fn read(output: ReadHalf<TokioIo<Upgraded>>) -> futures_util::stream::BoxStream<'static, Result<bytes::Bytes>> {
    ReaderStream::new(output).map(|read| read.map_err(cut)).boxed()
}

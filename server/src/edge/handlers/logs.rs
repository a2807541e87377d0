//! What containers print.

use api::log::{LogFrame, LogsQuery};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::logs::LogStream;

use crate::edge::App;
use crate::edge::error::{Fault, Refusal, Reply};
use crate::edge::json::Query;
use crate::edge::push::{Frames, push};
use crate::edge::signed::Listener;

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// What a container prints, as it does: a WebSocket of JSON messages
///
/// Opened with `?ticket=` by a browser, or with a bearer token. The messages are of the schema `LogFrame`. A listener
/// that is too slow is told how many lines it missed.
#[utoipa::path(get, path = "/containers/{id}/logs", tag = "containers", params(("id" = String, Path), LogsQuery),
    responses((status = 101, body = LogFrame), (status = 401), (status = 403, description = "Wrong ticket or origin"),
        (status = 404)))]
pub(crate) async fn container(
    State(app): State<App>,
    Path(id): Path<String>,
    Listener(actor): Listener,
    Query(query): Query<LogsQuery>,
    upgrade: Upgrade,
) -> Reply<Response> {
    let stream = app.engine.container_logs(&actor, &id, &query).await?;
    let upgrade = upgrade.map_err(|_| Refusal::from(Fault::NotWebSocket))?;
    Ok(push(upgrade, stream))
}

/// What all containers of a stack print, as they do: a WebSocket of JSON messages
///
/// As the log of one container.
#[utoipa::path(get, path = "/stacks/{name}/logs", tag = "stacks", params(("name" = String, Path), LogsQuery),
    responses((status = 101, body = LogFrame), (status = 401), (status = 403, description = "Wrong ticket or origin"),
        (status = 404)))]
pub(crate) async fn stack(
    State(app): State<App>,
    Path(name): Path<String>,
    Listener(actor): Listener,
    Query(query): Query<LogsQuery>,
    upgrade: Upgrade,
) -> Reply<Response> {
    let stream = app.engine.stack_logs(&actor, &name, &query).await?;
    let upgrade = upgrade.map_err(|_| Refusal::from(Fault::NotWebSocket))?;
    Ok(push(upgrade, stream))
}

impl Frames for LogStream {
    type Frame = LogFrame;

    async fn next(&mut self) -> Option<LogFrame> {
        LogStream::next(self).await
    }
}

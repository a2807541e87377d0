//! What containers use.

use api::stats::{StatsFrame, StatsQuery};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use engine::stats::StatsStream;

use crate::edge::App;
use crate::edge::error::{Fault, Refusal, Reply};
use crate::edge::json::Query;
use crate::edge::push::{Frames, push};
use crate::edge::signed::Listener;

/// What containers use, about once a second: a WebSocket of JSON messages
///
/// Opened with `?ticket=` by a browser, or with a bearer token. The messages are of the schema `StatsFrame`. Podman is
/// asked only while somebody listens, and once for all who do.
#[utoipa::path(get, path = "/stats", tag = "containers", params(StatsQuery),
    responses((status = 101, body = StatsFrame), (status = 401), (status = 403, description = "Wrong ticket or origin")))]
pub(crate) async fn open(
    State(app): State<App>,
    Listener(actor): Listener,
    Query(_query): Query<StatsQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Reply<Response> {
    let upgrade = upgrade.map_err(|_| Refusal::from(Fault::NotWebSocket))?;
    let stream = app.engine.stats(&actor).await?;
    Ok(push(upgrade, stream))
}

impl Frames for StatsStream {
    type Frame = StatsFrame;

    async fn next(&mut self) -> Option<StatsFrame> {
        StatsStream::next(self).await
    }
}

//! The event stream.

use api::event::{EventsQuery, Frame};
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use engine::events::EventStream;

use crate::edge::App;
use crate::edge::error::{Fault, Refusal, Reply};
use crate::edge::json::Query;
use crate::edge::push::{Frames, push};
use crate::edge::signed::Listener;

/// What changes, as it does: a WebSocket of JSON messages
///
/// Opened with `?ticket=` by a browser, or with a bearer token. The messages are of the schema `Frame`.
#[utoipa::path(get, path = "/events", tag = "events", params(EventsQuery),
    responses((status = 101, body = Frame), (status = 401), (status = 403, description = "Wrong ticket or origin")))]
pub(crate) async fn open(
    State(app): State<App>,
    Listener(actor): Listener,
    Query(query): Query<EventsQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Reply<Response> {
    let upgrade = upgrade.map_err(|_| Refusal::from(Fault::NotWebSocket))?;
    let stream = app.engine.events(&actor, &query).await?;
    Ok(push(upgrade, stream))
}

impl Frames for EventStream {
    type Frame = Frame;

    async fn next(&mut self) -> Option<Frame> {
        EventStream::next(self).await
    }

    fn pulse() -> Option<Frame> {
        Some(Frame::Pulse)
    }
}

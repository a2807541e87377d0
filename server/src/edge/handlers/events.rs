//! The event stream.

use std::time::Duration;

use api::event::{EventsQuery, Frame};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::response::Response;
use engine::events::EventStream;
use tokio::time::{Instant, timeout};

use crate::edge::error::{Fault, Refusal, Reply};
use crate::edge::json::Query;
use crate::edge::{App, cookies, signed};

/// What the ticket must have been given for.
const ROUTE: &str = "/api/events";
/// How often the other end is asked for a sign of life, and how long it may be silent.
const PULSE: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);
/// How long one message may take to be taken; after that the listener is cut off and comes back when it can.
const PATIENCE: Duration = Duration::from_secs(10);

/// What changes, as it does: a WebSocket of JSON messages
///
/// Opened with `?ticket=` by a browser, or with a bearer token. The messages are of the schema `Frame`.
#[utoipa::path(get, path = "/events", tag = "events", params(EventsQuery),
    responses((status = 101, body = Frame), (status = 401), (status = 403, description = "Wrong ticket or origin")))]
pub(crate) async fn open(
    State(app): State<App>,
    signed::From(caller): signed::From,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Reply<Response> {
    let credentials = signed::credentials(&headers);
    let actor = match &query.ticket {
        Some(ticket) => {
            let cookies = cookies::values(&headers, cookies::SESSION);
            app.engine.redeem(ticket, ROUTE, cookies, caller.peer).await?
        }
        // A session's header cannot be sent here by a browser: what is left is a token, or nobody.
        None => app.engine.authenticate(credentials, caller.peer).await?,
    };
    let upgrade = upgrade.map_err(|_| Refusal::from(Fault::NotWebSocket))?;
    let stream = app.engine.events(&actor, &query).await?;
    Ok(upgrade.max_message_size(4096).on_upgrade(|socket| pump(socket, stream)))
}

async fn pump(mut socket: WebSocket, mut stream: EventStream) {
    let mut pulse = tokio::time::interval(PULSE);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            frame = stream.next() => match frame.map(|frame| serde_json::to_string(&frame)) {
                Some(Ok(text)) => Message::Text(text.into()),
                Some(Err(_)) | None => break,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            _ = pulse.tick() => {
                if heard.elapsed() > SILENCE {
                    return;
                }
                Message::Ping(bytes::Bytes::new())
            }
        };
        if !matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    // The stream is over; whether the other end hears the goodbye does not matter.
    let _heard = timeout(PATIENCE, socket.send(Message::Close(None))).await;
}

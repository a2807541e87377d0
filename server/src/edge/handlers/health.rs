//! Probes: one word, no login, no detail.

use api::system::{HealthReply, PodmanState};
use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::edge::App;
use crate::edge::error::UNWELL;
use crate::edge::json::Json;

/// Whether Stardeck itself is well
#[utoipa::path(get, path = "/healthz", tag = "health", security(()),
    responses((status = 200, body = HealthReply), (status = 503, body = HealthReply)))]
pub(crate) async fn server(State(app): State<App>) -> Response {
    reply(if app.engine.is_well().await { "ok" } else { "database" })
}

/// Whether Podman answers
#[utoipa::path(get, path = "/health/podman", tag = "health", security(()),
    responses((status = 200, body = HealthReply), (status = 503, body = HealthReply)))]
pub(crate) async fn podman(State(app): State<App>) -> Response {
    reply(match app.engine.podman_state() {
        PodmanState::Connected => "ok",
        PodmanState::Connecting => "connecting",
        PodmanState::Unreachable => "unreachable",
        PodmanState::NotResponding => "not_responding",
    })
}

fn reply(word: &str) -> Response {
    let body = Json(HealthReply { status: word.into() });
    if word == "ok" {
        body.into_response()
    } else {
        (UNWELL, body).into_response()
    }
}

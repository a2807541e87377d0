//! The first administrator.

use api::session::{SessionReply, SetupRequest, SetupState};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::edge::error::Reply;
use crate::edge::json::Json;
use crate::edge::{App, cookies, signed};

/// Whether the first administrator is still to be made
#[utoipa::path(get, path = "/setup", tag = "setup", security(()),
    responses((status = 200, body = SetupState), (status = 404, description = "There is one already")))]
pub(crate) async fn show(State(app): State<App>) -> Reply<Json<SetupState>> {
    Ok(Json(app.engine.setup_state()?))
}

/// Make the first administrator, by the one-time token, and log it in
#[utoipa::path(post, path = "/setup", tag = "setup", security(()), request_body = SetupRequest,
    responses((status = 200, body = SessionReply), (status = 403, description = "Wrong token"),
        (status = 404, description = "There is one already")))]
pub(crate) async fn create(
    State(app): State<App>,
    signed::From(caller): signed::From,
    Json(request): Json<SetupRequest>,
) -> Reply<impl IntoResponse> {
    let opened = app.engine.setup(request, &caller).await?;
    Ok((cookies::opened(&opened.cookie, &opened.device), Json(opened.reply)))
}

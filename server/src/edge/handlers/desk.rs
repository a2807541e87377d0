//! What a person has on the desk.

use api::desk::{Desk, DeskPatch};
use axum::extract::State;

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// One's own desk
#[utoipa::path(get, path = "/desk", tag = "desk", responses((status = 200, body = Desk)))]
pub(crate) async fn show(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Desk>> {
    Ok(Json(app.engine.desk(&actor).await?))
}

/// Change one's own desk, entry by entry; one's other browsers hear of it
#[utoipa::path(patch, path = "/desk", tag = "desk", request_body = DeskPatch,
    responses((status = 200, body = Desk), (status = 422, description = "A bound is passed; nothing was changed")))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(patch): Json<DeskPatch>,
) -> Reply<Json<Desk>> {
    Ok(Json(app.engine.change_desk(&actor, patch).await?))
}

//! The machine.

use api::system::System;
use axum::extract::State;

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// What this is and where it runs
#[utoipa::path(get, path = "/system", tag = "system", responses((status = 200, body = System)))]
pub(crate) async fn show(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<System>> {
    Ok(Json(app.engine.system(&actor)?))
}

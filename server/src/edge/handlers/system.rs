//! The machine.

use api::disk::{DiskUsage, Prune, Pruned};
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

/// What images, containers and volumes take on the disk; Podman needs seconds to say
#[utoipa::path(get, path = "/system/disk", tag = "system", responses((status = 200, body = DiskUsage)))]
pub(crate) async fn disk(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<DiskUsage>> {
    Ok(Json(app.engine.disk_usage(&actor).await?))
}

/// Remove what is named, and nothing else
#[utoipa::path(post, path = "/system/prune", tag = "system", request_body = Prune,
    responses((status = 200, body = Pruned)))]
pub(crate) async fn prune(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<Prune>,
) -> Reply<Json<Pruned>> {
    Ok(Json(app.engine.prune(&actor, request).await?))
}

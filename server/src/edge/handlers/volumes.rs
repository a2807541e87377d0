//! Volumes.

use api::page::{Page, PageQuery};
use api::thing::RemoveThing;
use api::volume::{CreateVolume, Volume, VolumeDetail};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{DONE, MADE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// The volumes that one may see, and who uses each
#[utoipa::path(get, path = "/volumes", tag = "volumes", params(PageQuery), responses((status = 200, body = Page<Volume>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<PageQuery>,
) -> Reply<Json<Page<Volume>>> {
    Ok(Json(app.engine.volumes(&actor, &query).await?))
}

/// Make a volume
#[utoipa::path(post, path = "/volumes", tag = "volumes", request_body = CreateVolume,
    responses((status = 201, body = VolumeDetail), (status = 409, description = "The name is taken")))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<CreateVolume>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.create_volume(&actor, request).await?)))
}

/// A volume, looked at closely
#[utoipa::path(get, path = "/volumes/{name}", tag = "volumes", params(("name" = String, Path)),
    responses((status = 200, body = VolumeDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<VolumeDetail>> {
    Ok(Json(app.engine.volume(&actor, &name).await?))
}

/// Remove a volume, if no container uses it
#[utoipa::path(delete, path = "/volumes/{name}", tag = "volumes", params(("name" = String, Path), RemoveThing),
    responses((status = 204), (status = 404),
        (status = 409, description = "`volume_in_use`: `details.used_by` says by whom; `foreign` or `other_deck`: this Stardeck did not make it")))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Query(how): Query<RemoveThing>,
) -> Reply<impl IntoResponse> {
    app.engine.remove_volume(&actor, &name, how).await?;
    Ok(DONE)
}

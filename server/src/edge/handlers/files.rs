//! Folders of the machine.

use api::filesystem::{BrowseQuery, Entry, Filesystem, Folder, MakeFolder};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{MADE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// Where browsing can begin
#[utoipa::path(get, path = "/filesystem/info", tag = "filesystem", responses((status = 200, body = Filesystem)))]
pub(crate) async fn info(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Filesystem>> {
    Ok(Json(app.engine.filesystem(&actor).await?))
}

/// What is in a folder, part by part
#[utoipa::path(get, path = "/filesystem/browse", tag = "filesystem", params(BrowseQuery),
    responses((status = 200, body = Folder), (status = 403, description = "Stardeck's user may not read it"),
        (status = 404, description = "It is not there, or not shown"),
        (status = 409, description = "It does not answer")))]
pub(crate) async fn browse(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<BrowseQuery>,
) -> Reply<Json<Folder>> {
    Ok(Json(app.engine.browse(&actor, query).await?))
}

/// Make a folder in one that is there
#[utoipa::path(post, path = "/filesystem/mkdir", tag = "filesystem", request_body = MakeFolder,
    responses((status = 201, body = Entry), (status = 403, description = "Stardeck's user may not write there"),
        (status = 404, description = "What it is to be in is not there, or not shown"),
        (status = 409, description = "There is something of that name, or no room"),
        (status = 422, description = "Not a good name")))]
pub(crate) async fn make(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<MakeFolder>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.make_folder(&actor, request).await?)))
}

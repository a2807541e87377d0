//! Apps: which there are, and the way into one.

use api::app::{App as Shown, OpenApp, OpenedApp};
use api::page::Listed;
use axum::extract::{Path, State};

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::here::Here;
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// The apps that one may see
#[utoipa::path(get, path = "/apps", tag = "apps", responses((status = 200, body = Listed<Shown>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Listed<Shown>>> {
    Ok(Json(app.engine.apps(&actor)?))
}

/// Open an app: an address to load in a window, good once and for thirty seconds
#[utoipa::path(post, path = "/apps/{id}/open", tag = "apps", params(("id" = String, Path)), request_body = OpenApp,
    responses((status = 200, body = OpenedApp), (status = 404)))]
pub(crate) async fn open(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    here: Here,
    Json(how): Json<OpenApp>,
) -> Reply<Json<OpenedApp>> {
    Ok(Json(here.open(&app, &actor, &id, &how).await?))
}

/// Open the app of a container
#[utoipa::path(post, path = "/containers/{id}/open", tag = "apps", params(("id" = String, Path)), request_body = OpenApp,
    responses((status = 200, body = OpenedApp), (status = 404, description = "No container of ours, or one without a web interface")))]
pub(crate) async fn open_container(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    here: Here,
    Json(how): Json<OpenApp>,
) -> Reply<Json<OpenedApp>> {
    Ok(Json(here.open(&app, &actor, &id, &how).await?))
}

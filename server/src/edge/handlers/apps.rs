//! Apps: which there are, and the way into one.

use api::app::{App as Shown, OpenApp, OpenedApp};
use api::page::Listed;
use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};

use crate::apps::programs;
use crate::edge::error::{Fault, Reply};
use crate::edge::here::Here;
use crate::edge::json::Json;
use crate::edge::signed::{self, Signed};
use crate::edge::{App, cookies};

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

/// Leads a browser from a path of the API to the app's own origin; what the app says is never answered here.
pub(crate) async fn lead(
    State(app): State<App>,
    signed::From(caller): signed::From,
    here: Here,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Reply<impl IntoResponse> {
    let (id, path) = programs::split(uri.path()).ok_or(Fault::NoRoute)?;
    let path = if path.is_empty() { "/" } else { path };
    let path = uri
        .query()
        .map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let credentials = signed::credentials(&headers);
    let is_whole = credentials.header.is_some() || credentials.bearer.is_some();
    let actor = if is_whole {
        app.engine.authenticate(credentials, caller.peer).await?
    } else {
        let cookies = cookies::values(&headers, cookies::SESSION);
        app.engine.visitor(cookies, caller.peer).await?
    };
    let how = OpenApp { path: Some(path) };
    let opened = here.open(&app, &actor, id, &how).await?;
    // The guard has let through only what the person or a page of ours asks for. A browser that does not say so may be
    // asking for an app: it is led to the address, and not let in.
    let is_told = is_whole || headers.contains_key("sec-fetch-site");
    let url = if is_told {
        opened.url
    } else {
        format!("{}{}", opened.origin, how.path.unwrap_or_default())
    };
    Ok(Redirect::to(&url))
}

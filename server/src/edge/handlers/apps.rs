//! Apps: which there are, and the way into one.

use api::app::{App as Shown, AppDetail, AppSettings, AppsQuery, OpenApp, OpenedApp};
use api::page::Listed;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect};

use crate::apps::programs;
use crate::edge::error::{Fault, Reply};
use crate::edge::here::Here;
use crate::edge::json::{Json, Query};
use crate::edge::picture::Picture;
use crate::edge::signed::{self, Signed};
use crate::edge::{App, cookies};

/// The apps that one may see
#[utoipa::path(get, path = "/apps", tag = "apps", params(AppsQuery), responses((status = 200, body = Listed<Shown>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<AppsQuery>,
) -> Reply<Json<Listed<Shown>>> {
    Ok(Json(app.engine.apps(&actor, query)?))
}

/// An app, with what is set for it and what its labels say
#[utoipa::path(get, path = "/apps/{id}", tag = "apps", params(("id" = String, Path)),
    responses((status = 200, body = AppDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<AppDetail>> {
    Ok(Json(app.engine.app_detail(&actor, &id)?))
}

/// Set all that is set for an app; what is left out is as its labels say
#[utoipa::path(put, path = "/apps/{id}", tag = "apps", params(("id" = String, Path)), request_body = AppSettings,
    responses((status = 200, body = AppDetail), (status = 404), (status = 422)))]
pub(crate) async fn set(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(settings): Json<AppSettings>,
) -> Reply<Json<AppDetail>> {
    Ok(Json(app.engine.set_app(&actor, &id, settings).await?))
}

/// The icon of an app, a PNG or a drawing of Stardeck's own
#[utoipa::path(get, path = "/apps/{id}/icon", tag = "apps",
    params(("id" = String, Path), ("v" = Option<String>, Query, description = "Which one; another has another address")),
    responses((status = 200, body = String, content_type = "image/png"), (status = 404)))]
pub(crate) async fn icon(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<impl IntoResponse> {
    let icon = app.engine.app_icon(&actor, &id).await?;
    Ok(([(header::CONTENT_TYPE, icon.kind)], icon.bytes))
}

/// Send an own icon: PNG, JPEG, GIF, WebP or ICO of at most 512 KiB and 2048 pixels
#[utoipa::path(put, path = "/apps/{id}/icon", tag = "apps", params(("id" = String, Path)),
    request_body(content = String, content_type = "image/png"),
    responses((status = 200, body = Shown), (status = 404), (status = 413), (status = 415), (status = 422)))]
pub(crate) async fn set_icon(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Picture(bytes): Picture,
) -> Reply<Json<Shown>> {
    Ok(Json(app.engine.set_app_icon(&actor, &id, bytes).await?))
}

/// Forget the own icon
#[utoipa::path(delete, path = "/apps/{id}/icon", tag = "apps", params(("id" = String, Path)),
    responses((status = 200, body = Shown), (status = 404)))]
pub(crate) async fn remove_icon(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<Shown>> {
    Ok(Json(app.engine.remove_app_icon(&actor, &id).await?))
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

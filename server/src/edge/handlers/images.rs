//! Images.

use api::image::{Image, ImageDetail, PullImage};
use api::job::Job;
use api::page::{Page, PageQuery};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{BEGUN, DONE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// The images, and who uses each
#[utoipa::path(get, path = "/images", tag = "images", params(PageQuery), responses((status = 200, body = Page<Image>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<PageQuery>,
) -> Reply<Json<Page<Image>>> {
    Ok(Json(app.engine.images(&actor, &query).await?))
}

/// Fetch an image
#[utoipa::path(post, path = "/images/pull", tag = "images", request_body = PullImage,
    responses((status = 202, body = Job)))]
pub(crate) async fn pull(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<PullImage>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.pull_image(&actor, request).await?)))
}

/// An image, looked at closely
#[utoipa::path(get, path = "/images/{id}/inspect", tag = "images", params(("id" = String, Path)),
    responses((status = 200, body = ImageDetail), (status = 404)))]
pub(crate) async fn inspect(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<ImageDetail>> {
    Ok(Json(app.engine.inspect_image(&actor, &id).await?))
}

/// Remove an image with all its names, if nothing uses it
#[utoipa::path(delete, path = "/images/{id}", tag = "images", params(("id" = String, Path)),
    responses((status = 204), (status = 404),
        (status = 409, description = "`image_in_use`: `details.used_by` and `details.stacks` say by whom")))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<impl IntoResponse> {
    app.engine.remove_image(&actor, &id).await?;
    Ok(DONE)
}

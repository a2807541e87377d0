//! Containers.

use api::adopt::{Adopt, Adoption};
use api::container::{Container, ContainerDetail, ContainerList, RemoveContainer};
use api::page::PageQuery;
use api::source::QuickDeploy;
use api::stack::StackJob;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use engine::containers::Verb;

use crate::edge::App;
use crate::edge::error::{BEGUN, DONE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// The containers that one may see
#[utoipa::path(get, path = "/containers", tag = "containers", params(PageQuery),
    responses((status = 200, body = ContainerList)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<PageQuery>,
) -> Reply<Json<ContainerList>> {
    Ok(Json(app.engine.containers(&actor, &query)?))
}

/// Deploy a container from an image and a few words: they become a compose file, written as a stack
#[utoipa::path(post, path = "/containers", tag = "containers", request_body = QuickDeploy,
    responses((status = 202, body = StackJob), (status = 409, description = "The name is taken")))]
pub(crate) async fn quick_deploy(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<QuickDeploy>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.quick_deploy(&actor, request).await?)))
}

/// A container, looked at closely
#[utoipa::path(get, path = "/containers/{id}", tag = "containers", params(("id" = String, Path)),
    responses((status = 200, body = ContainerDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<ContainerDetail>> {
    Ok(Json(app.engine.container(&actor, &id).await?))
}

/// Start a container; one that runs already stays as it is
#[utoipa::path(post, path = "/containers/{id}/start", tag = "containers", params(("id" = String, Path)),
    responses((status = 200, body = Container), (status = 404)))]
pub(crate) async fn start(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<Container>> {
    Ok(Json(app.engine.operate(&actor, &id, Verb::Start).await?))
}

/// Stop a container; it has ten seconds, or what it was made with, to end in good order
#[utoipa::path(post, path = "/containers/{id}/stop", tag = "containers", params(("id" = String, Path)),
    responses((status = 200, body = Container), (status = 404)))]
pub(crate) async fn stop(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<Container>> {
    Ok(Json(app.engine.operate(&actor, &id, Verb::Stop).await?))
}

/// Restart a container
#[utoipa::path(post, path = "/containers/{id}/restart", tag = "containers", params(("id" = String, Path)),
    responses((status = 200, body = Container), (status = 404)))]
pub(crate) async fn restart(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<Container>> {
    Ok(Json(app.engine.operate(&actor, &id, Verb::Restart).await?))
}

/// Remove a container; its named volumes stay
#[utoipa::path(delete, path = "/containers/{id}", tag = "containers", params(("id" = String, Path), RemoveContainer),
    responses((status = 204), (status = 404), (status = 409, description = "It is running")))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Query(how): Query<RemoveContainer>,
) -> Reply<impl IntoResponse> {
    app.engine.remove_container(&actor, &id, how).await?;
    Ok(DONE)
}

/// What a container that somebody else made would be as a stack, with the others of its compose project
#[utoipa::path(get, path = "/containers/{id}/adopt", tag = "containers", params(("id" = String, Path)),
    responses((status = 200, body = Adoption), (status = 404),
        (status = 409, description = "It is Stardeck's already, or would be gone once it stops")))]
pub(crate) async fn adoption(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<Adoption>> {
    Ok(Json(app.engine.adoption(&actor, &id).await?))
}

/// Make a container that somebody else made a stack: a new one takes its place, with its volumes
#[utoipa::path(post, path = "/containers/{id}/adopt", tag = "containers", params(("id" = String, Path)),
    request_body = Adopt,
    responses((status = 202, body = StackJob), (status = 404),
        (status = 403, description = "`consent_needed`: an administrator has to agree to `details.risks`"),
        (status = 409, description = "`stack_exists`, or `adoption_moved`: other containers would be adopted by now"),
        (status = 422, description = "`compose_invalid` or `policy_refused`")))]
pub(crate) async fn adopt(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(request): Json<Adopt>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.adopt(&actor, &id, request).await?)))
}

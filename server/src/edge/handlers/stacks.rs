//! Stacks.

use api::page::Listed;
use api::source::{PullStack, PulledStack, StackChanges};
use api::stack::{
    CreateStack, DeployStack, EditStack, Generation, Plan, RemoveStack, Stack, StackDetail, StackJob, WriteStack,
};
use api::update::StackUpdates;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use engine::stacks::Verb;

use crate::edge::App;
use crate::edge::error::{BEGUN, MADE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// All stacks
#[utoipa::path(get, path = "/stacks", tag = "stacks", responses((status = 200, body = Listed<Stack>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Listed<Stack>>> {
    Ok(Json(app.engine.stacks(&actor).await?))
}

/// Make a stack; nothing of it runs until it is deployed
#[utoipa::path(post, path = "/stacks", tag = "stacks", request_body = CreateStack,
    responses((status = 201, body = StackDetail), (status = 409, description = "The name is taken")))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<CreateStack>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.create_stack(&actor, request).await?)))
}

/// A stack, looked at closely
#[utoipa::path(get, path = "/stacks/{name}", tag = "stacks", params(("name" = String, Path)),
    responses((status = 200, body = StackDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<StackDetail>> {
    Ok(Json(app.engine.stack(&actor, &name).await?))
}

/// Write the files of a stack
#[utoipa::path(put, path = "/stacks/{name}", tag = "stacks", params(("name" = String, Path)), request_body = WriteStack,
    responses((status = 200, body = StackDetail), (status = 404),
        (status = 409, description = "`stack_changed`: the files are not those that were read; both are in `details`")))]
pub(crate) async fn write(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Json(request): Json<WriteStack>,
) -> Reply<Json<StackDetail>> {
    Ok(Json(app.engine.write_stack(&actor, &name, request).await?))
}

/// Change the compose file of a stack, and leave every other byte of it alone
#[utoipa::path(patch, path = "/stacks/{name}", tag = "stacks", params(("name" = String, Path)), request_body = EditStack,
    responses((status = 200, body = StackDetail), (status = 404),
        (status = 409, description = "`stack_changed`: the files are not those that were read; both are in `details`")))]
pub(crate) async fn edit(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Json(request): Json<EditStack>,
) -> Reply<Json<StackDetail>> {
    Ok(Json(app.engine.edit_stack(&actor, &name, request).await?))
}

/// Remove a stack; its volumes stay, but those that are named
#[utoipa::path(delete, path = "/stacks/{name}", tag = "stacks", params(("name" = String, Path), RemoveStack),
    responses((status = 202, body = StackJob), (status = 404)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Query(request): Query<RemoveStack>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.remove_stack(&actor, &name, &request).await?)))
}

/// What a deploy would do
#[utoipa::path(post, path = "/stacks/{name}/diff", tag = "stacks", params(("name" = String, Path)),
    request_body = DeployStack, responses((status = 200, body = Plan), (status = 404)))]
pub(crate) async fn diff(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Json(request): Json<DeployStack>,
) -> Reply<Json<Plan>> {
    Ok(Json(app.engine.diff_stack(&actor, &name, &request).await?))
}

/// Deploy a stack as its files are, or as an older generation
#[utoipa::path(post, path = "/stacks/{name}/deploy", tag = "stacks", params(("name" = String, Path)),
    request_body = DeployStack,
    responses((status = 202, body = StackJob), (status = 404),
        (status = 403, description = "`consent_needed`: an administrator has to agree to `details.risks`"),
        (status = 409, description = "`stack_changed`"),
        (status = 422, description = "`compose_invalid` or `policy_refused`")))]
pub(crate) async fn deploy(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Json(request): Json<DeployStack>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.deploy_stack(&actor, &name, request).await?)))
}

/// Start what a stack has
#[utoipa::path(post, path = "/stacks/{name}/start", tag = "stacks", params(("name" = String, Path)),
    responses((status = 202, body = StackJob), (status = 404), (status = 409, description = "It was never deployed")))]
pub(crate) async fn start(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.operate_stack(&actor, &name, Verb::Start).await?)))
}

/// Stop what a stack has; its containers stay
#[utoipa::path(post, path = "/stacks/{name}/stop", tag = "stacks", params(("name" = String, Path)),
    responses((status = 202, body = StackJob), (status = 404), (status = 409, description = "It was never deployed")))]
pub(crate) async fn stop(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.operate_stack(&actor, &name, Verb::Stop).await?)))
}

/// Stop and start what a stack has
#[utoipa::path(post, path = "/stacks/{name}/restart", tag = "stacks", params(("name" = String, Path)),
    responses((status = 202, body = StackJob), (status = 404), (status = 409, description = "It was never deployed")))]
pub(crate) async fn restart(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<impl IntoResponse> {
    Ok((
        BEGUN,
        Json(app.engine.operate_stack(&actor, &name, Verb::Restart).await?),
    ))
}

/// Remove a stack's containers and networks; its file and its volumes stay
#[utoipa::path(post, path = "/stacks/{name}/down", tag = "stacks", params(("name" = String, Path)),
    responses((status = 202, body = StackJob), (status = 404)))]
pub(crate) async fn down(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.operate_stack(&actor, &name, Verb::Down).await?)))
}

/// Ask registries what they have for the images of what is deployed; nothing is fetched
#[utoipa::path(post, path = "/stacks/{name}/check-updates", tag = "stacks", params(("name" = String, Path)),
    responses((status = 200, body = StackUpdates), (status = 404), (status = 409, description = "It was never deployed")))]
pub(crate) async fn check_updates(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<StackUpdates>> {
    Ok(Json(app.engine.check_updates(&actor, &name).await?))
}

/// Deploy what is deployed again, with what its tags lead to now
#[utoipa::path(post, path = "/stacks/{name}/update", tag = "stacks", params(("name" = String, Path)),
    responses((status = 202, body = StackJob), (status = 404),
        (status = 409, description = "`nothing_newer`, or it was never deployed")))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<impl IntoResponse> {
    Ok((BEGUN, Json(app.engine.update_stack(&actor, &name).await?)))
}

/// What was deployed, the newest first
#[utoipa::path(get, path = "/stacks/{name}/generations", tag = "stacks", params(("name" = String, Path)),
    responses((status = 200, body = Listed<Generation>), (status = 404)))]
pub(crate) async fn generations(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<Listed<Generation>>> {
    Ok(Json(app.engine.generations(&actor, &name).await?))
}

/// Look again where the files of a stack come from, and take what was looked at
#[utoipa::path(post, path = "/stacks/{name}/pull", tag = "stacks", params(("name" = String, Path)), request_body = PullStack,
    responses((status = 200, body = PulledStack), (status = 404),
        (status = 409, description = "`no_origin`: they come from nowhere else; `source_moved`: it is not what was looked at")))]
pub(crate) async fn pull(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Json(request): Json<PullStack>,
) -> Reply<Json<PulledStack>> {
    Ok(Json(app.engine.pull_stack(&actor, &name, request).await?))
}

/// How the files on the disk differ from what was deployed last
#[utoipa::path(get, path = "/stacks/{name}/changes", tag = "stacks", params(("name" = String, Path)),
    responses((status = 200, body = StackChanges), (status = 404)))]
pub(crate) async fn changes(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<StackChanges>> {
    Ok(Json(app.engine.stack_changes(&actor, &name).await?))
}

//! Accounts.

use api::page::Page;
use api::user::{CreateUser, UpdateUser, User};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{DONE, MADE, Reply};
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// All accounts
#[utoipa::path(get, path = "/users", tag = "users", responses((status = 200, body = Page<User>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Page<User>>> {
    let items = app.engine.users(&actor).await?;
    Ok(Json(Page { items, cursor: None }))
}

/// Make an account
#[utoipa::path(post, path = "/users", tag = "users", request_body = CreateUser,
    responses((status = 201, body = User), (status = 403, description = "`password_needed`: elevate first"),
        (status = 409, description = "The name is taken")))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<CreateUser>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.create_user(&actor, request).await?)))
}

/// Change an account; ends its sessions
#[utoipa::path(patch, path = "/users/{id}", tag = "users", params(("id" = String, Path)), request_body = UpdateUser,
    responses((status = 200, body = User), (status = 404), (status = 409, description = "The last administrator")))]
pub(crate) async fn update(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
    Json(request): Json<UpdateUser>,
) -> Reply<Json<User>> {
    Ok(Json(app.engine.update_user(&actor, &id, request).await?))
}

/// Remove an account, its sessions and its tokens
#[utoipa::path(delete, path = "/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 204), (status = 404), (status = 409, description = "The last administrator")))]
pub(crate) async fn delete(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<impl IntoResponse> {
    app.engine.delete_user(&actor, &id).await?;
    Ok(DONE)
}

//! Passwords for registries.

use api::page::Page;
use api::registry::{Registry, SetRegistry};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{DONE, Reply};
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// The registries whose passwords are kept; the passwords are not answered
#[utoipa::path(get, path = "/registries", tag = "registries", responses((status = 200, body = Page<Registry>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Page<Registry>>> {
    Ok(Json(app.engine.registries(&actor).await?))
}

/// Keep the password for a registry, in place of the one that was kept
#[utoipa::path(post, path = "/registries", tag = "registries", request_body = SetRegistry,
    responses((status = 200, body = Registry)))]
pub(crate) async fn set(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<SetRegistry>,
) -> Reply<Json<Registry>> {
    Ok(Json(app.engine.set_registry(&actor, request).await?))
}

/// Forget the password for a registry
#[utoipa::path(delete, path = "/registries/{host}", tag = "registries", params(("host" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(host): Path<String>,
) -> Reply<impl IntoResponse> {
    app.engine.remove_registry(&actor, &host).await?;
    Ok(DONE)
}

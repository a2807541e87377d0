//! API tokens.

use api::page::Page;
use api::token::{CreateToken, NewToken, Token};
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{DONE, MADE, Reply};
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// One's own tokens
#[utoipa::path(get, path = "/tokens", tag = "tokens", responses((status = 200, body = Page<Token>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Page<Token>>> {
    let items = app.engine.tokens(&actor).await?;
    Ok(Json(Page { items, cursor: None }))
}

/// Make a token; its secret is shown this once
#[utoipa::path(post, path = "/tokens", tag = "tokens", request_body = CreateToken,
    responses((status = 201, body = NewToken), (status = 403, description = "`password_needed`: elevate first")))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<CreateToken>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.create_token(&actor, request).await?)))
}

/// Revoke a token
#[utoipa::path(delete, path = "/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<impl IntoResponse> {
    app.engine.revoke_token(&actor, &id).await?;
    Ok(DONE)
}

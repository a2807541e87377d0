//! The second factor: beginning, confirming and removing it, and the second step of a login.

use api::session::{ConfirmFactor, LoginCodeRequest, NewFactor, SessionReply};
use axum::extract::State;
use axum::response::IntoResponse;

use crate::edge::error::{DONE, Reply};
use crate::edge::json::Json;
use crate::edge::signed::{self, Signed};
use crate::edge::{App, cookies};

/// The second step of a login: the code of the second factor
#[utoipa::path(post, path = "/login/code", tag = "session", security(()), request_body = LoginCodeRequest,
    responses((status = 200, body = SessionReply),
        (status = 401, description = "`wrong_code`, or `login_over`: begin again with the password"),
        (status = 429, description = "Too many attempts; `Retry-After` says how long to wait")))]
pub(crate) async fn login(
    State(app): State<App>,
    signed::From(caller): signed::From,
    Json(request): Json<LoginCodeRequest>,
) -> Reply<impl IntoResponse> {
    let opened = app.engine.login_with_code(request, &caller).await?;
    Ok((cookies::opened(&opened.cookie, &opened.device), Json(opened.reply)))
}

/// Begin a second factor; it is in force once it is confirmed
#[utoipa::path(post, path = "/session/factor", tag = "session",
    responses((status = 200, body = NewFactor), (status = 403, description = "`password_needed`: elevate first"),
        (status = 409, description = "One is in force: remove it first")))]
pub(crate) async fn begin(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<NewFactor>> {
    Ok(Json(app.engine.begin_factor(&actor).await?))
}

/// Put the second factor in force; ends all other sessions of the account
#[utoipa::path(post, path = "/session/factor/confirm", tag = "session", request_body = ConfirmFactor,
    responses((status = 204), (status = 401, description = "`wrong_code`"),
        (status = 409, description = "None was begun")))]
pub(crate) async fn confirm(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<ConfirmFactor>,
) -> Reply<impl IntoResponse> {
    app.engine.confirm_factor(&actor, request).await?;
    Ok(DONE)
}

/// Remove one's own second factor
#[utoipa::path(delete, path = "/session/factor", tag = "session",
    responses((status = 204), (status = 403, description = "`password_needed`: elevate first"), (status = 404)))]
pub(crate) async fn remove(State(app): State<App>, Signed(actor): Signed) -> Reply<impl IntoResponse> {
    app.engine.remove_factor(&actor).await?;
    Ok(DONE)
}

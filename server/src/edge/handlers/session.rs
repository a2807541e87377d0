//! Logging in and out, and what belongs to a session.

use api::page::Page;
use api::session::{
    ChangePassword, CurrentSession, ElevateRequest, LoginRequest, Session, SessionReply, Ticket, TicketRequest,
};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;

use crate::edge::error::{DONE, Reply};
use crate::edge::json::Json;
use crate::edge::signed::{self, Signed};
use crate::edge::{App, cookies};

/// Log in
#[utoipa::path(post, path = "/login", tag = "session", security(()), request_body = LoginRequest,
    responses((status = 200, body = SessionReply), (status = 401, description = "Wrong name or password; or `code_needed`, with a `challenge` for `/login/code`"),
        (status = 429, description = "Too many attempts; `Retry-After` says how long to wait")))]
pub(crate) async fn login(
    State(app): State<App>,
    signed::From(caller): signed::From,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Reply<impl IntoResponse> {
    let device = cookies::values(&headers, cookies::DEVICE).into_iter().next();
    let opened = app.engine.login(request, device.as_deref(), &caller).await?;
    Ok((cookies::opened(&opened.cookie, &opened.device), Json(opened.reply)))
}

/// Give a new tab of a browser that is logged in its own half of the session
#[utoipa::path(post, path = "/session/bootstrap", tag = "session", security(("cookie" = [])),
    responses((status = 200, body = SessionReply), (status = 401, description = "Nobody is logged in"),
        (status = 503, description = "Nobody can be: `setup_needed`")))]
pub(crate) async fn bootstrap(
    State(app): State<App>,
    signed::From(caller): signed::From,
    headers: HeaderMap,
) -> Reply<Json<SessionReply>> {
    Ok(Json(
        app.engine
            .bootstrap(cookies::values(&headers, cookies::SESSION), &caller)
            .await?,
    ))
}

/// Log out: end this session
#[utoipa::path(post, path = "/logout", tag = "session", responses((status = 204)))]
pub(crate) async fn logout(State(app): State<App>, Signed(actor): Signed) -> Reply<impl IntoResponse> {
    app.engine.logout(&actor).await?;
    Ok((DONE, cookies::ended()))
}

/// Who one is
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = CurrentSession)))]
pub(crate) async fn current(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<CurrentSession>> {
    Ok(Json(app.engine.current(&actor).await?))
}

/// Give the password again, for what needs it; good for ten minutes
#[utoipa::path(post, path = "/session/elevate", tag = "session", request_body = ElevateRequest,
    responses((status = 204), (status = 401, description = "Wrong password")))]
pub(crate) async fn elevate(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<ElevateRequest>,
) -> Reply<impl IntoResponse> {
    let cookie = app.engine.elevate(&actor, request).await?;
    Ok((DONE, cookies::session(&cookie)))
}

/// Change one's own password; ends all other sessions of the account
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = ChangePassword,
    responses((status = 204), (status = 401, description = "Wrong password")))]
pub(crate) async fn change_password(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<ChangePassword>,
) -> Reply<impl IntoResponse> {
    let cookie = app.engine.change_password(&actor, request).await?;
    Ok((DONE, cookies::session(&cookie)))
}

/// One's own sessions
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = Page<Session>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Page<Session>>> {
    let items = app.engine.sessions(&actor).await?;
    Ok(Json(Page { items, cursor: None }))
}

/// End one of one's own sessions
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
pub(crate) async fn end(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<impl IntoResponse> {
    app.engine.end_session(&actor, &id).await?;
    Ok(DONE)
}

/// A one-time ticket, to open a WebSocket with
#[utoipa::path(post, path = "/tickets", tag = "session", request_body = TicketRequest,
    responses((status = 200, body = Ticket)))]
pub(crate) async fn ticket(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<TicketRequest>,
) -> Reply<Json<Ticket>> {
    Ok(Json(app.engine.ticket(&actor, &request)?))
}

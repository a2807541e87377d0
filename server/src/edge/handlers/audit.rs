//! What was done, by whom.

use api::audit::Entry;
use api::page::{Page, PageQuery};
use axum::extract::State;

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// What was done, the newest first
#[utoipa::path(get, path = "/audit", tag = "audit", params(PageQuery), responses((status = 200, body = Page<Entry>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<PageQuery>,
) -> Reply<Json<Page<Entry>>> {
    Ok(Json(app.engine.audit(&actor, query).await?))
}

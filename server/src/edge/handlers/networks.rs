//! Networks.

use api::network::{CreateNetwork, Network, NetworkDetail};
use api::page::{Page, PageQuery};
use api::thing::RemoveThing;
use axum::extract::{Path, State};
use axum::response::IntoResponse;

use crate::edge::App;
use crate::edge::error::{DONE, MADE, Reply};
use crate::edge::json::{Json, Query};
use crate::edge::signed::Signed;

/// The networks that one may see, and who uses each
#[utoipa::path(get, path = "/networks", tag = "networks", params(PageQuery), responses((status = 200, body = Page<Network>)))]
pub(crate) async fn list(
    State(app): State<App>,
    Signed(actor): Signed,
    Query(query): Query<PageQuery>,
) -> Reply<Json<Page<Network>>> {
    Ok(Json(app.engine.networks(&actor, &query).await?))
}

/// Make a network
#[utoipa::path(post, path = "/networks", tag = "networks", request_body = CreateNetwork,
    responses((status = 201, body = NetworkDetail), (status = 409, description = "The name is taken")))]
pub(crate) async fn create(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(request): Json<CreateNetwork>,
) -> Reply<impl IntoResponse> {
    Ok((MADE, Json(app.engine.create_network(&actor, request).await?)))
}

/// A network, looked at closely
#[utoipa::path(get, path = "/networks/{name}", tag = "networks", params(("name" = String, Path)),
    responses((status = 200, body = NetworkDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
) -> Reply<Json<NetworkDetail>> {
    Ok(Json(app.engine.network(&actor, &name).await?))
}

/// Remove a network, if no container uses it
#[utoipa::path(delete, path = "/networks/{name}", tag = "networks", params(("name" = String, Path), RemoveThing),
    responses((status = 204), (status = 404),
        (status = 409, description = "`network_in_use`: `details.used_by` says by whom; `foreign` or `other_deck`: this Stardeck did not make it")))]
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(name): Path<String>,
    Query(how): Query<RemoveThing>,
) -> Reply<impl IntoResponse> {
    app.engine.remove_network(&actor, &name, how).await?;
    Ok(DONE)
}

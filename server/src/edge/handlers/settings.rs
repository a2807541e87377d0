//! What holds for the whole deck.

use api::settings::{Settings, SettingsPatch};
use axum::extract::State;

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// The settings
#[utoipa::path(get, path = "/settings", tag = "settings", responses((status = 200, body = Settings)))]
pub(crate) async fn show(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Settings>> {
    Ok(Json(app.engine.settings(&actor).await?))
}

/// Change the settings
#[utoipa::path(patch, path = "/settings", tag = "settings", request_body = SettingsPatch,
    responses((status = 200, body = Settings), (status = 403, description = "`password_needed`: elevate first"),
        (status = 422, description = "One of them cannot be meant; nothing was changed")))]
pub(crate) async fn change(
    State(app): State<App>,
    Signed(actor): Signed,
    Json(patch): Json<SettingsPatch>,
) -> Reply<Json<Settings>> {
    Ok(Json(app.engine.change_settings(&actor, patch).await?))
}

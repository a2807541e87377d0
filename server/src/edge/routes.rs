//! All routes on one page.

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::Fault;
use super::handlers::{
    apps, audit, containers, desk, events, factor, files, health, images, jobs, logs, networks, registries, session,
    settings, setup, stacks, stats, system, tokens, trust, users, volumes,
};
use super::json::Json;
use super::{App, guard, idempotency, signed};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Stardeck",
        description = "A Linux machine as a desktop of containers. Every refusal has the shape of `ErrorBody`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/api")),
    components(schemas(api::error::ErrorBody)),
    security(("cookie" = [], "header" = []), ("token" = [])),
    modifiers(&Schemes),
)]
struct Document;

/// The ways to say who asks.
struct Schemes;

impl utoipa::Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(super::cookies::SESSION));
        let header = ApiKey::Header(ApiKeyValue::new(api::SESSION_HEADER));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
        components.add_security_scheme("header", SecurityScheme::ApiKey(header));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Open to everybody: nothing in here changes or tells anything but to whom it proves itself.
fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(setup::show, setup::create))
        .routes(routes!(session::login))
        .routes(routes!(factor::login))
        .routes(routes!(session::bootstrap))
        .routes(routes!(health::server))
        .routes(routes!(health::podman))
        // Say themselves who asks: by a ticket, or by a token.
        .routes(routes!(events::open))
        .routes(routes!(logs::container))
        .routes(routes!(logs::stack))
        .routes(routes!(stats::open))
}

/// For an actor. What it may, the engine says.
fn closed() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session::logout))
        .routes(routes!(session::current))
        .routes(routes!(session::elevate))
        .routes(routes!(session::change_password))
        // Answers with a secret, which is not to be kept for a repeat.
        .routes(routes!(factor::begin, factor::remove))
        .routes(routes!(factor::confirm))
        .routes(routes!(session::list))
        .routes(routes!(session::end))
        .routes(routes!(session::ticket))
        .routes(routes!(apps::list))
        // Answers with a ticket, which is not to be kept for a repeat.
        .routes(routes!(apps::open))
        .routes(routes!(apps::open_container))
        // A change of it may be repeated without harm, and its reply is too much to keep for that.
        .routes(routes!(desk::show, desk::change))
        .routes(routes!(system::show))
        .routes(routes!(system::disk))
        .routes(routes!(audit::list))
        // Takes a secret, of which nothing is to be kept for a repeat; a repeat does no harm.
        .routes(routes!(registries::list, registries::set))
        .routes(routes!(registries::remove))
        // Answers with a secret, which is not to be kept for a repeat.
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
}

/// For an actor, and carried out once a key.
fn once() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::update, users::delete))
        .routes(routes!(apps::show, apps::set))
        .routes(routes!(apps::icon, apps::set_icon, apps::remove_icon))
        .routes(routes!(containers::list, containers::quick_deploy))
        .routes(routes!(containers::show, containers::remove))
        .routes(routes!(containers::adoption, containers::adopt))
        .routes(routes!(containers::start))
        .routes(routes!(containers::stop))
        .routes(routes!(containers::restart))
        .routes(routes!(stacks::list, stacks::create))
        .routes(routes!(stacks::show, stacks::write, stacks::edit, stacks::remove))
        .routes(routes!(stacks::diff))
        .routes(routes!(stacks::changes))
        .routes(routes!(stacks::pull))
        .routes(routes!(stacks::deploy))
        .routes(routes!(stacks::start))
        .routes(routes!(stacks::stop))
        .routes(routes!(stacks::restart))
        .routes(routes!(stacks::down))
        .routes(routes!(stacks::check_updates))
        .routes(routes!(stacks::update))
        .routes(routes!(stacks::generations))
        .routes(routes!(images::list))
        .routes(routes!(images::pull))
        .routes(routes!(images::inspect))
        .routes(routes!(images::remove))
        .routes(routes!(volumes::list, volumes::create))
        .routes(routes!(volumes::show, volumes::remove))
        .routes(routes!(networks::list, networks::create))
        .routes(routes!(networks::show, networks::remove))
        .routes(routes!(system::prune))
        .routes(routes!(files::info))
        .routes(routes!(files::browse))
        .routes(routes!(files::make))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::cancel))
}

/// The document of the API.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(open())
        .merge(closed())
        .merge(once())
        .into_openapi()
}

/// The whole server.
pub(crate) fn build(app: App) -> Router {
    let once = once().layer(from_fn_with_state(app.clone(), idempotency::once));
    let closed = closed()
        .merge(once)
        .layer(from_fn_with_state(app.clone(), signed::require));
    let api: Router<App> = open().merge(closed).into();
    let api = api
        .route("/openapi.json", get(async || Json(document())))
        // Not in the document: what is answered there is an app's, and the way to it.
        .route("/containers/{id}/proxy", any(apps::lead))
        .route("/containers/{id}/proxy/{*path}", any(apps::lead))
        .route("/containers/{id}/proxy/", any(apps::lead));
    Router::new()
        .nest("/api", api)
        .route("/authority", get(trust::page))
        .route("/authority.crt", get(trust::certificate))
        .route("/healthz", get(health::server))
        .route("/health/podman", get(health::podman))
        .fallback(elsewhere)
        .method_not_allowed_fallback(async || Fault::NoMethod)
        .layer(from_fn_with_state(app.clone(), guard::pass))
        .with_state(app)
}

async fn elsewhere(State(app): State<App>, uri: Uri, headers: axum::http::HeaderMap) -> Response {
    if uri.path().starts_with("/api/") {
        return Fault::NoRoute.into_response();
    }
    app.bundle.reply(uri.path(), &headers).await
}

//! Where the desktop was reached by a request, and with it where its apps are.

use api::app::{OpenApp, OpenedApp};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use engine::Actor;
use engine::apps::Place;
use proxy::gate::Ends;

use super::App;
use super::error::Fault;

/// The address of the desktop that a request came by. The guard has seen that it is ours.
pub(super) struct Here(pub Place);

impl Here {
    /// Where a browser that is here opens an app.
    pub(super) async fn open(&self, app: &App, actor: &Actor, id: &str, how: &OpenApp) -> engine::Result<OpenedApp> {
        if app.engine.needs_door(&self.0) {
            app.doors.open(&app.engine, &app.engine.app_of(actor, id)?).await?;
        }
        app.engine.open_app(actor, id, how, &self.0).await
    }
}

impl<S: Sync> FromRequestParts<S> for Here {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let ends = parts.extensions.get::<Ends>().ok_or(Fault::WrongHost)?;
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let place = host.and_then(|host| Place::read(ends.is_secure, host, ends.local.port()));
        place.map(Self).ok_or(Fault::WrongHost)
    }
}

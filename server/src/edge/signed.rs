//! Who asks: the request's credentials → an [`Actor`].

use api::SESSION_HEADER;
use axum::extract::{FromRequestParts, OriginalUri, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::Actor;
use engine::users::{Caller, Credentials};

use super::App;
use super::cookies;
use super::error::{Fault, Refusal};
use proxy::gate::Ends;

/// Lets only requests through whose actor is known.
pub(super) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let Some(ends) = request.extensions().get::<Ends>() else {
        return Fault::WrongHost.into_response();
    };
    match app
        .engine
        .authenticate(credentials(request.headers()), ends.peer.ip())
        .await
    {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// What the headers bring to say who asks.
pub(crate) fn credentials(headers: &HeaderMap) -> Credentials {
    let text = |value: Option<&header::HeaderValue>| value.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let authorization = text(headers.get(header::AUTHORIZATION));
    let bearer = authorization.as_deref().and_then(|value| value.split_once(' '));
    Credentials {
        cookies: cookies::values(headers, cookies::SESSION),
        header: text(headers.get(SESSION_HEADER)),
        bearer: bearer
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.to_owned()),
    }
}

/// The actor of a request that came through [`require`].
pub(super) struct Signed(pub Actor);

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let actor = parts.extensions.get::<Actor>().cloned();
        actor.map(Self).ok_or_else(|| Refusal::from(engine::Error::NotLoggedIn))
    }
}

/// The actor of a WebSocket, which a browser opens without headers of ours: by a ticket for this very path, or by a
/// token.
pub(super) struct Listener(pub Actor);

impl FromRequestParts<App> for Listener {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let From(caller) = From::from_request_parts(parts, app).await?;
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let ticket = Query::<TicketQuery>::try_from_uri(uri)
            .ok()
            .and_then(|query| query.0.ticket);
        let actor = match ticket {
            Some(ticket) => {
                let cookies = cookies::values(&parts.headers, cookies::SESSION);
                app.engine.redeem(&ticket, uri.path(), cookies, caller.peer).await?
            }
            // A session's header cannot be sent here by a browser: what is left is a token, or nobody.
            None => {
                let credentials = credentials(&parts.headers);
                app.engine.authenticate(credentials, caller.peer).await?
            }
        };
        Ok(Self(actor))
    }
}

#[derive(serde::Deserialize)]
struct TicketQuery {
    ticket: Option<String>,
}

/// Who is at the other end, before anybody is known.
pub(super) struct From(pub Caller);

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let ends = parts.extensions.get::<Ends>().ok_or(Fault::WrongHost)?;
        let agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let agent = agent.chars().filter(|letter| !letter.is_control()).take(256).collect();
        Ok(Self(Caller {
            peer: ends.peer.ip(),
            agent,
        }))
    }
}

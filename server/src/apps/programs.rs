//! An app by a path of the API, `/api/containers/ID/proxy/…`: for programs with a token, and for nobody whom a browser
//! would send cookies along for. A page that came this way would have the desktop's origin.

use axum::http::header;
use axum::http::uri::PathAndQuery;
use engine::Engine;
use hyper::Request;
use proxy::Incoming;
use proxy::gate::{Answer, Ends, Forward, Pass};

use crate::edge::error::{Fault, Reply};
use crate::edge::signed::credentials;

const BEFORE: &str = "/api/containers/";
const BETWEEN: &str = "/proxy";

/// The container's id and the path at its app, if `path` is one of these.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    let (id, rest) = path.strip_prefix(BEFORE)?.split_once('/')?;
    let rest = rest.strip_prefix(&BETWEEN[1..])?;
    (rest.is_empty() || rest.starts_with('/')).then_some((id, rest))
}

/// Whether the request is a program's for an app.
pub(super) fn is_for_an_app(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    split(request.uri().path()).is_some()
        && headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(header::COOKIE)
}

/// The request as the app gets it, if its token may send it.
pub(super) async fn forward(engine: &Engine, mut request: Request<Incoming>, ends: Ends) -> Reply<Answer> {
    let (id, path) = split(request.uri().path()).ok_or(Fault::NoRoute)?;
    let is_safe = request.method().is_safe() && !request.headers().contains_key(header::UPGRADE);
    let bearer = credentials(request.headers()).bearer.unwrap_or_default();
    let peer = ends.peer.ip();
    let (app, entered) = engine.program_pass(&bearer, peer, id, is_safe).await?;
    engine.wake_app(&app, &entered.pass.user, peer.to_canonical()).await;
    let routes = engine.app_routes().now();
    let mut here = routes
        .routes()
        .filter(|route| route.app.as_str() == app && route.listener == ends.local.port());
    let route = here.next().cloned().ok_or(Fault::NoRoute)?;
    let query = request.uri().query().map(|query| format!("?{query}"));
    let target = format!(
        "{}{}",
        if path.is_empty() { "/" } else { path },
        query.unwrap_or_default()
    );
    let target: PathAndQuery = target.parse().map_err(|_| Fault::NoRoute)?;
    *request.uri_mut() = target.into();
    request.headers_mut().remove(header::AUTHORIZATION);
    let pass = Pass {
        lease: entered.pass.lease,
        who: entered.pass.user,
        held: Some(entered.in_use),
    };
    Ok(Answer::Forward(Box::new(Forward { route, pass, request })))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_path_names_a_container_and_the_path_at_its_app() {
        assert_eq!(split("/api/containers/x/proxy"), Some(("x", "")));
        assert_eq!(split("/api/containers/x/proxy/a//b/"), Some(("x", "/a//b/")));
        assert_eq!(split("/api/containers/x/proxyish"), None);
        assert_eq!(split("/api/containers/x/start"), None);
        assert_eq!(split("/api/containers/x"), None);
    }
}

//! Requests that are for no app: the desktop's, on its own listeners, and nobody's on those of the apps.

use std::collections::HashSet;

use axum::Router;
use axum::body::Body as RouterBody;
use axum::response::IntoResponse;
use engine::Engine;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::{Request, Response};
use proxy::gate::{Answer, Ends, Otherwise};
use proxy::pages::Page;
use proxy::{Body, Incoming};
use tower::ServiceExt;

use super::programs;

/// The desktop and its API.
pub(super) struct Desk {
    engine: Engine,
    router: Router,
    ports: HashSet<u16>,
}

impl Desk {
    /// Stands on the listeners of these ports.
    pub(super) fn new(engine: Engine, router: Router, ports: HashSet<u16>) -> Self {
        Self { engine, router, ports }
    }
}

impl Otherwise for Desk {
    fn answer(&self, request: Request<Incoming>, ends: Ends) -> BoxFuture<'static, Answer> {
        // An app's port is another origin: what is served there has an app's rights, under whatever name it is asked for.
        if !self.ports.contains(&ends.local.port()) {
            let reply = Page::WrongHost.reply(None, request.headers());
            return async move { Answer::Reply(reply) }.boxed();
        }
        if programs::is_for_an_app(&request) {
            let engine = self.engine.clone();
            return async move {
                let forward = programs::forward(&engine, request, ends).await;
                forward.unwrap_or_else(|refusal| Answer::Reply(plain(refusal.into_response())))
            }
            .boxed();
        }
        let mut request = request.map(RouterBody::new);
        request.extensions_mut().insert(ends);
        let answer = self.router.clone().oneshot(request);
        async move {
            let reply = answer.await.unwrap_or_else(|never| match never {});
            Answer::Reply(plain(reply))
        }
        .boxed()
    }
}

fn plain(reply: Response<RouterBody>) -> Response<Body> {
    reply.map(|body| body.map_err(|error| proxy::Error::Ours(error.into())).boxed_unsync())
}

//! A mutation that is sent twice under one `Idempotency-Key` happens once.

use api::IDEMPOTENCY_HEADER;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::{Actor, Repeat};
use http_body_util::{BodyExt, Limited};

use super::App;
use super::error::{Fault, Refusal, status};

/// The largest body or reply that is remembered.
const LARGEST: usize = 1024 * 1024;

/// Carries a request with a key out once, to its end, and gives its reply again to the repeats.
pub(super) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let key = request
        .headers()
        .get(IDEMPOTENCY_HEADER)
        .and_then(|key| key.to_str().ok())
        .map(str::to_owned);
    let actor = request.extensions().get::<Actor>().cloned();
    let (Some(key), Some(actor)) = (key, actor) else {
        return next.run(request).await;
    };
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    // A browser that goes away must not leave a mutation half told: it runs to its end by itself.
    let carried_out = tokio::spawn(async move { carry_out(&app, &actor, &key, request, next).await });
    match carried_out.await {
        Ok(Ok(reply)) => reply,
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_) => Refusal::from(engine::Error::Stopping).into_response(),
    }
}

async fn carry_out(app: &App, actor: &Actor, key: &str, request: Request, next: Next) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let body = collect(body).await?;
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let whole = [parts.method.as_str().as_bytes(), target.as_bytes(), &body];
    let promise = match app.engine.repeat(actor, key, &whole).await? {
        Repeat::Again { status: code, body } => return Ok(again(code, body)),
        Repeat::First(promise) => promise,
    };
    let reply = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = reply.into_parts();
    let body = collect(body).await?;
    promise.say(parts.status.as_u16(), body.to_vec()).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}

async fn collect(body: Body) -> Result<Bytes, Refusal> {
    let body = Limited::new(body, LARGEST)
        .collect()
        .await
        .map_err(|_| Fault::TooLarge)?;
    Ok(body.to_bytes())
}

fn again(code: u16, body: Vec<u8>) -> Response {
    let json = !body.is_empty();
    let mut reply = (status(code), body).into_response();
    if json {
        reply
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    reply
        .headers_mut()
        .insert("idempotency-replayed", HeaderValue::from_static("true"));
    reply
}

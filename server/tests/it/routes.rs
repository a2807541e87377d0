//! Every route has its case: who may, and who may not. A route without one fails.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testkit::{Machine, wait_until};

use crate::browser::Browser;
use crate::deck;

/// The routes that answer without a session, each for a reason.
pub(crate) const OPEN: [&str; 7] = [
    // Before and while there is an administrator to be made.
    "GET /setup",
    "POST /setup",
    // The way in.
    "POST /login",
    // Proves itself by the challenge that the right password was given.
    "POST /login/code",
    // Proves itself by cookie and origin; 401 without.
    "POST /session/bootstrap",
    // Probes: one word.
    "GET /healthz",
    "GET /health/podman",
];

/// Who gets past authorisation: viewer, member, administrator; then an administrator's tokens: read, operate,
/// administer. `+` gets past, `-` is told 403, `0` is told that there is no such thing.
const CASES: &[(&str, &str)] = &[
    ("GET /apps", "++++++"),
    // Past authorisation there is no such app.
    ("POST /apps/{id}/open", "++++++"),
    ("GET /apps/{id}", "++++++"),
    ("PUT /apps/{id}", "-++-++"),
    ("GET /apps/{id}/icon", "++++++"),
    ("PUT /apps/{id}/icon", "-++-++"),
    ("DELETE /apps/{id}/icon", "-++-++"),
    ("GET /audit", "--+--+"),
    ("GET /containers", "++++++"),
    ("POST /containers", "-++-++"),
    ("GET /containers/{id}", "00+00+"),
    ("DELETE /containers/{id}", "00+00+"),
    ("POST /containers/{id}/start", "00+00+"),
    // A foreign container is nobody's app.
    ("POST /containers/{id}/open", "000000"),
    ("GET /containers/{id}/adopt", "00+00+"),
    // Past authorisation it is refused for the containers that it names.
    ("POST /containers/{id}/adopt", "00+00+"),
    ("POST /containers/{id}/stop", "00+00+"),
    ("POST /containers/{id}/restart", "00+00+"),
    ("GET /containers/{id}/logs", "00+00+"),
    ("GET /stacks/{name}/logs", "++++++"),
    ("GET /desk", "+++---"),
    ("PATCH /desk", "+++---"),
    ("GET /events", "++++++"),
    ("GET /stats", "++++++"),
    ("GET /images", "++++++"),
    ("DELETE /images/{id}", "-++-++"),
    ("GET /images/{id}/inspect", "++++++"),
    ("GET /filesystem/browse", "-++-++"),
    ("GET /filesystem/info", "-++-++"),
    ("POST /filesystem/mkdir", "-++-++"),
    ("POST /images/pull", "-++-++"),
    ("GET /jobs", "++++++"),
    ("GET /jobs/{id}", "++++++"),
    ("POST /jobs/{id}/cancel", "-++-++"),
    ("POST /logout", "+++---"),
    ("GET /networks", "++++++"),
    ("POST /networks", "-++-++"),
    ("GET /networks/{name}", "++++++"),
    ("DELETE /networks/{name}", "-++-++"),
    ("GET /registries", "--+--+"),
    ("POST /registries", "--+--+"),
    ("DELETE /registries/{host}", "--+--+"),
    ("GET /session", "++++++"),
    ("POST /session/elevate", "+++---"),
    ("POST /session/factor", "+++---"),
    ("DELETE /session/factor", "+++---"),
    ("POST /session/factor/confirm", "+++---"),
    ("POST /session/password", "+++---"),
    ("GET /sessions", "+++---"),
    ("DELETE /sessions/{id}", "+++---"),
    ("GET /settings", "--+--+"),
    // Past authorisation a token is asked for a password, which it has not.
    ("PATCH /settings", "--+--+"),
    ("GET /stacks", "++++++"),
    ("POST /stacks", "-++-++"),
    ("GET /stacks/{name}", "++++++"),
    ("PUT /stacks/{name}", "-++-++"),
    ("PATCH /stacks/{name}", "-++-++"),
    ("DELETE /stacks/{name}", "-++-++"),
    ("POST /stacks/{name}/check-updates", "-++-++"),
    ("GET /stacks/{name}/changes", "++++++"),
    ("POST /stacks/{name}/deploy", "-++-++"),
    ("POST /stacks/{name}/diff", "++++++"),
    ("POST /stacks/{name}/down", "-++-++"),
    ("GET /stacks/{name}/generations", "++++++"),
    ("POST /stacks/{name}/pull", "-++-++"),
    ("POST /stacks/{name}/restart", "-++-++"),
    ("POST /stacks/{name}/start", "-++-++"),
    ("POST /stacks/{name}/stop", "-++-++"),
    ("POST /stacks/{name}/update", "-++-++"),
    ("GET /system", "++++++"),
    ("GET /system/disk", "++++++"),
    ("POST /system/prune", "-++-++"),
    ("POST /tickets", "+++---"),
    ("GET /tokens", "+++---"),
    ("POST /tokens", "+++---"),
    ("DELETE /tokens/{id}", "+++---"),
    ("GET /users", "--+---"),
    ("POST /users", "--+---"),
    ("PATCH /users/{id}", "--+---"),
    ("DELETE /users/{id}", "--+---"),
    ("GET /volumes", "++++++"),
    ("POST /volumes", "-++-++"),
    ("GET /volumes/{name}", "++++++"),
    ("DELETE /volumes/{name}", "-++-++"),
];

/// All routes of the OpenAPI document, as `METHOD /path`.
pub(crate) async fn all(browser: &mut Browser) -> BTreeSet<String> {
    let document: Value = browser.get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let words = methods.as_object().unwrap().keys();
        words
            .map(|word| format!("{} {path}", word.to_uppercase()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

/// A body that the route takes, so that its answer is not about the body.
pub(crate) fn body(route: &str) -> Option<Value> {
    use serde_json::json;
    match route {
        "POST /login/code" => Some(json!({"challenge": "x", "code": "000000"})),
        "POST /session/elevate" => Some(json!({"password": "wrong"})),
        "POST /session/password" => Some(json!({"current": "wrong", "new": "violet-anchor-snow"})),
        "POST /session/factor/confirm" => Some(json!({"code": "000000"})),
        "PUT /apps/{id}" | "POST /apps/{id}/open" | "POST /containers/{id}/open" => Some(json!({})),
        "POST /tickets" => Some(json!({"route": "/api/events"})),
        "POST /tokens" => Some(json!({"label": "x", "scope": "read"})),
        // Past authorisation, these two are refused for what they ask.
        "POST /users" => Some(json!({"name": "eve", "password": "short", "role": "viewer"})),
        "PATCH /users/{id}" => Some(json!({})),
        "POST /filesystem/mkdir" => Some(json!({"path": "/"})),
        "PATCH /settings" => Some(json!({})),
        "PATCH /desk" => Some(json!({"entries": {}})),
        // Past authorisation, these are refused for the name.
        "POST /volumes" | "POST /networks" => Some(json!({"name": "."})),
        "POST /images/pull" => Some(json!({"reference": "."})),
        "POST /registries" => Some(json!({"host": ".", "username": "x", "password": "x"})),
        "POST /system/prune" => Some(json!({})),
        "POST /stacks" => Some(json!({"name": "x", "compose": "services: {}\n"})),
        "PUT /stacks/{name}" => Some(json!({"version": "x"})),
        "PATCH /stacks/{name}" => Some(json!({"version": "x", "edits": []})),
        "POST /containers/{id}/adopt" => Some(json!({"name": "x", "containers": [], "compose": "services: {}\n"})),
        "POST /containers" => Some(json!({"name": "x", "image": "not an image"})),
        "POST /stacks/{name}/deploy" | "POST /stacks/{name}/diff" | "POST /stacks/{name}/pull" => Some(json!({})),
        _ => None,
    }
}

#[tokio::test]
async fn every_route_has_its_authorisation_case() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let cases: BTreeMap<&str, &str> = CASES.iter().copied().collect();
    let routes = all(&mut ada).await;
    let named: BTreeSet<String> = OPEN
        .iter()
        .chain(cases.keys())
        .map(|route| (*route).to_owned())
        .collect();
    assert_eq!(routes, named, "the routes of the document and those with a case");
}

#[tokio::test]
async fn every_role_and_token_may_just_what_it_should() {
    let machine = Machine::start().await;
    let container = machine.run_tiny("foreign").await;
    let (_deck, mut ada) = deck(&machine).await;
    wait_until(
        "the container to be listed",
        std::time::Duration::from_secs(10),
        async || (ada.get(&format!("/api/containers/{container}")).await.status == 200).then_some(()),
    )
    .await;
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for (route, _) in CASES {
        let mut askers = Vec::new();
        for role in ["viewer", "member"] {
            askers.push(ada.with_user(&format!("{role}{}", seen.len()), role).await);
        }
        askers.push(ada.logged_in("ada").await);
        for scope in ["read", "operate", "administer"] {
            askers.push(ada.with_token(scope).await);
        }
        for asker in &mut askers {
            seen.entry(route)
                .or_default()
                .push(verdict(asker, route, &container).await);
        }
    }
    let wanted: BTreeMap<&str, String> = CASES
        .iter()
        .map(|(route, marks)| (*route, (*marks).to_owned()))
        .collect();
    assert_eq!(seen, wanted);
    machine.try_cli(&["rm", "-f", "-t", "1", "foreign"]).await;
}

async fn verdict(asker: &mut Browser, route: &str, container: &str) -> char {
    let (method, path) = route.split_once(' ').unwrap();
    if path == "/events" {
        let token = !asker.extra.is_empty();
        let opened = match token {
            true => asker.socket("/api/events", None).await.is_ok(),
            false => asker.events("").await.next().await.is_some(),
        };
        return if opened { '+' } else { '-' };
    }
    let is_container = path.starts_with("/containers");
    let path = path.replace("{id}", if is_container { container } else { "nobody" });
    let path = path.replace("{name}", "nothing").replace("{host}", "nothing.test");
    if path.ends_with("/icon") {
        asker.extra.push(("content-type".into(), "image/png".into()));
    }
    let reply = asker.send(method, &format!("/api{path}"), body(route)).await;
    match (reply.status, is_container) {
        (404, true) => '0',
        // A token is told at the engine's first question; an administrator past it that the password is old or wrong.
        (403, _) if reply.code() == "forbidden" => '-',
        (401, _) if reply.code() == "not_logged_in" => '-',
        (422, _)
            if reply.code() == "invalid"
                && reply
                    .body
                    .starts_with(b"{\"error\":{\"code\":\"invalid\",\"message\":\"A token") =>
        {
            '-'
        }
        _ => '+',
    }
}

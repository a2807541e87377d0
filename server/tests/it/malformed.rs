//! Every route of the document is sent what nobody should send. It refuses, in the shape of every refusal, and soon.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use testkit::Machine;

use crate::browser::{Browser, Reply};
use crate::deck;
use crate::routes::body;

/// Does what it should with whatever it is sent: the session ends.
const NOT_ASKED: &str = "POST /logout";

/// Stands in a path where an id or a name does; nothing is called so.
const IDS: [&str; 16] = [
    "%00",
    "%ff%fe",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%5c..%5c",
    "x%0ay",
    "%24%28id%29",
    "-rf",
    "%22%3E%3Cimg%20src=x%3E",
    ";x",
    "%25s%25n",
    "18446744073709551616",
    "-1",
    "null",
    "%F0%9F%92%A5",
    "127.0.0.1:22",
];

/// Bodies that no route can mean.
const BODIES: [&[u8]; 12] = [
    b"",
    b"{",
    b"nonsense",
    b"null",
    b"[1, 2]",
    b"\"text\"",
    b"1e999",
    b"{\"nobody knows this\": 1}",
    b"{\"a\": 1, \"a\": 2}",
    b"{\"name\": \"\xff\xfe\"}",
    b"{\"name\": \"\\ud800\"}",
    b"{}{}",
];

/// What one request is, and whether it can only be refused.
struct Case {
    route: String,
    path: String,
    body: Option<Vec<u8>>,
    refused: bool,
}

/// The cases of one route: bad ids, bad queries, bodies that are none, and bodies of which one value is something else.
fn cases(document: &Value, path: &str, method: &str, operation: &Value) -> Vec<Case> {
    let route = format!("{} {path}", method.to_uppercase());
    let case = |path: String, body: Option<Vec<u8>>, refused| Case {
        route: route.clone(),
        path: format!("/api{path}"),
        body,
        refused,
    };
    let usual = body(&route).map(|body| body.to_string().into_bytes());
    let mut cases = Vec::new();
    let long = "x".repeat(5000);
    if path.contains('{') {
        let ids = IDS.into_iter().chain([long.as_str()]);
        cases.extend(ids.map(|id| case(with_id(path, id), usual.clone(), true)));
    }
    let at = with_id(path, "nobody");
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let queries = parameters.filter(|parameter| parameter["in"] == "query");
    for name in queries.map(|parameter| parameter["name"].as_str().unwrap()) {
        let values = [
            "",
            "-1",
            "x",
            "1e9",
            "99999999999999999999",
            "%00",
            "%ff",
            "..%2f..",
            &long,
        ];
        let queries = values.iter().map(|value| format!("{at}?{name}={value}"));
        cases.extend(queries.map(|path| case(path, usual.clone(), false)));
        cases.push(case(format!("{at}?{name}=1&{name}=2"), usual.clone(), false));
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return cases;
    }
    let deep = "[".repeat(100_000).into_bytes();
    let none = BODIES.iter().map(|body| body.to_vec()).chain([deep]);
    cases.extend(none.map(|body| case(at.clone(), Some(body), true)));
    let whole = usual.map_or_else(|| json!({}), |body| serde_json::from_slice(&body).unwrap());
    for name in properties(document, schema) {
        for value in [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("\u{0}\u{202e}../$(id)"),
            json!(long),
            json!([]),
            json!([[]]),
            json!({}),
            json!({"a": {"b": []}}),
        ] {
            let mut changed = whole.clone();
            changed[&name] = value;
            cases.push(case(at.clone(), Some(changed.to_string().into_bytes()), false));
        }
    }
    cases
}

fn with_id(path: &str, id: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') {
            id.to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The names of what a body has.
fn properties(document: &Value, schema: &Value) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, _)| name.clone()).collect()
}

/// What is wrong with the answer, if something is.
fn fault(case: &Case, reply: &Reply) -> Option<String> {
    let said = || String::from_utf8_lossy(&reply.body).into_owned();
    let error = serde_json::from_slice::<Value>(&reply.body).unwrap_or_default();
    let word = |name: &str| error["error"][name].as_str().is_some_and(|word| !word.is_empty());
    let wrong = match reply.status {
        500.. => "fails",
        400..500 if !word("code") || !word("message") => "refuses in another shape",
        0..400 if case.refused => "takes it",
        _ => return None,
    };
    let body = case.body.as_deref().unwrap_or_default();
    let body = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let path: String = case.path.chars().take(120).collect();
    Some(format!(
        "{} {wrong}: {path} {body} -> {} {}",
        case.route,
        reply.status,
        said()
    ))
}

#[tokio::test]
async fn no_route_fails_or_hangs_whatever_it_is_sent() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let document: Value = ada.get("/api/openapi.json").await.json();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.extend(cases(&document, path, method, operation));
        }
    }
    all.retain(|case| case.route != NOT_ASKED);
    assert!(all.len() > 500, "the document is walked: {}", all.len());
    let ask = async |case: Case| {
        let method = case.route.split(' ').next().unwrap();
        let reply = ada.send_bytes(method, &case.path, case.body.clone());
        match tokio::time::timeout(Duration::from_secs(20), reply).await {
            Ok(reply) => fault(&case, &reply),
            Err(_) => Some(format!("{} hangs: {}", case.route, case.path)),
        }
    };
    let faults: Vec<String> = stream::iter(all)
        .map(ask)
        .buffer_unordered(8)
        .filter_map(async |fault| fault)
        .collect()
        .await;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(
        Browser::get(&mut ada, "/api/session").await.status,
        200,
        "it goes on, and so does the session"
    );
    assert!(!deck.log().contains("panicked"), "{}", deck.log());
}

#[tokio::test]
async fn of_many_who_make_the_same_stack_at_once_one_does() {
    let machine = Machine::start().await;
    let (_deck, ada) = deck(&machine).await;
    let made = (0..20).map(|number| {
        let mut ada = ada.clone();
        let compose = format!("services:\n  web:\n    image: tiny:{number}\n");
        async move {
            let reply = ada
                .post("/api/stacks", json!({"name": "web", "compose": compose}))
                .await;
            (reply.status == 201)
                .then_some(compose)
                .ok_or((reply.status, reply.code()))
        }
    });
    let (made, refused): (Vec<_>, Vec<_>) = futures_util::future::join_all(made)
        .await
        .into_iter()
        .partition(Result::is_ok);
    assert!(
        refused
            .iter()
            .all(|answer| *answer == Err((409, "stack_exists".into()))),
        "{refused:?}"
    );
    let kept: Value = ada.clone().get("/api/stacks/web").await.json();
    assert_eq!(made, [Ok(kept["files"]["compose"].as_str().unwrap().to_owned())]);
}

//! Images, volumes and networks, end to end on real Podman.

mod lists;
mod registry;
mod updates;

use serde_json::Value;

use crate::browser::Browser;

/// The item of a list that has `value` under `key`.
async fn item(browser: &mut Browser, list: &str, key: &str, value: &str) -> Option<Value> {
    let reply = browser.get(&format!("/api/{list}")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let page: Value = reply.json();
    let holds =
        |item: &&Value| item[key] == value || item[key].as_array().is_some_and(|all| all.contains(&value.into()));
    page["items"].as_array().unwrap().iter().find(holds).cloned()
}

/// What was done since the start, as `action object`.
async fn audit(browser: &mut Browser) -> Vec<String> {
    let page: Value = browser.get("/api/audit").await.json();
    let line = |entry: &Value| {
        format!(
            "{} {}",
            entry["action"].as_str().unwrap(),
            entry["object"].as_str().unwrap()
        )
    };
    page["items"].as_array().unwrap().iter().map(line).collect()
}

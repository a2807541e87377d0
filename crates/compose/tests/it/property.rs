//! For generated documents and edits: the edited text means what the edit makes of the model, and editing back
//! restores the bytes.

use compose::{Edit, Step, edit};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A document, as its author may have written it.
#[derive(Clone, Debug)]
struct Text {
    text: String,
    services: Vec<String>,
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "nginx",
        "yes",
        "1.0",
        "22:22",
        "# x",
        "*x",
        "a: b",
        "null",
        "true",
        "0777",
        "- a",
        "é ü",
        "'",
        "\"",
        "x #y",
        "",
        " lead",
        "a,b",
        "[x",
        "~",
        "1_000",
        "2001-01-01",
        "a\nb",
        "a\nb\n",
        "${X:-y}",
        "@x",
        "%x",
        "!x",
        "&x",
        "0x1f",
        ".5",
    ])
    .prop_map(str::to_owned)
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["A", "B_C", "path.x", "K8", "long-name"]).prop_map(str::to_owned)
}

fn scalar(text: &str, style: usize) -> String {
    let plain = serde_json::to_string(text).expect("a string");
    let simple = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
    match style {
        0 if simple && !matches!(text, "yes" | "null" | "true") => text.to_owned(),
        1 if !text.contains(['\n', '\t']) => format!("'{}'", text.replace('\'', "''")),
        _ => plain,
    }
}

prop_compose! {
    fn service()(
        image in word(),
        environment in prop::collection::btree_map(name(), word(), 0..4),
        ports in prop::collection::vec(prop::sample::select(vec!["80", "8080:80", "1-2:1-2"]), 0..3),
        form in 0..6usize, style in 0..3usize, comment in any::<bool>(), indent in 1..5usize,
    ) -> String {
        let inner = " ".repeat(2 + indent);
        let note = if comment { " # note" } else { "" };
        let mut text = format!("{inner}image: {}{note}\n", scalar(&image, style));
        if comment {
            text.push_str(&format!("{inner}# a comment\n\n"));
        }
        match form {
            0 if !environment.is_empty() => {
                text.push_str(&format!("{inner}environment:{note}\n"));
                for (key, value) in &environment {
                    text.push_str(&format!("{inner}{}{key}: {}\n", " ".repeat(indent), scalar(value, style)));
                }
            }
            1 if !environment.is_empty() => {
                text.push_str(&format!("{inner}environment:\n"));
                for (key, value) in &environment {
                    text.push_str(&format!("{inner}- {}\n", scalar(&format!("{key}={value}"), style)));
                }
            }
            2 => {
                let entries: Vec<_> = environment.iter().map(|(key, value)| format!("{key}: {}", scalar(value, 2))).collect();
                text.push_str(&format!("{inner}environment: {{{}}}\n", entries.join(", ")));
            }
            3 => text.push_str(&format!("{inner}environment: *env\n")),
            4 => text.push_str(&format!("{inner}<<: *common\n")),
            _ => {}
        }
        if !ports.is_empty() {
            text.push_str(&format!("{inner}ports:\n"));
            for port in &ports {
                text.push_str(&format!("{inner}{}- \"{port}\"{note}\n", " ".repeat(indent)));
            }
        }
        text
    }
}

prop_compose! {
    fn document()(services in prop::collection::vec(service(), 1..4), crlf in any::<bool>(), end in any::<bool>()) -> Text {
        let mut text = String::from("# head\nx-env: &env {E: one, F: \"2\"}\nx-common: &common\n  restart: always # common\n  environment: *env\n  labels: {}\nservices:\n");
        let mut names = Vec::new();
        for (index, service) in services.iter().enumerate() {
            text.push_str(&format!("  s{index}: # service\n{service}"));
            names.push(format!("s{index}"));
        }
        if end {
            text.truncate(text.trim_end().len());
        }
        Text { text: if crlf { text.replace('\n', "\r\n") } else { text }, services: names }
    }
}

fn key(step: &str) -> Step {
    Step::Key(step.to_owned())
}

/// An edit of the service with this number.
fn edit_of(text: &Text, which: usize, kind: usize, name: &str, value: &str) -> Edit {
    let at = |rest: &[&str]| {
        let service = &text.services[which % text.services.len()];
        let path = ["services", service.as_str()].into_iter().chain(rest.iter().copied());
        path.map(key).collect::<Vec<_>>()
    };
    match kind {
        0 => Edit::Set {
            path: at(&["image"]),
            value: value.into(),
        },
        1 => Edit::Set {
            path: at(&["environment", name]),
            value: value.into(),
        },
        2 => Edit::Append {
            path: at(&["ports"]),
            value: value.into(),
        },
        3 => Edit::Remove { path: at(&["restart"]) },
        4 => Edit::Set {
            path: at(&["labels", name]),
            value: value.into(),
        },
        5 => Edit::Set {
            path: at(&["healthcheck"]),
            value: json!({"test": ["CMD", value], "retries": 3}),
        },
        6 => Edit::Remove {
            path: at(&["environment", name]),
        },
        _ => Edit::Set {
            path: at(&["command"]),
            value: json!([value, name]),
        },
    }
}

/// What the text means, by another reader than the one under test.
fn meaning(text: &str) -> Value {
    let mut value: yaml_serde::Value = yaml_serde::from_str(text).expect("YAML");
    value.apply_merge().expect("merge keys");
    serde_json::to_value(value).expect("JSON")
}

/// What the edit makes of a meaning.
fn edited(mut meaning: Value, edit: &Edit) -> Value {
    let (Edit::Set { path, .. } | Edit::Append { path, .. } | Edit::Remove { path }) = edit;
    let keys: Vec<&str> = path
        .iter()
        .map(|step| if let Step::Key(key) = step { key } else { "" })
        .collect();
    let (last, way) = keys.split_last().expect("a path");
    let mut at = &mut meaning;
    for key in way {
        if at.get(key).is_none() {
            if matches!(edit, Edit::Remove { .. }) {
                return meaning;
            }
            at[key] = Value::Object(Map::new());
        }
        at = &mut at[key];
    }
    match (edit, at) {
        (Edit::Set { value, .. }, Value::Array(items)) => {
            let item = Value::from(format!("{last}={}", value.as_str().expect("a text")));
            let prefix = format!("{last}=");
            match items
                .iter_mut()
                .find(|item| item.as_str().is_some_and(|item| item.starts_with(&prefix)))
            {
                Some(there) => *there = item,
                None => items.push(item),
            }
        }
        (Edit::Set { value, .. }, at) => at[*last] = value.clone(),
        (Edit::Append { value, .. }, at) => {
            if at.get(last).is_none() {
                at[*last] = json!([]);
            }
            at[*last].as_array_mut().expect("a list").push(value.clone());
        }
        (Edit::Remove { .. }, Value::Array(items)) => {
            let prefix = format!("{last}=");
            items.retain(|item| !item.as_str().is_some_and(|item| item.starts_with(&prefix)));
        }
        (Edit::Remove { .. }, at) => {
            at.as_object_mut().map(|map| map.remove(*last));
        }
    }
    meaning
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_does_what_it_says(
        text in document(), which in 0..4usize, kind in 0..8usize, name in name(), value in word(),
    ) {
        let edit = edit_of(&text, which, kind, &name, &value);
        let after = edit::apply(&text.text, std::slice::from_ref(&edit)).expect("the edit");
        prop_assert_eq!(meaning(&after), edited(meaning(&text.text), &edit), "{}", after);
        for line in text.text.lines().filter(|line| line.trim_start().starts_with('#')) {
            prop_assert!(after.contains(line), "the comment {:?} is gone:\n{}", line, after);
        }
        let broken = after.matches('\n').count() != after.matches("\r\n").count() && text.text.contains("\r\n");
        prop_assert!(!broken, "a line ends otherwise: {:?}", after);
    }

    #[test]
    fn editing_back_restores_the_bytes(
        text in document(), which in 0..4usize, name in name(), value in word(),
    ) {
        let path = [key("services"), key(&text.services[which % text.services.len()])];
        let at = |last: &[&str]| path.iter().cloned().chain(last.iter().map(|step| key(step))).collect::<Vec<_>>();
        let name = format!("NEW_{name}");
        let new = Edit::Set { path: at(&["working_dir"]), value: value.clone().into() };
        let back = Edit::Remove { path: at(&["working_dir"]) };
        prop_assert_eq!(edit::apply(&text.text, &[new, back]).expect("the edits"), text.text.clone());
        let model = meaning(&text.text);
        let own = model["services"][&text.services[which % text.services.len()]]["environment"].is_null();
        if own || text.text.contains('*') {
            return Ok(());
        }
        let new = Edit::Set { path: at(&["environment", &name]), value: value.into() };
        let back = Edit::Remove { path: at(&["environment", &name]) };
        prop_assert_eq!(edit::apply(&text.text, &[new, back]).expect("the edits"), text.text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z:\\-\\[\\]{}#&*!|>'\"%@ \n\t$,?~0-9]{0,120}") {
        crate::targets::load(text.as_bytes());
        crate::targets::edit(text.as_bytes());
        crate::targets::variables(text.as_bytes());
        crate::targets::dotenv(text.as_bytes());
    }
}

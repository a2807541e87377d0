//! The table of keys in the documentation is the one that the crate acts by, and no key of the specification is missing.

use std::collections::BTreeSet;
use std::fmt::Write;

use compose::Code;
use compose::schema::{Support, keys};

#[test]
fn the_tables_are_those_of_the_crate() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/compose.md");
    let whole = std::fs::read_to_string(path).expect("the documentation");
    let (before, _) = whole.split_once("<!-- tables -->").expect("the mark of the tables");
    let mut tables = String::from("<!-- tables -->\n\n## Keys\n\n| key | what Stardeck does |\n|---|---|\n");
    for key in keys() {
        let what = match key.support {
            Support::Done => "done".to_owned(),
            Support::Limited(limit) => format!("done, with a limit: {limit}"),
            Support::Refused(why) => format!("refused: {why}"),
        };
        let _ = writeln!(tables, "| `{}` | {what} |", key.path);
    }
    tables.push_str("\n## Diagnostics\n\n| code | meaning |\n|---|---|\n");
    for code in Code::ALL {
        let _ = writeln!(tables, "| `{}` | {} |", code.as_str(), code.meaning());
    }
    expect_test::expect_file![path].assert_eq(&format!("{before}{tables}"));
}

/// Walks the official JSON schema. The schema itself is not part of this tree; the paths of its keys are, in
/// `tests/cases/schema-keys.txt`, as compose-go 2.9.1 and the specification's newest schema have them. Where
/// `COMPOSE_SPEC_SCHEMA` names a copy of a schema, that one is walked too.
#[test]
fn no_key_of_the_specification_is_missing() {
    let known: BTreeSet<String> = keys().into_iter().map(|key| key.path).collect();
    let mut official: BTreeSet<String> = include_str!("../cases/schema-keys.txt")
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(official.len() > 300, "the list of the schema's keys was cut");
    if let Some(path) = std::env::var_os("COMPOSE_SPEC_SCHEMA") {
        let schema = std::fs::read_to_string(path).expect("the schema");
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("the schema");
        walk(&schema, &schema, "", 0, &mut official);
    }
    let missing: Vec<_> = official.difference(&known).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

fn walk(schema: &serde_json::Value, at: &serde_json::Value, path: &str, depth: usize, found: &mut BTreeSet<String>) {
    assert!(depth < 60, "the schema refers to itself");
    if let Some(name) = at["$ref"].as_str().and_then(|name| name.strip_prefix("#/definitions/")) {
        walk(schema, &schema["definitions"][name], path, depth + 1, found);
    }
    for (name, below) in at["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        found.insert(path.clone());
        walk(schema, below, &path, depth + 1, found);
    }
    for (pattern, below) in at["patternProperties"].as_object().into_iter().flatten() {
        if pattern != "^x-" {
            walk(schema, below, &format!("{path}.*"), depth + 1, found);
        }
    }
    if at["items"].is_object() {
        walk(schema, &at["items"], &format!("{path}[]"), depth + 1, found);
    }
    for choice in ["oneOf", "anyOf"]
        .iter()
        .flat_map(|key| at[key].as_array().into_iter().flatten())
    {
        walk(schema, choice, path, depth + 1, found);
    }
}

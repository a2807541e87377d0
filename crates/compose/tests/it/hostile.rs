//! Input that is made to hurt: each is answered soon, with a diagnostic, and without a panic.

use std::time::{Duration, Instant};

use compose::{Edit, Step, edit};

use crate::load::load_text;

/// What may be spent on one input: 200 ms as it is shipped, more where nothing is optimised.
fn allowance() -> Duration {
    Duration::from_millis(if cfg!(debug_assertions) { 10_000 } else { 200 })
}

fn check(name: &str, text: &str, code: Option<&str>) {
    let started = Instant::now();
    let loaded = load_text(text);
    let edits = [Edit::Set {
        path: ["services", "a", "image"].map(|key| Step::Key(key.to_owned())).to_vec(),
        value: "y".into(),
    }];
    let edited = edit::apply(text, &edits);
    let spent = started.elapsed();
    assert!(spent < allowance() * 2, "{name} took {spent:?}");
    let codes: Vec<_> = loaded.diagnostics.iter().map(|one| one.code.as_str()).collect();
    match code {
        Some(code) => {
            assert!(codes.contains(&code), "{name}: {code} is not among {codes:?}");
            assert!(!loaded.is_valid(), "{name}");
        }
        None => assert!(loaded.is_valid() && edited.is_ok(), "{name}: {codes:?} {edited:?}"),
    }
}

#[test]
fn sec_52_53_what_is_made_to_hurt_is_answered_soon() {
    let service = "services: {a: {image: x}}\n";
    let bomb: String = (1..12)
        .map(|i| format!("x-{i}: &a{i} [{}]\n", format!("*a{},", i - 1).repeat(9)))
        .collect();
    let merges: String = (1..40)
        .map(|i| format!("x-{i}: &a{i} {{<<: *a{0}, a{i}: *a{0}, b{i}: *a{0}}}\n", i - 1))
        .collect();
    let chain: String = (0..900)
        .map(|i| format!("  s{i}: {{extends: s{}, environment: [A{i}=1]}}\n", i + 1))
        .collect();
    let services: String = (0..5000).map(|i| format!("  s{i}: {{image: x}}\n")).collect();
    let ports: String = (1..300).map(|i| format!("      - \"{i}-65000\"\n")).collect();
    let keys: String = (0..30_000).map(|i| format!("    k{i}: v\n")).collect();
    let inputs: Vec<(&str, String, Option<&str>)> = vec![
        (
            "alias bomb",
            format!("x-0: &a0 [x]\n{bomb}{service}"),
            Some("too-large"),
        ),
        (
            "merge bomb",
            format!("x-0: &a0 {{k: v}}\n{merges}{service}"),
            Some("too-large"),
        ),
        ("flow nesting", "[".repeat(100_000), Some("too-deep")),
        ("block nesting", "- ".repeat(100_000), Some("too-deep")),
        ("question nesting", "? ".repeat(100_000), Some("too-deep")),
        ("huge scalar", format!("a: {}", "x".repeat(2 << 20)), Some("too-large")),
        (
            "many commas",
            format!("a: [{}]", "x,".repeat(200_000)),
            Some("too-deep"),
        ),
        (
            "many keys",
            format!("services:\n  a:\n    image: x\n{keys}"),
            Some("unknown-key"),
        ),
        ("many services", format!("services:\n{services}"), Some("too-large")),
        (
            "many ports",
            format!("services:\n  a:\n    image: x\n    ports:\n{ports}"),
            Some("too-large"),
        ),
        (
            "extends chain",
            format!("services:\n{chain}  s900: {{image: x}}\n"),
            Some("extends-cycle"),
        ),
        (
            "extends itself",
            "services: {a: {image: x, extends: a}}".to_owned(),
            Some("extends-cycle"),
        ),
        (
            "includes itself",
            format!("include: [compose.yaml]\n{service}"),
            Some("include-cycle"),
        ),
        (
            "alias in itself",
            "services: &s {a: *s}".to_owned(),
            Some("alias-cycle"),
        ),
        (
            "duplicate keys",
            "services: {a: {image: x, image: y}}".to_owned(),
            Some("duplicate-key"),
        ),
        (
            "nested variables",
            format!(
                "services: {{a: {{image: \"{}{}\"}}}}",
                "${A:-".repeat(9000),
                "}".repeat(9000)
            ),
            Some("bad-variable"),
        ),
        (
            "recursive variable",
            "services: {a: {image: \"x${A:-${A}}\"}}".to_owned(),
            None,
        ),
        (
            "many variables",
            format!("services: {{a: {{image: \"x{}\"}}}}", "${A:-x} ".repeat(30_000)),
            None,
        ),
        (
            "open variables",
            format!("services: {{a: {{image: \"{}\"}}}}", "${".repeat(90_000)),
            Some("bad-variable"),
        ),
        (
            "custom tags",
            "services: {a: {image: !!python/object x}}".to_owned(),
            None,
        ),
        (
            "wrong tag",
            "services: {a: {image: !!int x}}".to_owned(),
            Some("bad-tag"),
        ),
        ("NUL", "services: {a: {image: \"\0\"}}".to_owned(), Some("invalid-yaml")),
        ("byte order mark", format!("\u{feff}{service}"), None),
        ("carriage returns", service.replace('\n', "\r\n"), None),
        ("tabs", "services:\n\ta: {image: x}".to_owned(), Some("invalid-yaml")),
        (
            "unclosed quote",
            "services: {a: {image: \"x}}".to_owned(),
            Some("invalid-yaml"),
        ),
        ("empty", String::new(), Some("empty-file")),
        ("a list", "[1]".to_owned(), Some("empty-file")),
    ];
    for (name, text, code) in &inputs {
        check(name, text, *code);
    }
}

#[test]
fn text_in_another_encoding_is_said_to_be_so() {
    struct Bytes;
    impl compose::Files for Bytes {
        fn read(&self, _: &str, _: usize) -> Result<Vec<u8>, compose::FileError> {
            Ok(b"services: {a: {image: \"\xff\"}}".to_vec())
        }
        fn kind(&self, _: &str) -> Option<compose::FileKind> {
            None
        }
    }
    let options = compose::LoadOptions {
        files: vec!["/p/compose.yaml".to_owned()],
        ..compose::LoadOptions::default()
    };
    let loaded = compose::load(&options, &Bytes);
    assert_eq!(loaded.diagnostics[0].code, "not-utf8");
    assert!(!loaded.is_valid());
}

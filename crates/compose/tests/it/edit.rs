//! Edits: the text before, the edits, and the text after.

use compose::{Edit, Step, edit};

use crate::case::{self, Case};

fn check(case: &Case) {
    let crlf = case.sections.iter().any(|(title, _)| title == "crlf");
    let text = case.section("before");
    let text = if crlf {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    };
    let edits: Vec<Edit> = serde_json::from_str(case.section("edits")).expect("edits");
    let after = match edit::apply(&text, &edits) {
        Ok(after) if crlf => {
            assert!(
                after.matches('\n').count() == after.matches("\r\n").count(),
                "each line still ends as it did"
            );
            after.replace("\r\n", "\n")
        }
        Ok(after) => after,
        Err(error) => format!("refused: {error}\n"),
    };
    case.check(&[("after", after)]);
}

#[test]
fn cases() {
    case::all("edit").iter().for_each(check);
}

#[test]
fn no_edit_is_no_change() {
    for text in ["", "\u{feff}a: 1\r\n\r\n# x", "not: [yaml", "a: 1\n...\n---\nb: 2"] {
        assert_eq!(edit::apply(text, &[]).as_deref(), Ok(text));
    }
}

#[test]
fn what_stands_in_a_text_is_read_as_it_is_written() {
    let text = "x-env: &env {A: 1}\nservices:\n  web:\n    image: nginx:${TAG}\n    ports: [\"80:80\", 443]\n    \
                environment: {<<: *env, B: }\n";
    let at = |path: &[Step]| compose::edit::read(text, path).unwrap();
    let key = |key: &str| Step::Key(key.to_owned());
    let web = [key("services"), key("web")];
    let service = at(&web).unwrap();
    assert_eq!(service["image"], "nginx:${TAG}");
    assert_eq!(service["ports"], serde_json::json!(["80:80", 443]));
    assert_eq!(service["environment"], serde_json::json!({"A": 1, "B": null}));
    assert_eq!(at(&[key("services"), key("web"), key("ports"), Step::Index(2)]), None);
    assert_eq!(at(&[key("services"), key("db"), key("image")]), None);
    assert!(compose::edit::read("a: [", &web).is_err());
}

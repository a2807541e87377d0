//! Compose texts are read and edited where there are no files and no clock, with 32-bit pointers.

use api::compose::{Edit, Step};
use wasm_bindgen_test::wasm_bindgen_test;
use web::reader::Reading;

const TEXT: &str = "# The shop\nservices:\n  web:\n    image: nginx:1.27 # kept\n";

#[wasm_bindgen_test]
fn a_compose_text_is_read() {
    let reading = Reading::of("shop", TEXT, "");
    assert!(reading.is_good(), "{:?}", reading.diagnostics);
    assert_eq!(reading.services[0].name, "web");
    assert_eq!(reading.services[0].image, "nginx:1.27");
}

#[wasm_bindgen_test]
fn an_edit_leaves_every_other_byte_alone() {
    let path = ["services", "web", "image"].map(|key| Step::Key(key.to_owned()));
    let edit = Edit::Set {
        path: path.to_vec(),
        value: "nginx:1.28".into(),
    };
    let edited = compose::edit::apply(TEXT, &[edit]).expect("an edited text");
    assert_eq!(edited, TEXT.replace("1.27", "1.28"));
}

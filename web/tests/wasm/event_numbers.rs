//! The numbers of events are 64 bits wide, on a machine whose pointers are not.

use api::event::Frame;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn a_number_beyond_what_javascript_counts_to_is_read_exactly() {
    let text = r#"{"type":"relist","sequence":9007199254740993}"#;
    let frame: Frame = serde_json::from_str(text).expect("a frame");
    assert_eq!(
        frame,
        Frame::Relist {
            sequence: 9_007_199_254_740_993
        }
    );
    assert_eq!(serde_json::to_string(&frame).expect("JSON"), text);
}

#[wasm_bindgen_test]
fn a_frame_that_is_not_known_is_an_error_and_no_panic() {
    assert!(serde_json::from_str::<Frame>(r#"{"type":"later"}"#).is_err());
}

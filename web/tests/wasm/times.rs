//! Times come from JavaScript's dates. The runner sets the time zone to UTC.

use wasm_bindgen_test::wasm_bindgen_test;
use web::desktop::time;

#[wasm_bindgen_test]
fn the_clock_of_the_desk_says_day_and_time() {
    // 2025-11-20T22:58:05Z
    assert_eq!(
        format!("{} {}", time::day(1_763_679_485_000), time::of_day(1_763_679_485_000)),
        "Thu 20 Nov 22:58"
    );
    assert_eq!(time::of_day(1_763_679_485_000), "22:58");
}

#[wasm_bindgen_test]
fn now_is_after_this_test_was_written() {
    assert!(web::store::browser::now() > 1_763_679_485_000);
}

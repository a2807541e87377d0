//! The little that the store needs of the browser: time, chance, waiting.

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The time, in milliseconds since the Unix epoch.
#[must_use]
pub fn now() -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time in milliseconds is a whole number"
    )]
    let now = js_sys::Date::now() as i64;
    now
}

/// A number between 0 and 1.
#[must_use]
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Waits.
pub async fn sleep(milliseconds: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "no wait is longer than a day")]
    let milliseconds = milliseconds as i32;
    let promise = js_sys::Promise::new(&mut |done, _| {
        let set = web_sys::window().and_then(|window| {
            window
                .set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds)
                .ok()
        });
        if set.is_none() {
            // Without a timer there is no waiting.
            let _ = done.call0(&wasm_bindgen::JsValue::UNDEFINED);
        }
    });
    // A promise that only resolves.
    let _ = JsFuture::from(promise).await;
}

/// A clock that ticks each second.
#[must_use]
pub fn clock() -> ReadSignal<i64> {
    let (time, set_time) = signal(now());
    if let Ok(ticking) = set_interval_with_handle(move || set_time.set(now()), std::time::Duration::from_secs(1)) {
        on_cleanup(move || ticking.clear());
    }
    time
}

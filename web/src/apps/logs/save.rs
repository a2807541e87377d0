//! A log as a file.

use js_sys::{Array, Date};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::log::Log;

/// Has the browser save all lines that are held, as text.
pub(super) fn save(log: Log, name: &str) {
    let text = log.buffer.with_value(|buffer| {
        let mut text = String::new();
        log.names.with_untracked(|names| {
            for line in buffer.all() {
                if let Some(at) = line.at {
                    text += &time(at);
                    text.push(' ');
                }
                if let Some(source) = line.source.and_then(|source| names.get(source)) {
                    text += source;
                    text += ": ";
                }
                text += &line.text.plain;
                text.push('\n');
            }
        });
        text
    });
    // A browser that refuses says so itself.
    let _ = offer(&text, &format!("{name}.log"));
}

fn time(at: i64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds fits a double for 285,000 years"
    )]
    let date = Date::new(&JsValue::from_f64(at as f64));
    date.to_iso_string().into()
}

fn offer(text: &str, name: &str) -> Result<(), JsValue> {
    // Whatever it holds, it is shown as text by whoever opens it.
    let kind = BlobPropertyBag::new();
    kind.set_type("text/plain;charset=utf-8");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

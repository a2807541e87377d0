//! A small bar for a share of something.

use leptos::prelude::*;

/// Shows a share, with a label and words.
#[component]
pub fn Meter(
    /// What is measured.
    label: &'static str,
    /// The share, 0 to 1.
    #[prop(into)]
    share: Signal<f64>,
    /// The measure in words.
    #[prop(into)]
    words: Signal<String>,
) -> impl IntoView {
    let percent = Memo::new(move |_| (share.get().clamp(0.0, 1.0) * 100.0).round());
    let level = move || match percent.get() {
        p if p >= 90.0 => "high",
        p if p >= 70.0 => "raised",
        _ => "calm",
    };
    view! {
        <span
            class="meter"
            role="meter"
            aria-label=label
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().to_string()
            aria-valuetext=move || words.get()
            data-level=level
        >
            <span>{label}</span>
            <i>
                <b style:width=move || format!("{}%", percent.get())></b>
            </i>
            <span class="meter-words">{move || words.get()}</span>
        </span>
    }
}

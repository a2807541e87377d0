//! A text that is fetched: from an address, or with the files beside it from a Git repository.

use api::source::Origin;
use leptos::prelude::*;

use super::flow::Flow;
use crate::kit::choices::{Choices, Choosable};
use crate::kit::field::verbatim::Verbatim;

/// The fields.
#[component]
pub fn Address() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let kind = RwSignal::new("url");
    let (url, reference, path) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    Effect::new(move |_| {
        let [url, reference, path] = [url, reference, path].map(|text| text.get().trim().to_owned());
        let origin = match kind.get() {
            "git" => Origin::Git { url, reference, path },
            _ => Origin::Url { url },
        };
        let (Origin::Url { url } | Origin::Git { url, .. }) = &origin;
        let complete = url.starts_with("https://") || url.starts_with("http://");
        flow.origin.set(Some(origin).filter(|_| complete));
    });
    let is_git = move || kind.get() == "git";
    let choices = vec![
        Choosable {
            value: "url",
            label: "A compose file",
        },
        Choosable {
            value: "git",
            label: "A Git repository",
        },
    ];
    view! {
        <div class="deploy-ways">
            <Choices legend="What is there" about="deploy-origin" choices=choices value=kind choose=move |it| kind.set(it) />
        </div>
        <Line label="Address" value=url placeholder="https://…" />
        <Show when=is_git>
            <div class="deploy-pair">
                <Line label="Branch or tag" value=reference placeholder="its own choice" />
                <Line label="Folder or file in it" value=path placeholder="the whole repository" />
            </div>
        </Show>
        <p class="deploy-hint">
            {move || {
                if is_git() {
                    "The files are fetched once and become this stack's own. “Look again” in its window says later what is new there."
                } else {
                    "The text is fetched by the server, from an address that everybody can reach."
                }
            }}
        </p>
    }
}

/// A line of text with a label above it.
#[component]
pub(super) fn Line(
    /// What it is for.
    label: &'static str,
    /// The text.
    value: RwSignal<String>,
    /// What is meant where it is empty, or what it looks like.
    #[prop(default = "")]
    placeholder: &'static str,
) -> impl IntoView {
    view! {
        <label class="deploy-line">
            <span class="deploy-label">{label}</span>
            <Verbatim
                get=value
                set=move |text| value.set(text)
                attr:class="deploy-input"
                attr:placeholder=placeholder
            />
        </label>
    }
}

//! The files of a stack, to be changed; and both texts where somebody else changed them too.

use api::compose::Diagnostic;
use api::compose::Severity;
use api::stack::StackFiles;
use leptos::prelude::*;

use super::diff;
use super::flow::Flow;
use super::history::changes;
use crate::kit::button::{Button, Tone};

/// The page.
#[component]
pub fn Files() -> impl IntoView {
    let flow = expect_context::<Flow>();
    move || match flow.conflict.get() {
        Some(theirs) => view! { <Conflict flow=flow theirs=theirs /> }.into_any(),
        None => view! { <Texts flow=flow /> }.into_any(),
    }
}

#[component]
fn Texts(flow: Flow) -> impl IntoView {
    let changed = Memo::new(move |_| flow.is_changed());
    let diagnostics = move || {
        flow.detail.with(|detail| {
            let all = detail
                .as_ref()
                .map(|detail| detail.diagnostics.as_slice())
                .unwrap_or_default();
            all.iter().map(said).collect_view()
        })
    };
    view! {
        <div class="stack-scroll">
            <div class="stack-label" id="stack-compose">
                "compose.yaml"
            </div>
            <Text value=flow.compose label="stack-compose" />
            <ul class="stack-notes" aria-label="What there is to say about the files">
                {diagnostics}
            </ul>
            <div class="stack-label" id="stack-env">
                ".env"
            </div>
            <EnvText value=flow.env label="stack-env" />
        </div>
        <footer class="stack-foot">
            <p>
                {move || {
                    if changed.get() { "Not saved." } else { "Saving changes the files; nothing is deployed by it." }
                }}
            </p>
            <Button disabled=Signal::derive(move || !changed.get()) press=move |_| flow.revert()>
                "Undo all"
            </Button>
            <Button
                tone=Tone::Primary
                busy=Signal::derive(move || flow.busy.get())
                disabled=Signal::derive(move || !changed.get())
                press=move |_| flow.save()
            >
                "Save"
            </Button>
        </footer>
    }
}

/// The text of a `.env`.
#[component]
pub fn EnvText(
    /// The text.
    value: RwSignal<String>,
    /// The id of what names it.
    label: &'static str,
) -> impl IntoView {
    let lines = move || value.with(|text| text.lines().count().clamp(3, 12).to_string());
    view! {
        <textarea
            class="stack-text is-alone"
            rows=lines
            wrap="off"
            spellcheck="false"
            autocapitalize="none"
            placeholder="NAME=value"
            aria-labelledby=label
            prop:value=value
            on:input=move |event| value.set(event_target_value(&event))
        ></textarea>
    }
}

/// A text with the numbers of its lines.
#[component]
pub fn Text(
    /// The text.
    value: RwSignal<String>,
    /// The id of what names it.
    label: &'static str,
) -> impl IntoView {
    let lines = Memo::new(move |_| value.with(|text| text.split('\n').count().max(8)));
    let numbers = move || (1..=lines.get()).map(|line| format!("{line}\n")).collect::<String>();
    view! {
        <div class="stack-editor">
            <pre aria-hidden="true">{numbers}</pre>
            <textarea
                class="stack-text"
                rows=move || lines.get().to_string()
                wrap="off"
                spellcheck="false"
                autocapitalize="none"
                aria-labelledby=label
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </div>
    }
}

/// A diagnostic with its place.
pub(in crate::apps) fn said(diagnostic: &Diagnostic) -> impl IntoView + use<> {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = diagnostic.span.map(|span| format!("Line {}: ", span.start.line));
    let hint = diagnostic.hint.as_ref().map(|hint| format!(" {hint}"));
    view! { <li data-is=severity>{place} {diagnostic.message.clone()} {hint}</li> }
}

/// Both texts, where somebody else wrote the files since they were read.
#[component]
pub fn Conflict(
    /// The stack.
    flow: Flow,
    /// The files as they are on the disk.
    theirs: StackFiles,
) -> impl IntoView {
    let StackFiles { compose, env, .. } = theirs;
    let part = |name: &'static str, there: &str, here: String| {
        let lines = diff::lines(there, &here);
        (!lines.is_empty()).then(|| {
            view! {
                <h4 class="stack-label">{name}</h4>
                {changes(&lines)}
            }
        })
    };
    let compose_part = part("compose.yaml", &compose, flow.compose.get_untracked());
    let env_part = part(".env", &env, flow.env.get_untracked());
    view! {
        <div class="stack-scroll">
            <h3 class="stack-title">"Somebody else changed the files meanwhile"</h3>
            <p class="stack-words">
                "Nothing was written. Lines with a minus are on the disk alone, lines with a plus in this window alone."
            </p>
            {compose_part}
            {env_part}
        </div>
        <footer class="stack-foot">
            <p></p>
            <Button press=move |_| flow.settle(false)>"Take what is on the disk"</Button>
            <Button tone=Tone::Primary press=move |_| flow.settle(true)>
                "Keep what is here"
            </Button>
        </footer>
    }
}

//! The first page: the text, with what there is to say beside its lines, and what was found in it.

use api::compose::{Diagnostic, Severity};
use leptos::ev::{DragEvent, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::flow::Flow;
use crate::kit::button::{Button, Tone};
use crate::kit::field::TextField;
use crate::reader::{Found, Reading};

/// The page.
#[component]
pub fn Editor() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let good = Memo::new(move |_| flow.reading.with(Reading::is_good) && !flow.name.with(String::is_empty));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if good.get_untracked() {
            flow.plan();
        }
    };
    view! {
        <form class="deploy-page" on:submit=submit>
            <div class="deploy-scroll">
                <TextField
                    label="Name"
                    name="stack-name"
                    autocomplete="off"
                    value=flow.name
                    hint="The stack gets this name, and its containers begin with it."
                    focus=true
                />
                <ComposeText />
                <Elsewhere />
                <details class="deploy-env">
                    <summary>"Variables (.env)"</summary>
                    <textarea
                        class="deploy-text"
                        rows="4"
                        spellcheck="false"
                        aria-label="Variables"
                        placeholder="NAME=value"
                        prop:value=flow.env
                        on:input=move |event| flow.env.set(event_target_value(&event))
                    ></textarea>
                </details>
                <Services />
            </div>
            <footer class="deploy-foot">
                <p>
                    {move || {
                        if good.get() {
                            "Next you see what it would do, before anything is done."
                        } else if flow.reading.with(|reading| reading.diagnostics.is_empty()) {
                            "It needs a name and at least one service."
                        } else {
                            "It can be deployed once it has a name and no errors."
                        }
                    }}
                </p>
                <Button
                    tone=Tone::Primary
                    submit=true
                    busy=Signal::derive(move || flow.busy.get())
                    disabled=Signal::derive(move || !good.get())
                >
                    "Deploy…"
                </Button>
            </footer>
        </form>
    }
}

/// The compose file: numbers on the left, what is said about a line on its right.
#[component]
fn ComposeText() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let lines = Memo::new(move |_| flow.compose.with(|text| text.split('\n').count().max(14)));
    let drop = move |event: DragEvent| {
        let file = event.data_transfer().and_then(|data| data.files()?.get(0));
        let Some(file) = file else { return };
        event.prevent_default();
        spawn_local(async move {
            // A folder has no text, and leaves the editor as it is.
            if let Some(text) = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()) {
                flow.compose.try_set(text);
            }
        });
    };
    view! {
        <div class="deploy-label" id="deploy-compose">
            "Compose file"
        </div>
        <div class="deploy-editor" on:dragover=move |event: DragEvent| event.prevent_default() on:drop=drop>
            <ol class="deploy-numbers" aria-hidden="true">
                {move || {
                    (1_u32..)
                        .take(lines.get())
                        .map(|line| {
                            let worst = Memo::new(move |_| flow.reading.with(|reading| worst(&reading.about(line))));
                            view! { <li data-is=move || worst.get()>{line}</li> }
                        })
                        .collect_view()
                }}
            </ol>
            <textarea
                class="deploy-text"
                rows=lines
                wrap="off"
                spellcheck="false"
                autocapitalize="none"
                aria-labelledby="deploy-compose"
                aria-describedby="deploy-notes"
                placeholder="Paste a compose file, or drop one here."
                prop:value=flow.compose
                on:input=move |event| flow.compose.set(event_target_value(&event))
            ></textarea>
            <ul class="deploy-notes" id="deploy-notes" aria-label="What there is to say about lines">
                {move || notes(&flow.reading.read(), lines.get())}
            </ul>
        </div>
    }
}

/// What is said about lines, each at its line.
fn notes(reading: &Reading, lines: usize) -> impl IntoView + use<> {
    let note = |line: u32| {
        let about = reading.about(line);
        let words = about.iter().map(|it| words(it)).collect::<Vec<_>>().join(" ");
        let top = format!("{}px", 20 * line.saturating_sub(1));
        let title = words.clone();
        (!words.is_empty()).then(|| {
            view! {
                <li style:top=top data-is=worst(&about) title=title>
                    <span class="unseen">{format!("Line {line}: ")}</span>
                    {words}
                </li>
            }
        })
    };
    (1_u32..).take(lines).filter_map(note).collect_view()
}

/// What is said about the whole, or about another file.
#[component]
fn Elsewhere() -> impl IntoView {
    let flow = expect_context::<Flow>();
    move || {
        let reading = flow.reading.read();
        let others = reading.elsewhere().into_iter();
        others
            .map(|it| view! { <p class="deploy-note" data-is=name(it.severity)>{words(it)}</p> })
            .collect_view()
    }
}

#[component]
fn Services() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let services = Memo::new(move |_| flow.reading.with(|reading| reading.services.clone()));
    view! {
        <Show when=move || services.with(|services| !services.is_empty())>
            <h3 class="deploy-label">"Services found"</h3>
            <ul class="deploy-services" aria-label="Services found">
                {move || services.get().into_iter().map(service).collect_view()}
            </ul>
        </Show>
    }
}

fn service(found: Found) -> impl IntoView {
    let image = if found.image.is_empty() {
        "built here".to_owned()
    } else {
        found.image
    };
    view! {
        <li>
            <strong>{found.name}</strong>
            <small>{image}</small>
        </li>
    }
}

/// A diagnostic, and what to do about it.
pub(super) fn words(diagnostic: &Diagnostic) -> String {
    match &diagnostic.hint {
        Some(hint) => format!("{}: {hint}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// The name that the style sheet has for what is worst.
fn worst(diagnostics: &[&Diagnostic]) -> Option<&'static str> {
    diagnostics.iter().map(|it| it.severity).min().map(name)
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

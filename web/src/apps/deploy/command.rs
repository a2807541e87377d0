//! A `docker run …` line that becomes a compose file while it is pasted.

use api::compose::{Diagnostic, Severity};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::editor::{Made, name, words};
use super::flow::{Flow, UNREAD};
use crate::reader;

/// The line, and what becomes of it beside.
#[component]
pub fn CommandLine() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let line = RwSignal::new(String::new());
    let said = RwSignal::new(Vec::<Diagnostic>::new());
    // The name that the last line gave: one that somebody typed is left alone.
    let given = StoredValue::new(String::new());
    Effect::new(move |_| {
        let asked = line.get();
        if asked.trim().is_empty() {
            said.set(vec![]);
            return;
        }
        spawn_local(async move {
            let answer = reader::convert(asked.clone()).await;
            // The window may be closed by now, or the line be another.
            if line.try_get_untracked().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(Some(converted)) => {
                    let mine = |name: &String| name.is_empty() || given.with_value(|given| given == name);
                    if flow.name.with_untracked(mine) {
                        given.set_value(converted.name.clone());
                        flow.name.set(converted.name);
                    }
                    flow.compose.set(converted.compose.unwrap_or_default());
                    said.set(converted.diagnostics);
                }
                Ok(None) | Err(_) => flow.wrong.set(Some(UNREAD.to_owned())),
            }
        });
    });
    view! {
        <div class="deploy-two">
            <div class="deploy-form">
                <label class="deploy-line">
                    <span class="deploy-label">"Command line"</span>
                    <textarea
                        class="deploy-input deploy-text"
                        rows="7"
                        spellcheck="false"
                        autocapitalize="none"
                        placeholder="docker run -d -p 8080:80 nginx"
                        prop:value=line
                        on:input=move |event| line.set(event_target_value(&event))
                    ></textarea>
                </label>
                <ul class="deploy-said" aria-label="What there is to say about the command line">
                    {move || {
                        let said = said.get().into_iter().filter(|it| it.severity != Severity::Note);
                        said.map(|it| view! { <li class="deploy-note" data-is=name(it.severity)>{words(&it)}</li> })
                            .collect_view()
                    }}
                </ul>
            </div>
            <Made />
        </div>
    }
}

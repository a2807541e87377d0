//! Draws the launcher, and works it by keyboard.

use leptos::ev::KeyboardEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::tile::Tile;
use crate::desktop::launcher::{Found, Launcher, search};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;

/// The launcher; once on a desk.
#[component]
pub fn LauncherLayer() -> impl IntoView {
    let launcher = expect_context::<Launcher>();
    let dialog = NodeRef::<Dialog>::new();
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        let open = launcher.open.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class="launcher"
            aria-label="Launcher"
            on:close=move |_| launcher.open.set(false)
            on:click=move |event| {
                if event.target() == event.current_target() {
                    close();
                }
            }
        >
            <Show when=move || launcher.open.get()>
                <Late name="The launcher" content=move || Box::pin(content(Callback::new(move |()| close()))) />
            </Show>
        </dialog>
    }
}

#[wasm_split(launcher, fallible)]
fn content(close: Callback<()>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Search close=close /> }.into_any())
}

/// The field, and what is found.
#[component]
fn Search(close: Callback<()>) -> impl IntoView {
    let launcher = expect_context::<Launcher>();
    let input = NodeRef::<Input>::new();
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Signal::derive(move || search(launcher.commands(), &query.get()));
    input.on_load(|input| {
        request_animation_frame(move || {
            // A page that cannot give the focus works all the same.
            let _ = input.focus();
        });
    });
    let run = move |index: usize| {
        let Some(found) = found.get_untracked().into_iter().nth(index) else {
            return;
        };
        close.run(());
        found.command.run.run();
    };
    let key = move |event: KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        let to = match event.key().as_str() {
            "ArrowDown" => (at.get_untracked() + 1) % count,
            "ArrowUp" => (at.get_untracked() + count - 1) % count,
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                return run(at.get_untracked());
            }
            _ => return,
        };
        event.prevent_default();
        at.set(to);
        scroll_to(to);
    };
    view! {
        <div class="launcher-field">
            <Icon glyph=Glyph::Search size=20 />
            <input
                node_ref=input
                type="text"
                role="combobox"
                aria-label="Find apps, stacks, actions and settings"
                aria-expanded="true"
                aria-controls="launcher-list"
                aria-activedescendant=move || option_id(at.get())
                aria-autocomplete="list"
                autocomplete="off"
                spellcheck="false"
                placeholder="Find apps, stacks, actions, settings"
                prop:value=query
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=key
            />
            <kbd>"Esc"</kbd>
        </div>
        <div id="launcher-list" class="launcher-list" role="listbox" aria-label="Found">
            {move || {
                found.get()
                    .into_iter()
                    .enumerate()
                    .map(|(index, found)| line(index, found, at, Callback::new(run)))
                    .collect_view()
            }}
        </div>
        <Show when=move || found.with(Vec::is_empty)>
            <p class="launcher-empty" role="status">
                "Nothing is called like that."
            </p>
        </Show>
    }
}

fn line(index: usize, found: Found, at: RwSignal<usize>, run: Callback<usize>) -> impl IntoView {
    let Found { command, at: hits, .. } = found;
    let title: Vec<_> = command
        .title
        .chars()
        .enumerate()
        .map(|(place, letter)| match hits.contains(&place) {
            true => view! { <b>{letter.to_string()}</b> }.into_any(),
            false => letter.to_string().into_any(),
        })
        .collect();
    view! {
        <div
            id=option_id(index)
            class="launcher-line"
            role="option"
            aria-selected=move || (at.get() == index).to_string()
            on:pointermove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
            on:click=move |_| run.run(index)
        >
            <Tile face=command.face name=command.title.clone() />
            <span class="launcher-title">{title}</span>
            <span class="launcher-hint">{command.hint}</span>
            <span class="launcher-group">{command.group}</span>
        </div>
    }
}

fn option_id(index: usize) -> String {
    format!("launcher-{index}")
}

fn scroll_to(index: usize) {
    if let Some(element) = document().get_element_by_id(&option_id(index)) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

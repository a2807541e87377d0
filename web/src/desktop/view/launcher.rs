//! Draws the launcher, and works it by keyboard. The field is always there, so that no key is lost to somebody who types
//! on at once; the list is fetched when it is shown first, and then takes up what was typed and pressed meanwhile.

use leptos::ev::KeyboardEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::tile::Tile;
use crate::desktop::launcher::{Commands, Found, Launcher, Wish, search};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;

/// The launcher; once on a desk.
#[component]
pub fn LauncherLayer() -> impl IntoView {
    let launcher = expect_context::<Launcher>();
    let dialog = NodeRef::<Dialog>::new();
    // Closed at once and not by its event alone, which comes later: by then it may have been opened again.
    let close = move || {
        launcher.open.set(false);
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    Effect::new(move |_| {
        let open = launcher.open.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            launcher.clear();
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    let closed = move |_| {
        if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
            launcher.open.set(false);
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="launcher"
            aria-label="Launcher"
            on:cancel=move |_: web_sys::Event| launcher.open.set(false)
            on:close=closed
            on:click=move |event| {
                if event.target() == event.current_target() {
                    close();
                }
            }
        >
            <Field launcher=launcher />
            <Show when=move || launcher.open.get()>
                <Late
                    name="The launcher"
                    content=move || {
                        Box::pin(async move {
                            let commands = launcher.commands().await;
                            content(launcher, commands, Callback::new(move |()| close())).await
                        })
                    }
                />
            </Show>
        </dialog>
    }
}

/// The field that has the focus while the launcher is open.
#[component]
fn Field(launcher: Launcher) -> impl IntoView {
    let key = move |event: KeyboardEvent| {
        let wish = match event.key().as_str() {
            "ArrowDown" => Wish::Next,
            "ArrowUp" => Wish::Back,
            "Enter" if !event.is_composing() => Wish::Run,
            _ => return,
        };
        event.prevent_default();
        launcher.wishes.update(|wishes| wishes.push(wish));
    };
    view! {
        <div class="launcher-field">
            <Icon glyph=Glyph::Search size=20 />
            <input
                type="text"
                role="combobox"
                aria-label="Find apps, stacks, actions and settings"
                aria-expanded="true"
                aria-controls="launcher-list"
                aria-activedescendant=move || option_id(launcher.at.get())
                aria-autocomplete="list"
                autocomplete="off"
                spellcheck="false"
                placeholder="Find apps, stacks, actions, settings"
                prop:value=launcher.query
                on:input=move |event| {
                    launcher.query.set(event_target_value(&event));
                    launcher.at.set(0);
                }
                on:keydown=key
            />
            <kbd>"Esc"</kbd>
        </div>
    }
}

#[wasm_split(panels, fallible)]
fn content(launcher: Launcher, commands: Option<Commands>, close: Callback<()>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <List launcher=launcher commands=commands close=close /> }.into_any())
}

/// What is found.
#[component]
fn List(launcher: Launcher, commands: Option<Commands>, close: Callback<()>) -> impl IntoView {
    let at = launcher.at;
    let found = Signal::derive(move || {
        let commands = commands.as_ref().map(|commands| commands());
        search(commands.unwrap_or_default(), &launcher.query.get())
    });
    let run = move |index: usize| {
        let Some(found) = found.get_untracked().into_iter().nth(index) else {
            return;
        };
        close.run(());
        found.command.run.run();
    };
    Effect::new(move |_| {
        if launcher.wishes.with(Vec::is_empty) {
            return;
        }
        for wish in launcher.wishes.try_update(std::mem::take).unwrap_or_default() {
            let count = found.with_untracked(Vec::len).max(1);
            let now = at.get_untracked();
            let to = match wish {
                Wish::Next => (now + 1) % count,
                Wish::Back => (now + count - 1) % count,
                Wish::Run => return untrack(|| run(now)),
            };
            at.set(to);
            scroll_to(to);
        }
    });
    view! {
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

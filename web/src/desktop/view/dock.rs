//! The dock: the apps, and which of them have windows.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::desktop::app::{App, Place};
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::menu::{Anchor, Entry, Item, Menus};

/// The dock.
#[component]
pub fn Dock() -> impl IntoView {
    let apps = expect_context::<WindowManager>().apps.get_value();
    view! {
        <nav class="dock" aria-label="Dock">
            {apps.iter().map(|app| view! { <DockItem app=*app /> }).collect_view()}
        </nav>
    }
}

#[component]
fn DockItem(app: App) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let menus = expect_context::<Menus>();
    let windows = Memo::new(move |_| {
        manager.desk.with(|desk| {
            let of_app = desk.windows.iter().filter(|window| window.app == app.id);
            of_app
                .map(|window| (window.id, window.title.clone()))
                .collect::<Vec<_>>()
        })
    });
    let active = Memo::new(move |_| {
        manager.desk.with(|desk| {
            desk.active
                .and_then(|id| desk.window(id))
                .is_some_and(|window| window.app == app.id)
        })
    });
    let name = Signal::derive(move || match windows.with(Vec::len) {
        0 => app.name.to_owned(),
        1 => format!("{}, open", app.name),
        count => format!("{}, {count} windows", app.name),
    });
    let running = move || windows.with(|windows| !windows.is_empty());
    let menu = move |event: MouseEvent| {
        event.prevent_default();
        menus.open(
            Anchor::of(&event),
            app.name,
            entries(manager, app, windows.get_untracked()),
        );
    };
    view! {
        <Show when=move || app.place == Place::Dock || running()>
            <button
                type="button"
                class="dock-item"
                class:is-running=running
                class:is-active=active
                aria-label=name
                data-name=app.name
                on:click=move |_| manager.dispatch(Action::Press(app.spec()))
                on:contextmenu=menu
            >
                <span class="tile" data-tint=app.tint>
                    <Icon glyph=app.glyph size=24 />
                </span>
            </button>
        </Show>
    }
}

fn entries(manager: WindowManager, app: App, windows: Vec<(WindowId, String)>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = windows
        .iter()
        .map(|(id, title)| {
            let id = *id;
            Entry::Item(Item::new(title.clone(), app.glyph, move || {
                manager.dispatch(Action::Focus(id));
            }))
        })
        .collect();
    if !entries.is_empty() {
        entries.push(Entry::Rule);
    }
    if windows.is_empty() || !app.single {
        let word = if windows.is_empty() { "Open" } else { "New window" };
        entries.push(Entry::Item(Item::new(word, Glyph::Maximise, move || {
            manager.dispatch(Action::Open(app.spec()));
        })));
    }
    if !windows.is_empty() {
        entries.push(Entry::Item(Item::new("Close", Glyph::Close, move || {
            for (id, _) in &windows {
                manager.dispatch(Action::Close(*id));
            }
        })));
    }
    entries
}

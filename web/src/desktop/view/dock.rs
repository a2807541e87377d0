//! The dock: the apps that are always in it, then those that have windows.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::tile::{Mark, Tile};
use crate::desktop::geometry::Point;
use crate::desktop::icons::item::{Home, Item, Kind, Life};
use crate::desktop::icons::items::Items;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item as Line, Menus};

/// The dock.
#[component]
pub fn Dock() -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let items = expect_context::<Items>();
    let pinned = Memo::new(move |_| {
        let is_kept = |item: &Item| item.kind == Kind::BuiltIn && item.home != Home::None;
        let always = |item: &Item| is_kept(item).then(|| item.key.clone());
        items.all.with(|all| {
            let there = |key: &String| all.iter().any(|item| item.key == *key);
            let kept = items.pins.get().into_iter().filter(there);
            all.iter().filter_map(always).chain(kept).collect::<Vec<_>>()
        })
    });
    // In the order in which they were opened, so that nothing in the dock changes places.
    let open = Memo::new(move |_| {
        let mut keys: Vec<String> = vec![];
        manager.desk.with(|desk| {
            for window in &desk.windows {
                let key = items.key_of(window);
                if !keys.contains(&key) && pinned.with(|pinned| !pinned.contains(&key)) {
                    keys.push(key);
                }
            }
        });
        keys
    });
    view! {
        <nav class="dock" aria-label="Dock">
            <For each=move || pinned.get() key=|key| key.clone() let:key>
                <DockItem key=key />
            </For>
            <Show when=move || open.with(|open| !open.is_empty())>
                <i class="dock-rule" aria-hidden="true"></i>
            </Show>
            <For each=move || open.get() key=|key| key.clone() let:key>
                <DockItem key=key />
            </For>
        </nav>
    }
}

#[component]
fn DockItem(key: String) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let items = expect_context::<Items>();
    let menus = expect_context::<Menus>();
    let key = StoredValue::new(key);
    let item = Memo::new(move |before: Option<&Option<Item>>| {
        let now = key.with_value(|key| items.get(key));
        now.or_else(|| before.cloned().flatten())
    });
    let look = Memo::new(move |_| item.with(|item| item.as_ref().map(|item| (item.face.clone(), item.name.clone()))));
    let life = Memo::new(move |_| item.with(|item| item.as_ref().map_or(Life::Plain, |item| item.life)));
    let badge = Memo::new(move |_| item.with(|item| item.as_ref().and_then(|item| item.badge)));
    let windows = Memo::new(move |_| {
        manager.desk.with(|desk| {
            let own = desk
                .windows
                .iter()
                .filter(|window| key.with_value(|key| items.key_of(window) == *key));
            own.map(|window| (window.id, window.title.clone())).collect::<Vec<_>>()
        })
    });
    let active = Memo::new(move |_| {
        let active = manager.desk.with(|desk| desk.active);
        windows.with(|windows| windows.iter().any(|(id, _)| Some(*id) == active))
    });
    let name =
        Signal::derive(move || look.with(|look| look.as_ref().map(|(_, name)| name.clone()).unwrap_or_default()));
    // Whether all of its windows are in here.
    let away = Memo::new(move |_| {
        manager.desk.with(|desk| {
            let minimised = |(id, _): &(WindowId, String)| desk.window(*id).is_some_and(|window| window.minimised);
            windows.with(|windows| !windows.is_empty() && windows.iter().all(minimised))
        })
    });
    let spoken = Signal::derive(move || {
        let mut spoken = name.get();
        match (windows.with(Vec::len), away.get()) {
            (0, _) => {}
            (1, true) => spoken.push_str(", minimised"),
            (1, false) => spoken.push_str(", open"),
            (count, _) => spoken.push_str(&format!(", {count} windows")),
        }
        if let Some(badge) = badge.get() {
            spoken.push_str(", ");
            spoken.push_str(badge.words());
        }
        spoken
    });
    let running = move || windows.with(|windows| !windows.is_empty());
    let menu = move |event: MouseEvent| {
        event.prevent_default();
        if let Some(item) = item.get_untracked() {
            let (anchor, windows) = (Anchor::of(&event), windows.get_untracked());
            spawn_local(async move {
                let entries = entries(manager, items, &item, &windows).await;
                menus.open(anchor, item.name, entries);
            });
        }
    };
    let press = move |_| {
        if let Some(item) = item.get_untracked() {
            manager.dispatch(Action::Press(item.spec));
        }
    };
    view! {
        <button
            type="button"
            id=key.with_value(|key| element_id(key))
            class="dock-item"
            class:is-running=running
            class:is-active=active
            class:is-away=away
            aria-label=spoken
            data-name=name
            data-life=move || life.get().name()
            on:click=press
            on:contextmenu=menu
        >
            {move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })}
            <Mark badge=badge />
        </button>
    }
}

/// The element of the place in the dock that something has.
fn element_id(key: &str) -> String {
    format!("dock-{key}")
}

/// The middle of the place in the dock that something has, on the page.
#[must_use]
pub fn place_of(key: &str) -> Option<Point> {
    let rect = document()
        .get_element_by_id(&element_id(key))?
        .get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "a place on the page")]
    let middle = |from: f64, size: f64| (from + size / 2.0) as i32;
    Some(Point {
        x: middle(rect.left(), rect.width()),
        y: middle(rect.top(), rect.height()),
    })
}

async fn entries(manager: WindowManager, items: Items, item: &Item, windows: &[(WindowId, String)]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = windows
        .iter()
        .map(|(id, title)| {
            let id = *id;
            Entry::Item(Line::new(title.clone(), Glyph::Window, move || {
                manager.dispatch(Action::Focus(id));
            }))
        })
        .collect();
    if !entries.is_empty() {
        entries.push(Entry::Rule);
    }
    if windows.is_empty() || !item.spec.single || item.kind != Kind::BuiltIn {
        entries.extend(items.menu(item).await);
    }
    if !windows.is_empty() {
        let ids: Vec<WindowId> = windows.iter().map(|(id, _)| *id).collect();
        let word = if ids.len() == 1 { "Close" } else { "Close all" };
        entries.push(Entry::Item(Line::new(word, Glyph::Close, move || {
            for id in &ids {
                manager.dispatch(Action::Close(*id));
            }
        })));
    }
    entries
}

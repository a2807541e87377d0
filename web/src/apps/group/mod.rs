//! Group: a window with the icons that a person put together.
//!
//! - [`pull`]: one of them is pulled out of it

pub mod pull;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::icons::item::{Item, Life};
use crate::desktop::icons::items::Items;
use crate::desktop::icons::manager::IconManager;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::{Spec, WindowId};
use crate::desktop::view::tile::{Mark, Tile};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Menus};
use pull::{Pull, Pulled, put_on_desk};

/// The app. The subject of its windows is the id of a group.
pub const APP: App = App {
    id: "group",
    name: "Group",
    glyph: Glyph::Folder,
    tint: "slate",
    place: Place::Within,
    size: Size { w: 440, h: 320 },
    min: Size { w: 240, h: 180 },
    single: true,
    content: |id| Box::pin(content(id)),
};

/// What opens the group of this id and name.
#[must_use]
pub fn spec(id: &str, name: &str) -> Spec {
    Spec {
        title: name.to_owned(),
        ..APP.about(id)
    }
}

#[wasm_split(panels, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Group id=id /> }.into_any())
}

#[component]
fn Group(id: WindowId) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let items = expect_context::<Items>();
    let group = manager
        .desk
        .with_untracked(|desk| desk.window(id).map(|window| window.subject.clone()))
        .unwrap_or_default();
    let key = APP.about(group.clone()).key();
    Effect::new(move |_| {
        if let Some(item) = items.get(&key) {
            manager.dispatch(Action::Retitle(id, item.name));
        }
    });
    let inside = Memo::new(move |_| {
        items
            .within(&group)
            .into_iter()
            .map(|item| item.key)
            .collect::<Vec<_>>()
    });
    view! {
        <Show
            when=move || inside.with(|inside| !inside.is_empty())
            fallback=|| view! { <p class="group-empty">"Nothing is in this group any more."</p> }
        >
            <ul class="group">
                <For each=move || inside.get() key=|key| key.clone() let:key>
                    <Member key=key />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Member(key: String) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let items = expect_context::<Items>();
    let menus = expect_context::<Menus>();
    let icons = expect_context::<IconManager>();
    // What has left the group is drawn as it was until it is gone.
    let item = Memo::new(move |before: Option<&Option<Item>>| items.get(&key).or_else(|| before.cloned().flatten()));
    let now = move || item.get_untracked();
    let name = Signal::derive(move || item.get().map(|item| item.name).unwrap_or_default());
    let life = Memo::new(move |_| item.get().map_or(Life::Plain, |item| item.life));
    let look = Memo::new(move |_| item.get().map(|item| (item.face, item.name)));
    let badge = Memo::new(move |_| item.get().and_then(|item| item.badge));
    let spoken = Signal::derive(move || item.get().map(|item| item.spoken()).unwrap_or_default());
    let menu = move |event: MouseEvent| {
        event.prevent_default();
        if let Some(item) = now() {
            let anchor = Anchor::of(&event);
            spawn_local(async move { menus.open(anchor, item.name.clone(), items.menu(&item).await) });
        }
    };
    let pull = Pull::default();
    let open = move |_| {
        if let Some(item) = now().filter(|_| !pull.is_spent()) {
            manager.dispatch(Action::Open(item.spec));
        }
    };
    let release = move |_| {
        if let (Some(at), Some(item)) = (pull.release(), now()) {
            put_on_desk(items, icons, item.key, at);
        }
    };
    view! {
        <li>
            <button
                type="button"
                class="group-item"
                aria-label=spoken
                data-life=move || life.get().name()
                on:click=open
                on:contextmenu=menu
                on:pointerdown=move |event| pull.down(&event)
                on:pointermove=move |event| pull.moved(&event)
                on:pointerup=release
                on:pointercancel=move |_| _ = pull.release()
            >
                <span class="group-face">
                    {move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })}
                    <Mark badge=badge />
                </span>
                <span>{name}</span>
            </button>
            <Pulled pull=pull look=look />
        </li>
    }
}

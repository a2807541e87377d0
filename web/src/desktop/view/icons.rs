//! The icons of the desk, by pointer, by touch and by keyboard.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use web_sys::HtmlElement;

use super::tile::{Mark, Tile};
use crate::desktop::geometry::{Point, Rect};
use crate::desktop::icons::item::{Home, Item, Kind, Life};
use crate::desktop::icons::items::Items;
use crate::desktop::icons::manager::IconManager;
use crate::desktop::icons::reduce::{Action, Choosing, Hold, Icons};
use crate::desktop::keys::arrow;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action as DeskAction;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item as Line, Menus};
use crate::store::order::by_text;

/// A rectangle smaller than this is a press.
const SLIGHT: i32 = 6;

/// The layer of the icons, below the windows.
#[component]
pub fn IconLayer() -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let icons = expect_context::<IconManager>();
    let items = expect_context::<Items>();
    let menus = expect_context::<Menus>();
    let layer = NodeRef::<Div>::new();
    let shown = Memo::new(move |_| icons.icons.with(|icons| icons.shown.clone()));
    let down = move |event: PointerEvent| {
        if event.target() != event.current_target() || event.button() != 0 {
            return;
        }
        manager.dispatch(DeskAction::Blur);
        if event.pointer_type() == "touch" {
            return icons.dispatch(Action::Clear);
        }
        if let Some(layer) = layer.get_untracked() {
            capture(&layer, &event);
            icons.dispatch(Action::Band(point(&layer, &event), more(&event)));
        }
    };
    let moved = move |event: PointerEvent| {
        if let Some(layer) = layer.get_untracked()
            && icons.icons.with_untracked(|icons| icons.hold.is_some())
        {
            icons.dispatch(Action::Drag(point(&layer, &event)));
        }
    };
    let context_menu = move |event: MouseEvent| {
        if event.target() == event.current_target() {
            event.prevent_default();
            icons.dispatch(Action::Clear);
            let anchor = Some(Anchor::pointer(&event));
            spawn_local(async move {
                if let Ok(entries) = floor_menu(manager, icons, items).await {
                    menus.open(anchor, "Desk", entries);
                }
            });
        }
    };
    let key = move |event: KeyboardEvent| {
        if work(manager, icons, items, &event) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    Effect::new(move |before: Option<Option<String>>| {
        let cursor = icons.icons.with(|icons| icons.cursor.clone());
        let follow = before.is_some_and(|before| before != cursor);
        if let (true, Some(layer), Some(key)) = (follow, layer.get_untracked(), &cursor)
            && layer.contains(document().active_element().as_deref())
        {
            focus(key);
        }
        cursor
    });
    view! {
        <div
            node_ref=layer
            class="icons"
            role="listbox"
            aria-label="Apps"
            aria-multiselectable="true"
            tabindex="-1"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=move |_| icons.dispatch(Action::Release)
            on:pointercancel=move |_| icons.dispatch(Action::Cancel)
            on:contextmenu=context_menu
            on:keydown=key
        >
            <For each=move || shown.get() key=|key| key.clone() let:key>
                <DeskIcon key=key layer=layer />
            </For>
            <Band />
        </div>
    }
}

/// The rectangle that chooses.
#[component]
fn Band() -> impl IntoView {
    let icons = expect_context::<IconManager>().icons;
    let band = Memo::new(move |_| icons.with(Icons::band).filter(|band| band.w + band.h > SLIGHT));
    let rect = move || band.get().unwrap_or_default();
    view! {
        <Show when=move || band.get().is_some()>
            <div
                class="icons-band"
                aria-hidden="true"
                style:translate=move || format!("{}px {}px", rect().x, rect().y)
                style:width=move || format!("{}px", rect().w)
                style:height=move || format!("{}px", rect().h)
            ></div>
        </Show>
    }
}

/// One icon.
#[component]
fn DeskIcon(key: String, layer: NodeRef<Div>) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let icons = expect_context::<IconManager>();
    let items = expect_context::<Items>();
    let menus = expect_context::<Menus>();
    let key = StoredValue::new(key);
    let item = Memo::new(move |before: Option<&Option<Item>>| {
        let now = key.with_value(|key| items.get(key));
        now.or_else(|| before.cloned().flatten())
    });
    let of = move |pick: fn(&Item) -> String| {
        Signal::derive(move || item.with(|item| item.as_ref().map(pick).unwrap_or_default()))
    };
    let name = of(|item| item.name.clone());
    let look = Memo::new(move |_| item.with(|item| item.as_ref().map(|item| (item.face.clone(), item.name.clone()))));
    let life = Memo::new(move |_| item.with(|item| item.as_ref().map_or(Life::Plain, |item| item.life)));
    let badge = Memo::new(move |_| item.with(|item| item.as_ref().and_then(|item| item.badge)));
    let spoken = of(Item::spoken);
    let chosen = Memo::new(move |_| {
        icons
            .icons
            .with(|icons| key.with_value(|key| icons.chosen.contains(key)))
    });
    let is_target = Memo::new(move |_| {
        let onto = icons.icons.with(Icons::onto);
        key.with_value(|key| onto.as_ref() == Some(key))
    });
    // The one that Tab goes to: where the keyboard was, else the first.
    let entry = Memo::new(move |_| {
        icons
            .icons
            .with(|icons| key.with_value(|key| icons.cursor.as_ref().or(icons.shown.first()) == Some(key)))
    });
    let carried = Memo::new(move |_| icons.icons.with(Icons::carried).filter(|_| chosen.get()));
    let rect = Memo::new(move |before: Option<&Rect>| {
        icons.icons.with(|icons| {
            let cell = key.with_value(|key| icons.cells().get(key).copied());
            cell.map(|cell| icons.grid.rect(cell))
                .or(before.copied())
                .unwrap_or_default()
        })
    });
    let place = move || {
        let (rect, by) = (rect.get(), carried.get().unwrap_or_default());
        format!("{}px {}px", rect.x + by.x, rect.y + by.y)
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        manager.dispatch(DeskAction::Blur);
        let key = key.get_value();
        if more(&event) {
            return icons.dispatch(Action::Choose(key, Choosing::Toggle));
        }
        if let (Some(layer), Some(target)) = (layer.get_untracked(), event.current_target()) {
            capture(target.unchecked_ref(), &event);
            icons.dispatch(Action::Grab(key, point(&layer, &event)));
        }
    };
    let open = move || {
        if let Some(item) = item.get_untracked() {
            manager.dispatch(DeskAction::Open(item.spec));
        }
    };
    let click = move |event: MouseEvent| {
        let touched = event
            .dyn_ref::<PointerEvent>()
            .is_some_and(|event| event.pointer_type() == "touch");
        if touched {
            open();
        }
    };
    let menu = move |event: MouseEvent| {
        event.prevent_default();
        let chosen = key.with_value(|key| icons.icons.with_untracked(|icons| icons.chosen.contains(key)));
        if !chosen {
            icons.dispatch(Action::Choose(key.get_value(), Choosing::Only));
        }
        if let Some(item) = item.get_untracked() {
            let chosen: Vec<String> = icons
                .icons
                .with_untracked(|icons| icons.chosen.iter().cloned().collect());
            let anchor = Some(Anchor::pointer(&event));
            spawn_local(async move {
                match chosen.len() {
                    0 | 1 => menus.open(anchor, item.name.clone(), items.menu(&item).await),
                    count => menus.open(anchor, format!("{count} icons"), items.menu_of(chosen)),
                }
            });
        }
    };
    view! {
        <div
            id=key.with_value(|key| element_id(key))
            class="desk-icon"
            class:is-chosen=chosen
            class:is-target=is_target
            class:is-carried=move || carried.get().is_some()
            role="option"
            tabindex=move || if entry.get() { "0" } else { "-1" }
            aria-label=spoken
            aria-selected=move || chosen.get().to_string()
            data-life=move || life.get().name()
            style:translate=place
            style:width=move || format!("{}px", rect.get().w)
            style:height=move || format!("{}px", rect.get().h)
            on:pointerdown=down
            on:click=click
            on:dblclick=move |event| {
                if !more(&event) {
                    open();
                }
            }
            on:contextmenu=menu
        >
            <span class="desk-icon-face">
                {move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })}
                {move || ring(life.get())}
                <Mark badge=badge />
            </span>
            <span class="desk-icon-name">{name}</span>
        </div>
    }
}

/// What stands at the corner of an icon, or around it: whether it runs, and how far the work on it is.
fn ring(life: Life) -> Option<AnyView> {
    match life {
        Life::Plain => None,
        Life::Busy(done) => {
            let share = done.map_or(28, |done| done.max(4));
            Some(
                view! {
                    <svg class="desk-icon-ring" class:is-unknown=done.is_none() viewBox="0 0 60 60" aria-hidden="true">
                        <rect x="2" y="2" width="56" height="56" rx="17" pathLength="100"></rect>
                        <rect
                            x="2"
                            y="2"
                            width="56"
                            height="56"
                            rx="17"
                            pathLength="100"
                            stroke-dasharray=format!("{share} 100")
                        ></rect>
                    </svg>
                }
                .into_any(),
            )
        }
        _ => Some(view! { <i class="desk-icon-dot" aria-hidden="true"></i> }.into_any()),
    }
}

/// The menu of the desk itself.
#[wasm_split(panels, fallible)]
fn floor_menu(manager: WindowManager, icons: IconManager, items: Items) -> Result<Vec<Entry>, SplitLoaderError> {
    let mut entries: Vec<Entry> = items
        .now("deploy")
        .map(|item| {
            Entry::Item(Line::new("Deploy an app", Glyph::Upload, move || {
                manager.dispatch(DeskAction::Open(item.spec.clone()));
            }))
        })
        .into_iter()
        .collect();
    entries.push(Entry::Item(Line::new("Sort icons by name", Glyph::List, move || {
        icons.dispatch(Action::Sort(by_name(items)));
    })));
    let hidden: Vec<Item> = items.all.with_untracked(|all| {
        let hidden = all.iter().filter(|item| item.home == Home::Hidden);
        hidden.cloned().collect()
    });
    if !hidden.is_empty() {
        entries.push(Entry::Heading("Hidden from the desk".to_owned()));
        entries.extend(
            hidden
                .into_iter()
                .map(|item| Entry::Item(Line::new(item.name.clone(), Glyph::Eye, move || items.show(&item.key)))),
        );
    }
    Ok(entries)
}

/// The icons by their names, what always is there first.
fn by_name(items: Items) -> Vec<String> {
    let text = |item: &Item| format!("{}{}", u8::from(item.kind != Kind::BuiltIn), item.name.to_lowercase());
    by_text(items.all.get_untracked(), text)
        .into_iter()
        .map(|item| item.key)
        .collect()
}

/// The keys of the desk. Says whether the key was one.
fn work(manager: WindowManager, icons: IconManager, items: Items, event: &KeyboardEvent) -> bool {
    if event.alt_key() {
        return false;
    }
    let control = event.ctrl_key() || event.meta_key();
    if let Some(direction) = arrow(&event.code()).filter(|_| !control) {
        icons.dispatch(Action::Step(direction, event.shift_key()));
        return true;
    }
    let now = icons.icons.get_untracked();
    let key = event.key();
    match (key.as_str(), control) {
        ("Enter", false) => {
            let chosen = now.shown.iter().filter(|key| now.chosen.contains(*key));
            for item in chosen.filter_map(|key| items.now(key)).collect::<Vec<_>>() {
                manager.dispatch(DeskAction::Open(item.spec));
            }
        }
        (" ", _) => {
            if let Some(cursor) = now.cursor {
                icons.dispatch(Action::Choose(cursor, Choosing::Toggle));
            }
        }
        ("a", true) => icons.dispatch(Action::ChooseAll),
        ("Escape", false) if now.hold.is_some() => icons.dispatch(Action::Cancel),
        ("Escape", false) => icons.dispatch(Action::Clear),
        (letter, false) if letter.chars().count() == 1 && letter != "?" => match named(&now, items, letter) {
            Some(key) => icons.dispatch(Action::Choose(key, Choosing::Only)),
            None => return false,
        },
        _ => return false,
    }
    true
}

/// The next icon whose name starts with a letter.
fn named(icons: &Icons, items: Items, letter: &str) -> Option<String> {
    let count = icons.shown.len();
    let at = icons
        .cursor
        .as_ref()
        .and_then(|cursor| icons.shown.iter().position(|key| key == cursor));
    let ring = (1..=count).map(|step| (at.unwrap_or(count.saturating_sub(1)) + step) % count);
    ring.filter_map(|index| items.now(icons.shown.get(index)?))
        .find(|item| item.name.to_lowercase().starts_with(&letter.to_lowercase()))
        .map(|item| item.key)
}

/// Whether a press adds to what is chosen.
fn more(event: &MouseEvent) -> bool {
    event.ctrl_key() || event.meta_key() || event.shift_key()
}

fn element_id(key: &str) -> String {
    format!("icon-{key}")
}

fn focus(key: &str) {
    let element = document().get_element_by_id(&element_id(key));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An icon takes the focus by its tab index.
        let _ = element.focus();
    }
}

/// The pointer keeps its hold whatever it moves over.
fn capture(element: &web_sys::Element, event: &PointerEvent) {
    // A pointer that is gone already cannot be captured, and does not move either.
    let _ = element.set_pointer_capture(event.pointer_id());
}

/// Where the pointer is on the layer, however far that is scrolled.
fn point(layer: &HtmlElement, event: &PointerEvent) -> Point {
    let rect = layer.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "a place on the page")]
    let (left, top) = (rect.left() as i32, rect.top() as i32);
    Point {
        x: event.client_x() - left,
        y: event.client_y() - top + layer.scroll_top(),
    }
}

/// Whether icons are dragged or chosen by a rectangle now: what lies below the pointer then takes none of its events.
#[must_use]
pub fn held(icons: &Icons) -> bool {
    match &icons.hold {
        Some(Hold::Carry { moved, .. }) => *moved,
        Some(Hold::Band { .. }) => true,
        None => false,
    }
}

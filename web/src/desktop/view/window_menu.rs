//! What can be done with a window, by menu: everything that the pointer can do.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::geometry::Zone;
use crate::desktop::manager::{Keying, WindowManager, element_id};
use crate::desktop::reduce::Action;
use crate::desktop::state::{Placement, WindowId};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item, Menus};

/// Opens the menu of a window. Where it cannot be fetched the window's own buttons are left.
pub fn open(menus: Menus, anchor: Option<Anchor>, manager: WindowManager, id: WindowId) {
    spawn_local(async move {
        if let Ok(entries) = entries(manager, id).await {
            menus.open(anchor, "Window", entries);
        }
    });
}

#[wasm_split(panels, fallible)]
fn entries(manager: WindowManager, id: WindowId) -> Result<Vec<Entry>, SplitLoaderError> {
    let (compact, placement) = manager.desk.with_untracked(|desk| {
        (
            desk.compact(),
            desk.window(id).map(|window| window.placement).unwrap_or_default(),
        )
    });
    let act =
        move |label: &str, glyph, action: Action| Item::new(label, glyph, move || manager.dispatch(action.clone()));
    let place = move |label: &str, glyph, zone| act(label, glyph, Action::Place(id, Placement::Snapped(zone)));
    let key = move |label: &str, glyph, keying| {
        Entry::Item(Item::new(label, glyph, move || {
            manager.keying.set(Some(keying));
            focus(id);
        }))
    };
    let mut entries = vec![];
    if !compact {
        if placement != Placement::Floating {
            entries.push(Entry::Item(act(
                "Restore",
                Glyph::Restore,
                Action::Place(id, Placement::Floating),
            )));
        }
        if placement != Placement::Snapped(Zone::Full) {
            entries.push(Entry::Item(
                place("Maximise", Glyph::Maximise, Zone::Full).keys("Ctrl Alt ↑"),
            ));
        }
        entries.extend([
            Entry::Item(place("Left half", Glyph::SnapLeft, Zone::Left).keys("Ctrl Alt ←")),
            Entry::Item(place("Right half", Glyph::SnapRight, Zone::Right).keys("Ctrl Alt →")),
            key("Move", Glyph::Move, Keying::Move(id)),
            key("Resize", Glyph::Resize, Keying::Stretch(id)),
            Entry::Rule,
        ]);
    }
    entries.extend([
        Entry::Item(act("Minimise", Glyph::Minimise, Action::Minimise(id)).keys(if compact {
            ""
        } else {
            "Ctrl Alt ↓"
        })),
        Entry::Item(act("Close", Glyph::Close, Action::Close(id)).keys("Ctrl Alt W")),
    ]);
    Ok(entries)
}

/// The window itself takes the keys, once the menu has given the focus back.
fn focus(id: WindowId) {
    use wasm_bindgen::JsCast;
    request_animation_frame(move || {
        let element = document().get_element_by_id(&element_id(id));
        if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A window takes the focus by its tab index.
            let _ = element.focus();
        }
    });
}

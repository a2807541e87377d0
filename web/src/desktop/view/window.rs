//! One window: its frame, its title bar, the edges that it is resized by.

use leptos::ev::{KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::bar::WindowBar;
use super::dock::place_of;
use super::tile::Tile;
use super::window_menu;
use crate::desktop::geometry::{Edge, Point, Zone};
use crate::desktop::icons::items::Items;
use crate::desktop::keys::arrow;
use crate::desktop::manager::{Keying, WindowManager, element_id};
use crate::desktop::reduce::Action;
use crate::desktop::state::{Part, Placement, WindowId};
use crate::kit::button::IconButton;
use crate::kit::icon::Glyph;
use crate::kit::late::Late;
use crate::kit::menu::{Anchor, Menus};

/// The window that is dragged is above the preview of where it would go.
const ABOVE_PREVIEW: usize = 4_100;

/// A window.
#[component]
pub fn WindowView(
    /// Which one.
    id: WindowId,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let menus = expect_context::<Menus>();
    let desk = manager.desk;
    let bounds = manager.bounds(id);
    let app = desk.with_untracked(|desk| desk.window(id).map(|window| window.app.clone()));
    let app = manager
        .apps
        .get_value()
        .iter()
        .find(|known| Some(known.id) == app.as_deref());
    let bar = WindowBar::new();
    provide_context(bar);
    let items = expect_context::<Items>();
    let look = Memo::new(move |_| {
        let key = desk.with(|desk| desk.window(id).map(|window| items.key_of(window)))?;
        let item = items.get(&key)?;
        Some((item.face, item.name))
    });
    let title =
        Memo::new(move |_| desk.with(|desk| desk.window(id).map(|window| window.title.clone()).unwrap_or_default()));
    let depth = Memo::new(move |_| desk.with(|desk| desk.depth(id)));
    let active = Memo::new(move |_| desk.with(|desk| desk.active == Some(id)));
    let minimised = Memo::new(move |_| desk.with(|desk| desk.window(id).is_some_and(|window| window.minimised)));
    // It goes to its place in the dock, and comes from there.
    let origin = Memo::new(move |before: Option<&String>| {
        let before = before.cloned().unwrap_or_default();
        let (true, Some(key)) = (
            minimised.get(),
            desk.with_untracked(|desk| Some(items.key_of(desk.window(id)?))),
        ) else {
            return before;
        };
        let at = bounds.get_untracked();
        untrack(|| place_of(&key)).map_or(before, |to| format!("{}px {}px", to.x - at.x, to.y - at.y))
    });
    let held = Memo::new(move |_| desk.with(|desk| desk.gesture.is_some_and(|held| held.window == id && held.moved)));
    let maximised = Memo::new(move |_| {
        let full = Placement::Snapped(Zone::Full);
        desk.with(|desk| desk.compact() || desk.window(id).is_some_and(|window| window.placement == full))
    });
    let keying = move || {
        manager
            .keying
            .get()
            .filter(|keying| *keying == Keying::Move(id) || *keying == Keying::Stretch(id))
    };
    let heading = format!("{}-title", element_id(id));
    let labelled_by = heading.clone();
    let maximise_label = Signal::derive(move || if maximised.get() { "Restore" } else { "Maximise" }.to_owned());
    let maximise_glyph = Signal::derive(move || {
        if maximised.get() {
            Glyph::Restore
        } else {
            Glyph::Maximise
        }
    });
    let context_menu = move |event: MouseEvent| {
        event.prevent_default();
        window_menu::open(menus, Some(Anchor::pointer(&event)), manager, id);
    };
    view! {
        <section
            id=element_id(id)
            class="window"
            class:is-active=active
            class:is-minimised=minimised
            class:is-held=held
            class:is-maximised=maximised
            tabindex="-1"
            aria-labelledby=labelled_by
            style:translate=move || format!("{}px {}px", bounds.get().x, bounds.get().y)
            style:width=move || format!("{}px", bounds.get().w)
            style:height=move || format!("{}px", bounds.get().h)
            style:transform-origin=origin
            style:z-index=move || if held.get() { ABOVE_PREVIEW } else { depth.get() + 1 }.to_string()
            on:pointerdown=move |_| manager.dispatch(Action::Focus(id))
            on:focusin=move |_| manager.dispatch(Action::Focus(id))
            on:keydown=move |event| steer(manager, &event)
        >
            <header
                class="window-bar"
                on:pointerdown=move |event| hold(manager, id, Part::Title, &event)
                on:pointermove=move |event| follow(manager, &event)
                on:pointerup=move |_| manager.dispatch(Action::Release)
                on:pointercancel=move |_| manager.dispatch(Action::Cancel)
                on:dblclick=move |event| {
                    if !on_button(&event) {
                        manager.dispatch(Action::ToggleMaximise(id));
                    }
                }
                on:contextmenu=context_menu
            >
                {move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })}
                {move || bar.leading.get().map(|tools| view! { <div class="window-tools">{tools.run()}</div> })}
                <h2 id=heading>{move || title.get()}</h2>
                <div class="window-controls">
                    {move || bar.trailing.get().map(|tools| tools.run())}
                    <IconButton
                        label="Minimise"
                        glyph=Glyph::Minimise
                        press=move |_| manager.dispatch(Action::Minimise(id))
                    />
                    <IconButton
                        label=maximise_label
                        glyph=maximise_glyph
                        class="window-maximise"
                        press=move |_| manager.dispatch(Action::ToggleMaximise(id))
                    />
                    <IconButton
                        label="Close"
                        glyph=Glyph::Close
                        class="window-close"
                        press=move |_| manager.dispatch(Action::Close(id))
                    />
                </div>
            </header>
            <div class="window-body">{app.map(|app| view! { <Late name=app.name content=move || (app.content)(id) /> })}</div>
            <Show when=move || keying().is_some()>
                <p class="window-keying" role="status">
                    {move || match keying() {
                        Some(Keying::Stretch(_)) => "Arrow keys resize, Enter when done",
                        _ => "Arrow keys move, Enter when done",
                    }}
                </p>
            </Show>
            {Edge::ALL.map(|edge| view! { <EdgeHandle id=id edge=edge /> }).into_iter().collect_view()}
        </section>
    }
}

/// An edge or a corner to pull at.
#[component]
fn EdgeHandle(id: WindowId, edge: Edge) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    view! {
        <div
            class="window-edge"
            data-edge=edge.compass()
            on:pointerdown=move |event| hold(manager, id, Part::Edge(edge), &event)
            on:pointermove=move |event| follow(manager, &event)
            on:pointerup=move |_| manager.dispatch(Action::Release)
            on:pointercancel=move |_| manager.dispatch(Action::Cancel)
        ></div>
    }
}

/// The pointer takes hold of a part of the window, and keeps it whatever it moves over.
fn hold(manager: WindowManager, id: WindowId, part: Part, event: &PointerEvent) {
    if event.button() != 0 || on_button(event) {
        return;
    }
    if let Some(target) = event
        .current_target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
    {
        // A pointer that is gone already cannot be captured, and does not move either.
        let _ = target.set_pointer_capture(event.pointer_id());
    }
    manager.dispatch(Action::Grab(id, part, point(event)));
}

fn follow(manager: WindowManager, event: &PointerEvent) {
    if manager.desk.with_untracked(|desk| desk.gesture.is_some()) {
        manager.dispatch(Action::Drag(point(event)));
    }
}

fn point(event: &PointerEvent) -> Point {
    Point {
        x: event.client_x(),
        y: event.client_y(),
    }
}

fn on_button(event: &web_sys::Event) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("button").ok().flatten().is_some())
}

/// The arrow keys, while they move or stretch the window.
fn steer(manager: WindowManager, event: &KeyboardEvent) {
    let Some(keying) = manager.keying.get_untracked() else {
        return;
    };
    if let Some(direction) = arrow(&event.code()) {
        manager.dispatch(match keying {
            Keying::Move(id) => Action::Move(id, direction),
            Keying::Stretch(id) => Action::Stretch(id, direction),
        });
    } else if matches!(event.key().as_str(), "Enter" | "Escape" | "Tab") {
        manager.keying.set(None);
    } else {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
}

//! Draws the desk: the wallpaper, the windows, the dock, the top bar, and what is wrong with the connection.

pub mod about;
pub mod bar;
pub mod dock;
pub mod icons;
pub mod jobs;
pub mod launcher;
pub mod notices;
pub mod settings;
pub mod state_banner;
pub mod tile;
pub mod top_bar;
pub mod window;
pub mod window_menu;

use leptos::ev::DragEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::icons::manager::IconManager;
use super::manager::WindowManager;
use super::reduce::Action;
use crate::kit::icon::{Glyph, Icon};
use dock::Dock;
use icons::IconLayer;
use launcher::LauncherLayer;
use state_banner::StateBanner;
use top_bar::TopBar;
use window::WindowView;

/// The desk.
#[component]
pub fn DeskView(
    /// Logs out.
    leave: Callback<()>,
    /// Takes a file that is dropped anywhere on the desk.
    take: Callback<web_sys::File>,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let desk = manager.desk;
    let ids = Memo::new(move |_| desk.with(|desk| desk.windows.iter().map(|window| window.id).collect::<Vec<_>>()));
    let icons = expect_context::<IconManager>().icons;
    let held = Memo::new(move |_| {
        desk.with(|desk| desk.gesture.is_some_and(|gesture| gesture.moved)) || icons.with(icons::held)
    });
    let compact = Memo::new(move |_| desk.with(super::state::Desk::compact));
    watch_pages(manager);
    let offered = RwSignal::new(false);
    let over = move |event: DragEvent| {
        if has_files(&event) {
            event.prevent_default();
            offered.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        offered.set(false);
        if has_files(&event) {
            // Left to itself the browser would show the file in place of the desk.
            event.prevent_default();
            if let Some(file) = event.data_transfer().and_then(|data| data.files()?.get(0)) {
                take.run(file);
            }
        }
    };
    // Out of the page, and not from one thing on it to the next.
    let out = move |event: DragEvent| {
        if event.related_target().is_none() {
            offered.set(false);
        }
    };
    view! {
        <div
            class="desk"
            class:is-held=move || held.get() || offered.get()
            class:is-compact=compact
            on:dragover=over
            on:dragleave=out
            on:drop=drop
        >
            <TopBar leave=leave />
            <main id="desk" class="desk-floor" tabindex="-1" aria-label="Desk">
                <IconLayer />
                <StateBanner />
                <For each=move || ids.get() key=|id| *id let:id>
                    <WindowView id=id />
                </For>
                <SnapPreview />
                <Show when=move || offered.get()>
                    <div class="desk-drop">
                        <p>
                            <Icon glyph=Glyph::Upload size=28 />
                            "Drop a compose file to deploy it"
                        </p>
                    </div>
                </Show>
            </main>
            <Dock />
            <LauncherLayer />
            <p class="unseen" role="status">
                {move || manager.said.get()}
            </p>
        </div>
    }
}

/// Whether files are dragged, and not something of the page.
fn has_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// A press into an embedded page is told to that page alone. All that is seen here is that the focus went there: menus
/// then close, and its window comes to the front.
fn watch_pages(manager: WindowManager) {
    let look = move || {
        let Some(active) = document()
            .active_element()
            .filter(|active| active.tag_name() == "IFRAME")
        else {
            return;
        };
        let own = active.closest(".window").ok().flatten().map(|window| window.id());
        let id = manager.desk.with_untracked(|desk| {
            let mut ids = desk.windows.iter().map(|window| window.id);
            ids.find(|id| Some(super::manager::element_id(*id)) == own)
        });
        if let Some(id) = id {
            manager.dispatch(Action::Focus(id));
        }
        if let Ok(open) = document().query_selector_all("[popover]:popover-open") {
            let open = (0..open.length()).filter_map(|at| open.item(at)?.dyn_into::<HtmlElement>().ok());
            for layer in open {
                // One that has closed meanwhile is closed.
                let _ = layer.hide_popover();
            }
        }
    };
    let left = window_event_listener(leptos::ev::blur, move |_| request_animation_frame(look));
    // From one page to another the focus goes without a word.
    let again = set_interval_with_handle(look_if_in_page(look), std::time::Duration::from_millis(200));
    on_cleanup(move || {
        left.remove();
        if let Ok(again) = again {
            again.clear();
        }
    });
}

/// Looks only while the focus is in an embedded page.
fn look_if_in_page(look: impl Fn() + 'static) -> impl Fn() + 'static {
    let last = std::cell::RefCell::new(None::<web_sys::Element>);
    move || {
        let active = document()
            .active_element()
            .filter(|active| active.tag_name() == "IFRAME");
        if active.is_some() && *last.borrow() != active {
            look();
        }
        *last.borrow_mut() = active;
    }
}

/// Where the window under the pointer would snap to.
#[component]
fn SnapPreview() -> impl IntoView {
    let desk = expect_context::<WindowManager>().desk;
    let zone = Memo::new(move |_| desk.with(|desk| Some(desk.gesture?.preview?.rect(desk.area()))));
    let side =
        move |pick: fn(super::geometry::Rect) -> i32| move || format!("{}px", zone.get().map(pick).unwrap_or_default());
    view! {
        <Show when=move || zone.get().is_some()>
            <div
                class="snap-preview"
                aria-hidden="true"
                style:left=side(|rect| rect.x)
                style:top=side(|rect| rect.y)
                style:width=side(|rect| rect.w)
                style:height=side(|rect| rect.h)
            ></div>
        </Show>
    }
}

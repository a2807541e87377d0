//! Draws the desk: the wallpaper, the windows, the dock, the top bar, and what is wrong with the connection.

pub mod bar;
pub mod dock;
pub mod icons;
pub mod state_banner;
pub mod tile;
pub mod top_bar;
pub mod window;
pub mod window_menu;

use leptos::prelude::*;

use super::icons::manager::IconManager;
use super::manager::WindowManager;
use dock::Dock;
use icons::IconLayer;
use state_banner::StateBanner;
use top_bar::TopBar;
use window::WindowView;

/// The desk.
#[component]
pub fn DeskView(
    /// Logs out.
    leave: Callback<()>,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let desk = manager.desk;
    let ids = Memo::new(move |_| desk.with(|desk| desk.windows.iter().map(|window| window.id).collect::<Vec<_>>()));
    let icons = expect_context::<IconManager>().icons;
    let held = Memo::new(move |_| {
        desk.with(|desk| desk.gesture.is_some_and(|gesture| gesture.moved)) || icons.with(icons::held)
    });
    let compact = Memo::new(move |_| desk.with(super::state::Desk::compact));
    view! {
        <div class="desk" class:is-held=held class:is-compact=compact>
            <TopBar leave=leave />
            <main id="desk" class="desk-floor" tabindex="-1" aria-label="Desk">
                <IconLayer />
                <StateBanner />
                <For each=move || ids.get() key=|id| *id let:id>
                    <WindowView id=id />
                </For>
                <SnapPreview />
            </main>
            <Dock />
            <p class="unseen" role="status">
                {move || manager.said.get()}
            </p>
        </div>
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

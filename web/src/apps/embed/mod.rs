//! An app of the machine in a window: its own web interface, at its own origin, which the desktop cannot look into.
//!
//! - [`page`]: how far the page is, and what is done to it
//! - [`tools`]: what stands in the title bar
//! - [`away`]: what is shown while there is no page

pub mod away;
pub mod page;
pub mod tools;

use leptos::html::{Div, Iframe};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::state::WindowId;
use crate::desktop::view::bar::WindowBar;
use crate::kit::icon::Glyph;
use away::{Away, Opening};
use page::{Page, Stage};
use tools::{LeadingTools, TrailingTools};

/// The app. The subject of its windows is the id of an app of the machine.
pub const APP: App = App {
    id: "web",
    name: "App",
    glyph: Glyph::Window,
    tint: "slate",
    place: Place::Within,
    size: Size { w: 1080, h: 700 },
    min: Size { w: 360, h: 280 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(embed, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Embedded id=id /> }.into_any())
}

/// What the page may do. It has its own origin, and may not navigate the desktop.
const SANDBOX: &str = "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads";

#[component]
fn Embedded(id: WindowId) -> impl IntoView {
    let frame = NodeRef::<Iframe>::new();
    let room = NodeRef::<Div>::new();
    let page = Page::open(id, frame, room);
    if let Some(bar) = use_context::<WindowBar>() {
        bar.leading
            .set(Some(ViewFn::from(move || view! { <LeadingTools page=page /> })));
        bar.trailing
            .set(Some(ViewFn::from(move || view! { <TrailingTools page=page /> })));
    }
    let zoom = move || f64::from(page.zoom.get()) / 100.0;
    let side = move || format!("{}%", 100.0 / zoom());
    let away = page.away();
    let opening = Memo::new(move |_| away.with(Option::is_none) && page.stage.get() != Stage::Shown);
    view! {
        <div node_ref=room class="embed" class:is-shown=move || page.stage.get() == Stage::Shown>
            {move || {
                page.address
                    .get()
                    .map(|address| {
                        view! {
                            <iframe
                                node_ref=frame
                                src=address
                                sandbox=SANDBOX
                                allow=""
                                title=move || page.name.get()
                                style:width=side
                                style:height=side
                                style:scale=move || zoom().to_string()
                                on:load=move |_| page.loaded()
                            ></iframe>
                        }
                    })
            }}
            <Show when=move || opening.get()>
                <Opening page=page />
            </Show>
            <Show when=move || away.with(Option::is_some)>
                <Away page=page />
            </Show>
        </div>
    }
}

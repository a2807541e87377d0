//! Draws the open menu, and works it by keyboard.

use leptos::ev::KeyboardEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{Anchor, Choice, Entry, Item, Menus};
use crate::kit::Deed;
use crate::kit::icon::{Glyph, Icon};

/// The room between a menu, what opened it, and the edge of the page.
const GAP: f64 = 6.0;

/// Where menus are drawn; once on a page.
#[component]
pub fn MenuLayer() -> impl IntoView {
    let menus = expect_context::<Menus>();
    let layer = NodeRef::<Div>::new();
    Effect::new(move |_| {
        let (Some(layer), Some(open)) = (layer.get(), menus.open.get()) else {
            return;
        };
        // A popover that is already shown refuses; it then only moves.
        let _ = layer.show_popover();
        place(&layer, open.anchor);
        if let Some(first) = items(&layer).first() {
            let _ = first.focus();
        }
    });
    let close = move || {
        if let Some(layer) = layer.get_untracked() {
            let _ = layer.hide_popover();
        }
    };
    // The browser closes a popover by itself; what was in it then goes.
    let toggle = move |_| {
        if let Some(layer) = layer.get_untracked()
            && !layer.matches(":popover-open").unwrap_or(false)
        {
            menus.open.set(None);
        }
    };
    let run = move |deed: &Deed| {
        close();
        deed.run();
    };
    let keydown = move |event: KeyboardEvent| {
        if let Some(layer) = layer.get_untracked() {
            work(&layer, &event, close);
        }
    };
    view! {
        <div node_ref=layer class="menu-layer" popover="auto" on:toggle=toggle on:keydown=keydown>
            {move || {
                menus
                    .open
                    .get()
                    .map(|open| {
                        view! {
                            <div class="menu" role="menu" aria-label=open.label>
                                {open.entries.into_iter().map(|entry| line(entry, run)).collect_view()}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

fn line(entry: Entry, run: impl Fn(&Deed) + Copy + 'static) -> AnyView {
    match entry {
        Entry::Rule => view! { <hr role="separator" /> }.into_any(),
        Entry::Heading(text) => view! { <p class="menu-heading" role="presentation">{text}</p> }.into_any(),
        Entry::Item(Item {
            label,
            glyph,
            keys,
            danger,
            run: act,
        }) => view! {
            <button
                type="button"
                class="menu-item"
                class:is-danger=danger
                role="menuitem"
                tabindex="-1"
                on:click=move |_| run(&act)
            >
                {glyph.map(|glyph| view! { <Icon glyph=glyph size=15 /> })}
                <span>{label}</span>
                {(!keys.is_empty()).then(|| view! { <kbd>{keys}</kbd> })}
            </button>
        }
        .into_any(),
        Entry::Choice(Choice {
            label,
            swatch,
            chosen,
            run: act,
        }) => view! {
            <button
                type="button"
                class="menu-item"
                role="menuitemradio"
                aria-checked=if chosen { "true" } else { "false" }
                tabindex="-1"
                on:click=move |_| run(&act)
            >
                {swatch.map(|accent| view! { <i class="swatch" data-accent=accent></i> })}
                <span>{label}</span>
                {chosen.then(|| view! { <Icon glyph=Glyph::Check size=14 /> })}
            </button>
        }
        .into_any(),
    }
}

/// Puts the menu below its anchor where there is room, else above, and inside the page in any case.
fn place(layer: &HtmlElement, anchor: Anchor) {
    let Some(window) = web_sys::window() else { return };
    let side = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    let (page_w, page_h) = (side(window.inner_width()), side(window.inner_height()));
    let (w, h) = (f64::from(layer.offset_width()), f64::from(layer.offset_height()));
    let x = if anchor.left + w + GAP <= page_w {
        anchor.left
    } else {
        anchor.right - w
    };
    let below = anchor.bottom + GAP;
    let y = if below + h + GAP <= page_h {
        below
    } else {
        anchor.top - GAP - h
    };
    let inside = |value: f64, size: f64, page: f64| value.min(page - size - GAP).max(GAP);
    let style = layer.style();
    // Only a name that is no property is refused.
    let _ = style.set_property("left", &format!("{}px", inside(x, w, page_w)));
    let _ = style.set_property("top", &format!("{}px", inside(y, h, page_h)));
}

fn items(layer: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = layer.query_selector_all(".menu-item") else {
        return vec![];
    };
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into().ok())
        .collect()
}

/// Arrows, Home and End move; a letter goes to the next item that starts with it; Tab leaves.
fn work(layer: &HtmlElement, event: &KeyboardEvent, close: impl Fn()) {
    let items = items(layer);
    let active = document().active_element();
    let at = items
        .iter()
        .position(|item| active.as_ref().is_some_and(|active| **item == *active))
        .unwrap_or(0);
    let count = items.len().max(1);
    let key = event.key();
    let to = match key.as_str() {
        "ArrowDown" => (at + 1) % count,
        "ArrowUp" => (at + count - 1) % count,
        "Home" => 0,
        "End" => count - 1,
        "Tab" => {
            event.prevent_default();
            return close();
        }
        letter if letter.chars().count() == 1 && letter != " " => {
            let starts = |index: &usize| {
                let text = items
                    .get(*index)
                    .and_then(|item| item.text_content())
                    .unwrap_or_default();
                text.to_lowercase().starts_with(&letter.to_lowercase())
            };
            let Some(found) = (1..=count).map(|step| (at + step) % count).find(starts) else {
                return;
            };
            found
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(item) = items.get(to) {
        let _ = item.focus();
    }
}

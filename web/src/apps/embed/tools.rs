//! What stands in the title bar of an app's window.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::page::Page;
use crate::kit::Deed;
use crate::kit::button::IconButton;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Choice, Entry, Item, Menus};

/// Before the title: the way back to the start.
#[component]
pub fn LeadingTools(
    /// The page.
    page: Page,
) -> impl IntoView {
    view! {
        <IconButton label="Load again from the start" glyph=Glyph::Refresh press=move |_| page.enter() />
    }
}

/// After the title: the ways out.
#[component]
pub fn TrailingTools(
    /// The page.
    page: Page,
) -> impl IntoView {
    let menus = expect_context::<Menus>();
    let more = move |event: MouseEvent| {
        menus.open(Anchor::of(&event), "View", entries(page));
    };
    view! {
        <IconButton
            label="Open in a new tab"
            glyph=Glyph::External
            class="embed-wide"
            press=move |_| page.tab()
        />
        <IconButton
            label="Full screen"
            glyph=Glyph::FullScreen
            class="embed-wide"
            press=move |_| page.full_screen()
        />
        <IconButton label="Zoom and more" glyph=Glyph::More menu=true press=more />
        <i class="window-rule" aria-hidden="true"></i>
    }
}

fn entries(page: Page) -> Vec<Entry> {
    let zoom = page.zoom.get_untracked();
    let act = |label: &str, glyph, run: fn(Page)| Entry::Item(Item::new(label, glyph, move || run(page)));
    vec![
        Entry::Heading(format!("Zoom: {zoom} %")),
        act("Larger", Glyph::Plus, |page| page.zoom_by(1)),
        act("Smaller", Glyph::Minimise, |page| page.zoom_by(-1)),
        Entry::Choice(Choice {
            label: "As it comes".to_owned(),
            swatch: None,
            chosen: zoom == 100,
            run: Deed::new(move || page.zoom_by(0)),
        }),
        Entry::Rule,
        act("Start page", Glyph::Home, Page::enter),
        act("Open in a new tab", Glyph::External, Page::tab),
        act("Full screen", Glyph::FullScreen, Page::full_screen),
    ]
}

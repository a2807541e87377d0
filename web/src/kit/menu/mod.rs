//! Menus: one at a time, opened from a button or at the pointer, worked by pointer or keyboard.
//!
//! Whoever wants a menu opens it on [`Menus`], a context; [`MenuLayer`] draws it in the browser's top layer, so that no
//! window cuts it off. The browser closes it on Escape and on a press elsewhere, and gives the focus back.

pub mod layer;

use leptos::prelude::*;

use super::Deed;
use super::icon::Glyph;

/// One line of a menu.
#[derive(Clone)]
pub enum Entry {
    /// Something to do.
    Item(Item),
    /// One of several that are chosen from.
    Choice(Choice),
    /// A heading over what follows.
    Heading(String),
    /// A line between groups.
    Rule,
}

/// Something to do.
#[derive(Clone)]
pub struct Item {
    /// What it does.
    pub label: String,
    /// Its icon.
    pub glyph: Option<Glyph>,
    /// The shortcut that does the same.
    pub keys: &'static str,
    /// Whether it cannot be taken back.
    pub danger: bool,
    /// Does it.
    pub run: Deed,
}

impl Item {
    /// An item with an icon.
    #[must_use]
    pub fn new(label: impl Into<String>, glyph: Glyph, run: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            label: label.into(),
            glyph: Some(glyph),
            keys: "",
            danger: false,
            run: Deed::new(run),
        }
    }

    /// The same, with the shortcut that does it.
    #[must_use]
    pub fn keys(self, keys: &'static str) -> Self {
        Self { keys, ..self }
    }

    /// The same, marked as what cannot be taken back.
    #[must_use]
    pub fn danger(self) -> Self {
        Self { danger: true, ..self }
    }
}

/// One of several that are chosen from.
#[derive(Clone)]
pub struct Choice {
    /// Its name.
    pub label: String,
    /// The accent whose colour it shows, if it stands for one.
    pub swatch: Option<&'static str>,
    /// Whether it is the one.
    pub chosen: bool,
    /// Chooses it.
    pub run: Deed,
}

/// Where a menu opens: below (or above) a rectangle of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Anchor {
    /// Below a button.
    #[must_use]
    pub fn below(element: &web_sys::Element) -> Self {
        let rect = element.get_bounding_client_rect();
        Self {
            left: rect.left(),
            top: rect.top(),
            right: rect.right(),
            bottom: rect.bottom(),
        }
    }

    /// Below the element that an event handler is on.
    #[must_use]
    pub fn of(event: &web_sys::Event) -> Option<Self> {
        use wasm_bindgen::JsCast;
        Some(Self::below(event.current_target()?.dyn_ref()?))
    }

    /// At the pointer.
    #[must_use]
    pub fn pointer(event: &leptos::ev::MouseEvent) -> Self {
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        Self {
            left: x,
            top: y,
            right: x,
            bottom: y,
        }
    }
}

/// An open menu.
#[derive(Clone)]
struct Open {
    anchor: Anchor,
    label: String,
    entries: Vec<Entry>,
}

/// Opens menus; a context.
#[derive(Clone, Copy)]
pub struct Menus {
    open: RwSignal<Option<Open>>,
}

impl Menus {
    /// No menu is open.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(None),
        }
    }

    /// Opens a menu.
    pub fn open(&self, anchor: Option<Anchor>, label: impl Into<String>, entries: Vec<Entry>) {
        let Some(anchor) = anchor else { return };
        self.open.set(Some(Open {
            anchor,
            label: label.into(),
            entries,
        }));
    }
}

impl Default for Menus {
    fn default() -> Self {
        Self::new()
    }
}

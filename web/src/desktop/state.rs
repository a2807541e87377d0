//! What the desk is: its windows, their places, and what is being done to them.
//!
//! A window keeps the place that it was *given*; where it is *drawn* follows from that and from the size of the
//! browser ([`Desk::bounds`]). So a browser that shrinks and grows again finds every window where it was.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::geometry::{Edge, Point, Rect, Size, TITLE_BAR, Zone};

/// The height of the top bar.
pub const TOP_BAR: i32 = 32;
/// The room at the bottom that maximised and snapped windows leave to the dock.
pub const DOCK: i32 = 76;
/// The same on a phone, where the dock is a bar.
pub const DOCK_COMPACT: i32 = 60;
/// Below this width one window fills the screen.
pub const COMPACT_BELOW: i32 = 680;

/// A window; never used again for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WindowId(pub u32);

/// How a window stands on the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Where its frame says.
    #[default]
    Floating,
    /// Filling a part of the work area.
    Snapped(Zone),
}

/// A window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its id.
    pub id: WindowId,
    /// The app that draws its content.
    pub app: String,
    /// What it is about, in the app's own words, such as the name of a stack; empty where it is about the app itself.
    pub subject: String,
    /// What its title bar says.
    pub title: String,
    /// Where it floats, when it floats.
    pub frame: Rect,
    /// Whether it does.
    pub placement: Placement,
    /// Whether it is only in the dock.
    pub minimised: bool,
    /// It does not get smaller than this.
    pub min: Size,
}

/// The name under which the places of windows of one kind are kept: the app, and what they are about.
fn key(app: &str, subject: &str) -> String {
    if subject.is_empty() {
        app.to_owned()
    } else {
        format!("{app}:{subject}")
    }
}

impl Window {
    /// The app and what the window is about, as one name.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.app, &self.subject)
    }
}

impl Spec {
    /// The app and what the window would be about, as one name.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.app, &self.subject)
    }
}

/// What an app asks for when a window of it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The app.
    pub app: String,
    /// What the window is about, in the app's own words; empty where it is about the app itself.
    pub subject: String,
    /// The title to begin with.
    pub title: String,
    /// The size to begin with, where the screen has the room.
    pub size: Size,
    /// The smallest size at which the app can be used.
    pub min: Size,
    /// Whether opening it again for the same subject only brings its window to the front.
    pub single: bool,
}

/// Where a window was when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its frame.
    pub frame: Rect,
    /// Its placement.
    pub placement: Placement,
}

/// The part of a window that the pointer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The title bar: the window moves.
    Title,
    /// An edge or a corner: the window is resized.
    Edge(Edge),
}

/// The pointer holds a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gesture {
    /// The window.
    pub window: WindowId,
    /// By what it is held.
    pub part: Part,
    /// Where the pointer went down.
    pub start: Point,
    /// Where the window was drawn then.
    pub from: Rect,
    /// Its place then, which letting go with Escape returns to.
    pub before: Place,
    /// Whether the pointer has moved far enough to mean it.
    pub moved: bool,
    /// Where the window would snap to if let go now.
    pub preview: Option<Zone>,
}

/// The desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// The size of the browser's page.
    pub viewport: Size,
    /// The windows, in the order in which they were opened: the order in the document, which never changes, because
    /// moving an embedded page in the document would load it anew.
    pub windows: Vec<Window>,
    /// The windows from back to front.
    pub order: Vec<WindowId>,
    /// The window that has the focus.
    pub active: Option<WindowId>,
    /// The id of the next window.
    pub next: u32,
    /// What the pointer does.
    pub gesture: Option<Gesture>,
    /// Where the last window of a key was when it closed.
    pub places: BTreeMap<String, Place>,
}

impl Desk {
    /// A desk in a page of this size.
    #[must_use]
    pub fn new(viewport: Size) -> Self {
        Self {
            viewport,
            next: 1,
            ..Self::default()
        }
    }

    /// Whether one window fills the screen, as on a phone.
    #[must_use]
    pub fn compact(&self) -> bool {
        self.viewport.w < COMPACT_BELOW
    }

    /// The part of the page that windows are given.
    #[must_use]
    pub fn area(&self) -> Rect {
        let dock = if self.compact() { DOCK_COMPACT } else { DOCK };
        Rect {
            x: 0,
            y: TOP_BAR,
            w: self.viewport.w,
            h: (self.viewport.h - TOP_BAR - dock).max(2 * TITLE_BAR),
        }
    }

    /// A window by its id.
    #[must_use]
    pub fn window(&self, id: WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == id)
    }

    pub(super) fn window_mut(&mut self, id: WindowId) -> Option<&mut Window> {
        self.windows.iter_mut().find(|window| window.id == id)
    }

    /// Where a window is drawn.
    #[must_use]
    pub fn bounds(&self, window: &Window) -> Rect {
        let area = self.area();
        match window.placement {
            _ if self.compact() => area,
            Placement::Snapped(zone) => zone.rect(area),
            Placement::Floating => window.frame.in_reach(self.floating_area(), window.min),
        }
    }

    /// Floating windows may reach under the dock.
    pub(super) fn floating_area(&self) -> Rect {
        let area = self.area();
        Rect {
            h: (self.viewport.h - area.y).max(area.h),
            ..area
        }
    }

    /// How far to the front a window is.
    #[must_use]
    pub fn depth(&self, id: WindowId) -> usize {
        self.order.iter().position(|other| *other == id).unwrap_or(0)
    }

    /// The window at the front of those that are not minimised.
    #[must_use]
    pub fn front(&self) -> Option<WindowId> {
        let shown = |id: &&WindowId| self.window(**id).is_some_and(|window| !window.minimised);
        self.order.iter().rev().find(shown).copied()
    }
}

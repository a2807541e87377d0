//! What an app is to the desktop: a name, a look, a size, and something that draws the content of a window.

use super::geometry::Size;
use super::state::{Spec, WindowId};
use crate::kit::icon::Glyph;
use crate::kit::late::Content;

/// Where an app is opened from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The dock, always.
    Dock,
    /// The menu of the person; in the dock only while it is open.
    UserMenu,
    /// Windows of other apps; in the dock only while it is open.
    Within,
}

/// An app. The window manager knows apps by this alone.
#[derive(Clone, Copy)]
pub struct App {
    /// Its stable name, under which its windows are kept.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Its icon.
    pub glyph: Glyph,
    /// The colour of its tile, which the style sheet has under this name.
    pub tint: &'static str,
    /// Where it is opened from.
    pub place: Place,
    /// The size of its first window.
    pub size: Size,
    /// The smallest size at which it can be used.
    pub min: Size,
    /// Whether it has one window at most for each of its subjects.
    pub single: bool,
    /// Draws the content of a window. Each app is a chunk of the bundle, fetched when it is opened first.
    pub content: fn(WindowId) -> Content,
}

impl App {
    /// What the window manager needs to open a window.
    #[must_use]
    pub fn spec(&self) -> Spec {
        Spec {
            app: self.id.to_owned(),
            subject: String::new(),
            title: self.name.to_owned(),
            size: self.size,
            min: self.min,
            single: self.single,
        }
    }

    /// The same for a window that is about something of its own.
    #[must_use]
    pub fn about(&self, subject: impl Into<String>) -> Spec {
        Spec {
            subject: subject.into(),
            ..self.spec()
        }
    }
}

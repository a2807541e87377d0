//! Logs: a window that follows what one container or a whole stack prints.
//!
//! - [`text`]: a printed line without the terminal's commands; pure
//! - [`buffer`]: the lines that are held, and where they are shown; pure
//! - [`follow`]: the log, through breaks of the connection
//! - [`log`]: the two brought together
//! - [`view`], [`save`]: what is drawn, and what is kept as a file

pub mod buffer;
pub mod follow;
pub mod log;
mod save;
pub mod text;
pub mod view;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::Glyph;
use view::LogWindow;

/// The app.
pub const APP: App = App {
    id: "logs",
    name: "Logs",
    glyph: Glyph::Logs,
    tint: "rose",
    place: Place::Within,
    size: Size { w: 860, h: 520 },
    min: Size { w: 320, h: 240 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(stack, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <LogWindow id=id /> }.into_any())
}

/// Whose log a window is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A container's, by its name: one that takes its place is followed on.
    Container(String),
    /// Those of all containers of a stack, by its name.
    Stack(String),
}

impl Source {
    /// As the subject of a window.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Container(name) => format!("container/{name}"),
            Self::Stack(name) => format!("stack/{name}"),
        }
    }

    /// From the subject of a window.
    #[must_use]
    pub fn parse(subject: &str) -> Option<Self> {
        match subject.split_once('/')? {
            ("container", name) => Some(Self::Container(name.to_owned())),
            ("stack", name) => Some(Self::Stack(name.to_owned())),
            _ => None,
        }
    }

    /// The name of the container or of the stack.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Container(name) | Self::Stack(name) => name,
        }
    }
}

/// Opens a log in a window.
pub fn open(manager: WindowManager, source: &Source) {
    manager.dispatch(Action::Open(APP.about(source.subject())));
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn a_window_knows_its_log_again() {
        for source in [Source::Container("a".to_owned()), Source::Stack("b".to_owned())] {
            assert_eq!(Source::parse(&source.subject()), Some(source));
        }
        assert_eq!(Source::parse(""), None);
    }
}

//! The keys of the desk: which combination means what.

use super::reduce::{Direction, Turn};

/// A key press, as far as shortcuts are concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Press {
    /// The physical key, as `KeyboardEvent.code` says it: shortcuts stay in place on every keyboard layout.
    pub code: String,
    /// Whether Control is held, or Command on a Mac.
    pub control: bool,
    /// Whether Alt is held, or Option on a Mac.
    pub alt: bool,
    /// Whether Shift is held.
    pub shift: bool,
}

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Go to another window.
    Cycle(Turn),
    /// Send the window with the focus towards an edge.
    Send(Direction),
    /// Close the window with the focus.
    Close,
    /// Open the launcher.
    Launch,
}

/// A group of shortcuts: its heading, then the keys and what they do.
pub type ShortcutGroup = (&'static str, &'static [(&'static str, &'static str)]);

/// The shortcuts, as they are listed for people.
pub const SHORTCUTS: &[ShortcutGroup] = &[
    (
        "Everywhere",
        &[
            ("Ctrl K", "Find apps, stacks, actions and settings"),
            ("?", "These shortcuts"),
            ("Esc", "Put away, give up"),
        ],
    ),
    (
        "Windows",
        &[
            ("Alt `", "To the next window"),
            ("Alt Shift `", "To the one before"),
            ("Ctrl Alt ←", "Left half, then on to the right"),
            ("Ctrl Alt →", "Right half, then on to the left"),
            ("Ctrl Alt ↑", "Maximise; from a half, its upper quarter"),
            ("Ctrl Alt ↓", "Restore, then put into the dock"),
            ("Ctrl Alt W", "Close"),
        ],
    ),
    (
        "Icons",
        &[
            ("Arrows", "To the next icon"),
            ("A … Z", "To the next icon of that letter"),
            ("Enter", "Open"),
            ("Space", "Choose, or choose no longer"),
            ("Ctrl A", "Choose all"),
        ],
    ),
];

/// The shortcut of a key press, if it is one.
#[must_use]
pub fn shortcut(press: &Press) -> Option<Shortcut> {
    match (press.control, press.alt, press.shift, press.code.as_str()) {
        (false, true, false, "Backquote") => Some(Shortcut::Cycle(Turn::Next)),
        (false, true, true, "Backquote") => Some(Shortcut::Cycle(Turn::Back)),
        (true, true, false, "KeyW") => Some(Shortcut::Close),
        (true, false, false, "KeyK") => Some(Shortcut::Launch),
        (true, true, false, code) => arrow(code).map(Shortcut::Send),
        _ => None,
    }
}

/// The direction of an arrow key.
#[must_use]
pub fn arrow(code: &str) -> Option<Direction> {
    match code {
        "ArrowLeft" => Some(Direction::Left),
        "ArrowRight" => Some(Direction::Right),
        "ArrowUp" => Some(Direction::Up),
        "ArrowDown" => Some(Direction::Down),
        _ => None,
    }
}

//! Icons: a subset of Lucide (ISC, see `assets/icons`), each as one path of a 24 × 24 drawing.

use leptos::prelude::*;

/// A drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Something is wrong.
    Alert,
    /// On to the end.
    ArrowDown,
    /// Back.
    Back,
    /// Messages.
    Bell,
    /// Containers.
    Boxes,
    /// Chosen, done.
    Check,
    /// Opens downwards.
    ChevronDown,
    /// Times.
    Clock,
    /// Close.
    Close,
    /// Save a file.
    Download,
    /// Show what is hidden.
    Eye,
    /// A file.
    File,
    /// Cannot be changed.
    Lock,
    /// Somewhere else.
    External,
    /// Hide what is shown.
    EyeOff,
    /// Several things in one place.
    Folder,
    /// What is printed.
    Logs,
    /// Forward.
    Forward,
    /// All of the screen.
    FullScreen,
    /// Where it begins.
    Home,
    /// More about it.
    Info,
    /// Shortcuts.
    Keyboard,
    /// What was before.
    History,
    /// What belongs together.
    Layers,
    /// In order.
    List,
    /// Log out.
    LogOut,
    /// Maximise.
    Maximise,
    /// Minimise.
    Minimise,
    /// More actions.
    More,
    /// Move.
    Move,
    /// Not connected.
    Offline,
    /// Hold still.
    Pause,
    /// Another name.
    Pencil,
    /// Kept in place.
    Pin,
    /// Start.
    Play,
    /// One more.
    Plus,
    /// Load again.
    Refresh,
    /// Resize.
    Resize,
    /// Restart.
    Restart,
    /// Back to its size.
    Restore,
    /// Search.
    Search,
    /// Settings.
    Sliders,
    /// To the left half.
    SnapLeft,
    /// To the right half.
    SnapRight,
    /// Stop.
    Stop,
    /// Remove.
    Trash,
    /// Out of reach.
    Unplugged,
    /// Deploy.
    Upload,
    /// A person.
    User,
    /// Break long lines.
    Wrap,
    /// Careful.
    Warning,
    /// A window.
    Window,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8L12 12M12 16L12.01 16",
            Self::ArrowDown => "M12 5v14M19 12l-7 7-7-7",
            Self::Back => "M12 19l-7-7 7-7M19 12H5",
            Self::Bell => {
                "M10.268 21a2 2 0 0 0 3.464 0M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673\
                 C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326"
            }
            Self::Boxes => {
                "M2.97 12.92A2 2 0 0 0 2 14.63v3.24a2 2 0 0 0 .97 1.71l3 1.8a2 2 0 0 0 2.06 0L12 19v-5.5\
                 l-5-3-4.03 2.42ZM7 16.5l-4.74-2.85M7 16.5l5-3M7 16.5v5.17M12 13.5V19l3.97 2.38\
                 a2 2 0 0 0 2.06 0l3-1.8a2 2 0 0 0 .97-1.71v-3.24a2 2 0 0 0-.97-1.71L17 10.5l-5 3Z\
                 M17 16.5l-5-3M17 16.5l4.74-2.85M17 16.5v5.17M7.97 4.42A2 2 0 0 0 7 6.13v4.37l5 3 5-3\
                 V6.13a2 2 0 0 0-.97-1.71l-3-1.8a2 2 0 0 0-2.06 0l-3 1.8ZM12 8 7.26 5.15M12 8l4.74-2.85\
                 M12 13.5V8"
            }
            Self::Check => "M20 6 9 17l-5-5",
            Self::ChevronDown => "M6 9l6 6 6-6",
            Self::Clock => "M12 6v6l4 2M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0",
            Self::Close => "M18 6 6 18M6 6l12 12",
            Self::Download => "M12 15V3M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5",
            Self::Eye => {
                "M2.062 12.348\
                 a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0\
                 M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
            }
            Self::File => "M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7ZM14 2v4a2 2 0 0 0 2 2h4",
            Self::Lock => {
                "M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM7 11V7a5 5 0 0 1 10 0v4"
            }
            Self::External => "M15 3h6v6M10 14 21 3M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6",
            Self::Folder => {
                "M20 20a2 2 0 0 0 2-2V8a2 2 0 0 0-2-2h-7.9a2 2 0 0 1-1.69-.9L9.6 3.9A2 2 0 0 0 7.93 3H4a2 2 0 0 0-2 2v13\
                 a2 2 0 0 0 2 2Z"
            }
            Self::Pencil => {
                "M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352\
                 a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497zM15 5l4 4"
            }
            Self::EyeOff => {
                "M10.733 5.076\
                 a10.744 10.744 0 0 1 11.205 6.575 1 1 0 0 1 0 .696 10.747 10.747 0 0 1-1.444 2.49\
                 M14.084 14.158a3 3 0 0 1-4.242-4.242M17.479 17.499\
                 a10.75 10.75 0 0 1-15.417-5.151 1 1 0 0 1 0-.696 10.75 10.75 0 0 1 4.446-5.143M2 2l20 20"
            }
            Self::Logs => "M3 5h1M3 12h1M3 19h1M8 5h1M8 12h1M8 19h1M13 5h8M13 12h8M13 19h8",
            Self::Forward => "M5 12h14M12 5l7 7-7 7",
            Self::FullScreen => "M15 15l6 6M15 9l6-6M21 16v5h-5M21 8V3h-5M3 16v5h5M3 21l6-6M3 8V3h5M9 9 3 3",
            Self::Home => {
                "M15 21v-8a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v8M3 10a2 2 0 0 1 .709-1.528l7-6a2 2 0 0 1 2.582 0l7 6\
                 A2 2 0 0 1 21 10v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"
            }
            Self::Info => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 16v-4M12 8h.01",
            Self::Keyboard => {
                "M10 8h.01M12 12h.01M14 8h.01M16 12h.01M18 8h.01M6 8h.01M7 16h10M8 12h.01M4 4h16a2 2 0 0 1 2 2v12\
                 a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z"
            }
            Self::History => "M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8M3 3v5h5M12 7v5l4 2",
            Self::Layers => {
                "M12.83 2.18a2 2 0 0 0-1.66 0L2.6 6.08a1 1 0 0 0 0 1.83l8.58 3.91a2 2 0 0 0 1.66 0l8.58-3.9\
                 a1 1 0 0 0 0-1.83zM2 12a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 12\
                 M2 17a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 17"
            }
            Self::List => "M3 6h.01M3 12h.01M3 18h.01M8 6h13M8 12h13M8 18h13",
            Self::LogOut => "M16 17l5-5-5-5M21 12H9M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4",
            Self::Maximise => "M15 3h6v6M21 3l-7 7M3 21l7-7M9 21H3v-6",
            Self::Minimise => "M5 12h14",
            Self::More => {
                "M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M11 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M11 19\
                 a1 1 0 1 0 2 0a1 1 0 1 0 -2 0"
            }
            Self::Move => "M12 2v20M15 19l-3 3-3-3M19 9l3 3-3 3M2 12h20M5 9l-3 3 3 3M9 5l3-3 3 3",
            Self::Offline => {
                "M12 20h.01M8.5 16.429a5 5 0 0 1 7 0M5 12.859a10 10 0 0 1 5.17-2.69M19 12.859\
                 a10 10 0 0 0-2.007-1.523M2 8.82a15 15 0 0 1 4.177-2.643M22 8.82a15 15 0 0 0-11.288-3.764\
                 M2 2l20 20"
            }
            Self::Pause => {
                "M15 3h3a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM6 3h3a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z"
            }
            Self::Pin => {
                "M12 17v5M9 10.76a2 2 0 0 1-1.11 1.79l-1.78.9A2 2 0 0 0 5 15.24V16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1\
                 v-.76a2 2 0 0 0-1.11-1.79l-1.78-.9A2 2 0 0 1 15 10.76V7a1 1 0 0 1 1-1 2 2 0 0 0 0-4H8\
                 a2 2 0 0 0 0 4 1 1 0 0 1 1 1z"
            }
            Self::Play => "M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z",
            Self::Plus => "M5 12h14M12 5v14",
            Self::Refresh => {
                "M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8M21 3v5h-5M21 12\
                 a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16M8 16H3v5"
            }
            Self::Resize => "M12 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-7M14 15H9v-5M16 3h5v5M21 3 9 15",
            Self::Restart => "M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.74L21 8M21 3v5h-5",
            Self::Restore => "M14 10l7-7M20 10h-6V4M3 21l7-7M4 14h6v6",
            Self::Search => "M21 21l-4.34-4.34M3 11a8 8 0 1 0 16 0a8 8 0 1 0 -16 0",
            Self::Sliders => "M21 4h-7M10 4H3M21 12h-9M8 12H3M21 20h-5M12 20H3M14 2v4M8 10v4M16 18v4",
            Self::SnapLeft => "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM9 3v18",
            Self::SnapRight => {
                "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM15 3v18"
            }
            Self::Stop => {
                "M8 6.5h8a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H8a1.5 1.5 0 0 1-1.5-1.5V8\
                 A1.5 1.5 0 0 1 8 6.5z"
            }
            Self::Trash => {
                "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4\
                 a2 2 0 0 1 2 2v2"
            }
            Self::Unplugged => {
                "M19 5l3-3M2 22l3-3M6.3 20.3a2.4 2.4 0 0 0 3.4 0L12 18l-6-6-2.3 2.3a2.4 2.4 0 0 0 0 3.4Z\
                 M7.5 13.5 10 11M10.5 16.5 13 14M12 6l6 6 2.3-2.3a2.4 2.4 0 0 0 0-3.4l-2.6-2.6\
                 a2.4 2.4 0 0 0-3.4 0Z"
            }
            Self::Upload => "M12 3v12M17 8l-5-5-5 5M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4",
            Self::User => "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2M8 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
            Self::Wrap => "M3 6h18M3 12h15a3 3 0 1 1 0 6h-4M16 16l-2 2 2 2M3 18h7",
            Self::Warning => {
                "M21.73 18l-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17\
                 h.01"
            }
            Self::Window => {
                "M4 4h16a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM10 4v4M2 8h20M6 4v4"
            }
        }
    }

    /// Whether the drawing is filled and not only lined: what starts and stops is to be told from a box at a glance.
    fn solid(self) -> bool {
        matches!(self, Self::Pause | Self::Play | Self::Stop)
    }
}

/// Draws an icon. It says nothing to a screen reader: what it stands beside has the words.
#[component]
pub fn Icon(
    /// The drawing.
    glyph: Glyph,
    /// Its width and height in pixels.
    #[prop(default = 16)]
    size: u8,
) -> impl IntoView {
    view! {
        <svg class="icon" class:is-solid=glyph.solid() viewBox="0 0 24 24" width=size height=size aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
}

//! Icons: a subset of Lucide (ISC, see `assets/icons`), each as one path of a 24 × 24 drawing.

use leptos::prelude::*;

/// A drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// Something is wrong.
    Alert,
    /// Containers.
    Boxes,
    /// Chosen, done.
    Check,
    /// Opens downwards.
    ChevronDown,
    /// Close.
    Close,
    /// Copy.
    Copy,
    /// The processors.
    Cpu,
    /// Show what is hidden.
    Eye,
    /// Hide what is shown.
    EyeOff,
    /// A remark.
    Info,
    /// A stack.
    Layers,
    /// Locked.
    Lock,
    /// Log out.
    LogOut,
    /// Maximise.
    Maximise,
    /// The memory.
    Memory,
    /// Minimise.
    Minimise,
    /// As the system is.
    Monitor,
    /// Dark.
    Moon,
    /// More actions.
    More,
    /// Move.
    Move,
    /// Ports and networks.
    Network,
    /// Not connected.
    Offline,
    /// Start.
    Play,
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
    /// To the left half.
    SnapLeft,
    /// To the right half.
    SnapRight,
    /// Stop.
    Stop,
    /// Light.
    Sun,
    /// Remove.
    Trash,
    /// Out of reach.
    Unplugged,
    /// A person.
    User,
    /// Careful.
    Warning,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 8L12 12M12 16L12.01 16",
            Self::Boxes => {
                "M2.97 12.92A2 2 0 0 0 2 14.63v3.24a2 2 0 0 0 .97 1.71l3 1.8a2 2 0 0 0 2.06 0L12 19v-5.5\
                 l-5-3-4.03 2.42Zm7 16.5-4.74-2.85m7 16.5 5-3M7 16.5v5.17M12 13.5V19l3.97 2.38\
                 a2 2 0 0 0 2.06 0l3-1.8a2 2 0 0 0 .97-1.71v-3.24a2 2 0 0 0-.97-1.71L17 10.5l-5 3Z\
                 m17 16.5-5-3m17 16.5 4.74-2.85M17 16.5v5.17M7.97 4.42A2 2 0 0 0 7 6.13v4.37l5 3 5-3V6.13\
                 a2 2 0 0 0-.97-1.71l-3-1.8a2 2 0 0 0-2.06 0l-3 1.8ZM12 8 7.26 5.15m12 8 4.74-2.85M12 13.5V8"
            }
            Self::Check => "M20 6 9 17l-5-5",
            Self::ChevronDown => "m6 9 6 6 6-6",
            Self::Close => "M18 6 6 18m6 6 12 12",
            Self::Copy => {
                "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-10a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2zM4 16\
                 c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"
            }
            Self::Cpu => {
                "M12 20v2M12 2v2M17 20v2M17 2v2M2 12h2M2 17h2M2 7h2M20 12h2M20 17h2M20 7h2M7 20v2M7 2v2M6 4\
                 h12a2 2 0 0 1 2 2v12a2 2 0 0 1 -2 2h-12a2 2 0 0 1 -2 -2v-12a2 2 0 0 1 2 -2zM9 8h6\
                 a1 1 0 0 1 1 1v6a1 1 0 0 1 -1 1h-6a1 1 0 0 1 -1 -1v-6a1 1 0 0 1 1 -1z"
            }
            Self::Eye => {
                "M2.062 12.348\
                 a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0\
                 M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"
            }
            Self::EyeOff => {
                "M10.733 5.076\
                 a10.744 10.744 0 0 1 11.205 6.575 1 1 0 0 1 0 .696 10.747 10.747 0 0 1-1.444 2.49\
                 M14.084 14.158a3 3 0 0 1-4.242-4.242M17.479 17.499\
                 a10.75 10.75 0 0 1-15.417-5.151 1 1 0 0 1 0-.696 10.75 10.75 0 0 1 4.446-5.143m2 2 20 20"
            }
            Self::Info => "M2 12a10 10 0 1 0 20 0a10 10 0 1 0 -20 0M12 16v-4M12 8h.01",
            Self::Layers => {
                "M12.83 2.18a2 2 0 0 0-1.66 0L2.6 6.08a1 1 0 0 0 0 1.83l8.58 3.91a2 2 0 0 0 1.66 0l8.58-3.9\
                 a1 1 0 0 0 0-1.83zM2 12a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 12\
                 M2 17a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 17"
            }
            Self::Lock => {
                "M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-7a2 2 0 0 1 2 -2zM7 11V7\
                 a5 5 0 0 1 10 0v4"
            }
            Self::LogOut => "m16 17 5-5-5-5M21 12H9M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4",
            Self::Maximise => "M15 3h6v6m21 3-7 7m3 21 7-7M9 21H3v-6",
            Self::Memory => {
                "M12 12v-2M12 18v-2M16 12v-2M16 18v-2M2 11h1.5M20 18v-2M20.5 11H22M4 18v-2M8 12v-2M8 18v-2\
                 M4 6h16a2 2 0 0 1 2 2v6a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-6a2 2 0 0 1 2 -2z"
            }
            Self::Minimise => "M5 12h14",
            Self::Monitor => {
                "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2zM8 21L16 21\
                 M12 17L12 21"
            }
            Self::Moon => {
                "M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268\
                 c.344-.215.825-.004.803.401"
            }
            Self::More => {
                "M11 12a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M11 5a1 1 0 1 0 2 0a1 1 0 1 0 -2 0M11 19a1 1 0 1 0 2 0\
                 a1 1 0 1 0 -2 0"
            }
            Self::Move => "M12 2v20m15 19-3 3-3-3m19 9 3 3-3 3M2 12h20m5 9-3 3 3 3m9 5 3-3 3 3",
            Self::Network => {
                "M17 16h4a1 1 0 0 1 1 1v4a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1v-4a1 1 0 0 1 1 -1zM3 16h4\
                 a1 1 0 0 1 1 1v4a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1v-4a1 1 0 0 1 1 -1zM10 2h4a1 1 0 0 1 1 1v4\
                 a1 1 0 0 1 -1 1h-4a1 1 0 0 1 -1 -1v-4a1 1 0 0 1 1 -1zM5 16v-3a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1\
                 v3M12 12V8"
            }
            Self::Offline => {
                "M12 20h.01M8.5 16.429a5 5 0 0 1 7 0M5 12.859a10 10 0 0 1 5.17-2.69M19 12.859\
                 a10 10 0 0 0-2.007-1.523M2 8.82a15 15 0 0 1 4.177-2.643M22 8.82a15 15 0 0 0-11.288-3.764\
                 m2 2 20 20"
            }
            Self::Play => "M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z",
            Self::Refresh => {
                "M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8M21 3v5h-5M21 12\
                 a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16M8 16H3v5"
            }
            Self::Resize => "M12 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-7M14 15H9v-5M16 3h5v5M21 3 9 15",
            Self::Restart => "M21 12a9 9 0 1 1-9-9c2.52 0 4.93 1 6.74 2.74L21 8M21 3v5h-5",
            Self::Restore => "m14 10 7-7M20 10h-6V4m3 21 7-7M4 14h6v6",
            Self::Search => "m21 21-4.34-4.34M3 11a8 8 0 1 0 16 0a8 8 0 1 0 -16 0",
            Self::SnapLeft => "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM9 3v18",
            Self::SnapRight => {
                "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2zM15 3v18"
            }
            Self::Stop => "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2v-14a2 2 0 0 1 2 -2z",
            Self::Sun => {
                "M8 12a4 4 0 1 0 8 0a4 4 0 1 0 -8 0M12 2v2M12 20v2m4.93 4.93 1.41 1.41m17.66 17.66 1.41 1.41\
                 M2 12h2M20 12h2m6.34 17.66-1.41 1.41m19.07 4.93-1.41 1.41"
            }
            Self::Trash => {
                "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4\
                 a2 2 0 0 1 2 2v2"
            }
            Self::Unplugged => {
                "m19 5 3-3m2 22 3-3M6.3 20.3a2.4 2.4 0 0 0 3.4 0L12 18l-6-6-2.3 2.3a2.4 2.4 0 0 0 0 3.4Z\
                 M7.5 13.5 10 11M10.5 16.5 13 14m12 6 6 6 2.3-2.3a2.4 2.4 0 0 0 0-3.4l-2.6-2.6\
                 a2.4 2.4 0 0 0-3.4 0Z"
            }
            Self::User => "M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2M8 7a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
            Self::Warning => {
                "m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01"
            }
        }
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
        <svg class="icon" viewBox="0 0 24 24" width=size height=size aria-hidden="true">
            <path d=glyph.path()></path>
        </svg>
    }
}

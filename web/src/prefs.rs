//! What a person likes: the theme and the accent, kept in this browser.
//!
//! The loader sets the same two attributes before the first paint, from the same two names.

use leptos::prelude::*;

use crate::desktop::layout::Shelf;

/// The browser's own storage as a shelf.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalShelf;

impl Shelf for LocalShelf {
    fn load(&self, name: &str) -> Option<String> {
        storage()?.get_item(name).ok().flatten()
    }

    fn save(&self, name: &str, text: &str) {
        if let Some(storage) = storage() {
            // Full or refused: the desk is then not kept, and works.
            let _ = storage.set_item(name, text);
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Dark, light, or as the system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

impl Theme {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Dark, Self::Light];

    /// The word that it is kept as.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The words of the menu.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "Like the system",
            Self::Dark => "Dark",
            Self::Light => "Light",
        }
    }
}

/// The accents: the name that is kept, which the style sheet knows, and the word of the menu.
pub const ACCENTS: [(&str, &str); 6] = [
    ("indigo", "Indigo"),
    ("teal", "Teal"),
    ("green", "Green"),
    ("amber", "Amber"),
    ("rose", "Rose"),
    ("violet", "Violet"),
];

const THEME: &str = "stardeck.theme";
const ACCENT: &str = "stardeck.accent";

/// What a person likes; a context.
#[derive(Clone, Copy)]
pub struct Prefs {
    /// The theme.
    pub theme: RwSignal<Theme>,
    /// The accent, by its name.
    pub accent: RwSignal<&'static str>,
}

impl Prefs {
    /// Reads what was kept, and from now on keeps and applies what is chosen.
    #[must_use]
    pub fn load(shelf: impl Shelf + Copy + 'static) -> Self {
        let kept = shelf.load(THEME).unwrap_or_default();
        let theme = Theme::ALL
            .into_iter()
            .find(|theme| theme.name() == kept)
            .unwrap_or_default();
        let kept = shelf.load(ACCENT).unwrap_or_default();
        let accent = ACCENTS
            .iter()
            .find(|(name, _)| *name == kept)
            .map_or(ACCENTS[0].0, |(name, _)| name);
        let prefs = Self {
            theme: RwSignal::new(theme),
            accent: RwSignal::new(accent),
        };
        Effect::new(move |before: Option<()>| {
            let (theme, accent) = (prefs.theme.get().name(), prefs.accent.get());
            if let Some(root) = document().document_element() {
                // An attribute name that is valid is not refused.
                let _ = root.set_attribute("data-theme", theme);
                let _ = root.set_attribute("data-accent", accent);
            }
            if before.is_some() {
                shelf.save(THEME, theme);
                shelf.save(ACCENT, accent);
            }
        });
        prefs
    }
}

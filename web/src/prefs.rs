//! What a person likes: the theme, the accent, the wallpaper and the density, kept in this browser.
//!
//! The loader sets the same attributes before the first paint, from the same names.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::desktop::layout::Shelf;
use crate::store::own::Own;

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

/// The person's own entries as a shelf.
impl Shelf for Own {
    fn load(&self, name: &str) -> Option<String> {
        self.get::<serde_json::Value>(name).map(|value| value.to_string())
    }

    fn save(&self, name: &str, text: &str) {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
            self.put(name, &value);
        }
    }
}

/// What can be chosen: the word that is kept, which the style sheet knows, and the word for people.
type Choice = (&'static str, &'static str);

/// The themes.
pub const THEMES: [Choice; 3] = [("system", "System"), ("dark", "Dark"), ("light", "Light")];

/// The accents.
pub const ACCENTS: [Choice; 6] = [
    ("indigo", "Indigo"),
    ("teal", "Teal"),
    ("green", "Green"),
    ("amber", "Amber"),
    ("rose", "Rose"),
    ("violet", "Violet"),
];

/// The wallpapers. Each has a dark and a light form.
pub const WALLPAPERS: [Choice; 4] = [
    ("horizon", "Horizon"),
    ("aurora", "Aurora"),
    ("dunes", "Dunes"),
    ("plain", "Plain"),
];

/// How close together things stand.
pub const DENSITIES: [Choice; 2] = [("calm", "Calm"), ("dense", "Dense")];

/// What a person likes; a context. Each is the word that is kept.
#[derive(Clone, Copy)]
pub struct Prefs {
    /// The theme.
    pub theme: RwSignal<&'static str>,
    /// The accent.
    pub accent: RwSignal<&'static str>,
    /// The wallpaper.
    pub wallpaper: RwSignal<&'static str>,
    /// The density.
    pub density: RwSignal<&'static str>,
}

impl Prefs {
    /// Reads what was kept, and from now on keeps and applies what is chosen.
    #[must_use]
    pub fn load(shelf: impl Shelf + Copy + 'static) -> Self {
        Self {
            theme: choice(shelf, "theme", &THEMES),
            accent: choice(shelf, "accent", &ACCENTS),
            wallpaper: choice(shelf, "wallpaper", &WALLPAPERS),
            density: choice(shelf, "density", &DENSITIES),
        }
    }
}

/// The entry of the desk that says how it looks.
const ENTRY: &str = "look";

impl Prefs {
    /// Takes what was chosen in another browser, and from now on tells the others what is chosen here.
    pub fn share(self, own: Own) {
        if let Some(kept) = own.get(ENTRY) {
            self.take(&kept);
        }
        own.listen(ENTRY, move |_, kept| self.take(&kept));
        Effect::new(move |before: Option<()>| {
            let mut look = BTreeMap::new();
            for (name, value, _) in self.each() {
                look.insert(name.to_owned(), value.get().to_owned());
            }
            if before.is_some() {
                own.put(ENTRY, &look);
            }
        });
    }

    fn take(self, kept: &BTreeMap<String, String>) {
        for (name, value, all) in self.each() {
            let known = kept.get(name).and_then(|kept| all.iter().find(|(own, _)| own == kept));
            if let Some((known, _)) = known.filter(|(known, _)| *known != value.get_untracked()) {
                value.set(known);
            }
        }
    }

    fn each(self) -> [(&'static str, RwSignal<&'static str>, &'static [Choice]); 4] {
        [
            ("theme", self.theme, &THEMES),
            ("accent", self.accent, &ACCENTS),
            ("wallpaper", self.wallpaper, &WALLPAPERS),
            ("density", self.density, &DENSITIES),
        ]
    }
}

/// One of them: an attribute of the page, and an entry of the shelf.
fn choice(shelf: impl Shelf + Copy + 'static, name: &'static str, all: &[Choice]) -> RwSignal<&'static str> {
    let kept = shelf.load(&format!("stardeck.{name}")).unwrap_or_default();
    let found = all.iter().find(|(value, _)| *value == kept).or(all.first());
    let chosen = RwSignal::new(found.map_or("", |(value, _)| *value));
    Effect::new(move |before: Option<()>| {
        let value = chosen.get();
        if let Some(root) = document().document_element() {
            // An attribute name that is valid is not refused.
            let _ = root.set_attribute(&format!("data-{name}"), value);
        }
        if before.is_some() {
            shelf.save(&format!("stardeck.{name}"), value);
        }
    });
    chosen
}

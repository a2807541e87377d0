//! The desk as it is kept between visits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::geometry::{Rect, Size};
use super::state::{Desk, Place, Placement, Spec, Window, WindowId};

/// Where a desk is kept: on the server, or in the browser.
pub trait Shelf {
    /// What was kept under a name, if anything can be read.
    fn load(&self, name: &str) -> Option<String>;
    /// Keeps a text under a name. Failing to is no reason to bother anybody: the desk still works.
    fn save(&self, name: &str, text: &str);
}

/// The names that the parts of the desk are kept under.
const WINDOWS: &str = "windows";
const PLACES: &str = "places";

/// The desk as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The windows, from back to front.
    windows: Vec<SavedWindow>,
    /// Where windows were that are closed.
    #[serde(default)]
    places: BTreeMap<String, Place>,
}

/// A window as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedWindow {
    app: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(default)]
    title: String,
    frame: Rect,
    placement: Placement,
    minimised: bool,
}

impl Layout {
    /// What is to be kept of a desk.
    #[must_use]
    pub fn of(desk: &Desk) -> Self {
        let saved = |window: &Window| SavedWindow {
            app: window.app.clone(),
            subject: window.subject.clone(),
            title: window.title.clone(),
            frame: window.frame,
            placement: window.placement,
            minimised: window.minimised,
        };
        Self {
            windows: desk.order.iter().filter_map(|id| desk.window(*id)).map(saved).collect(),
            places: desk.places.clone(),
        }
    }

    /// The desk again, with the windows whose apps are still `known`.
    #[must_use]
    pub fn restore(self, viewport: Size, known: impl Fn(&str) -> Option<Spec>) -> Desk {
        let mut desk = Desk::new(viewport);
        desk.places = self.places;
        for saved in self.windows {
            let Some(spec) = known(&saved.app) else { continue };
            let id = WindowId(desk.next);
            desk.next += 1;
            desk.order.push(id);
            desk.windows.push(Window {
                id,
                app: saved.app,
                subject: saved.subject,
                title: if saved.title.is_empty() {
                    spec.title
                } else {
                    saved.title
                },
                frame: saved.frame,
                placement: saved.placement,
                minimised: saved.minimised,
                min: spec.min,
            });
        }
        desk.active = desk.front();
        desk
    }

    /// Reads the desk from a shelf; absent when there is none, or when it cannot be read.
    #[must_use]
    pub fn load(shelf: &dyn Shelf) -> Option<Self> {
        let places = shelf.load(PLACES).and_then(|text| serde_json::from_str(&text).ok());
        Some(Self {
            windows: serde_json::from_str(&shelf.load(WINDOWS)?).ok()?,
            places: places.unwrap_or_default(),
        })
    }

    /// Puts the desk on a shelf.
    pub fn save(&self, shelf: &dyn Shelf) {
        let texts = [
            (WINDOWS, serde_json::to_string(&self.windows)),
            (PLACES, serde_json::to_string(&self.places)),
        ];
        for (name, text) in texts {
            if let Ok(text) = text {
                shelf.save(name, &text);
            }
        }
    }
}

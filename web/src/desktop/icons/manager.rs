//! The icons as views use them: they read the icons and dispatch actions.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;

use super::grid::{Cell, Grid};
use super::item::Items;
use super::reduce::{Action, Icons, reduce};
use crate::desktop::geometry::Size;
use crate::desktop::layout::Shelf;
use crate::desktop::state::Desk;

/// The name that the places of icons are kept under.
const NAME: &str = "stardeck.icons";

/// Keeps where the icons stand.
type Save = Arc<dyn Fn(&Icons) + Send + Sync>;

/// The icons; a context.
#[derive(Clone, Copy)]
pub struct IconManager {
    /// The icons, to be read.
    pub icons: ReadSignal<Icons>,
    set_icons: WriteSignal<Icons>,
    save: StoredValue<Save>,
}

impl IconManager {
    /// The icons of a person's desk, where they were left.
    #[must_use]
    pub fn start(
        items: Items,
        desk: ReadSignal<Desk>,
        shelf: impl Shelf + Copy + Send + Sync + 'static,
        user: &str,
    ) -> Self {
        let name = format!("{NAME}.{user}");
        let put: BTreeMap<String, Cell> = shelf
            .load(&name)
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let (icons, set_icons) = signal(Icons {
            put,
            ..Icons::default()
        });
        let save = move |icons: &Icons| {
            if let Ok(text) = serde_json::to_string(&icons.put) {
                shelf.save(&name, &text);
            }
        };
        let manager = Self {
            icons,
            set_icons,
            save: StoredValue::new(Arc::new(save)),
        };
        let room = Memo::new(move |_| {
            desk.with(|desk| {
                let area = desk.area();
                (Size { w: area.w, h: area.h }, desk.compact())
            })
        });
        let shown = Memo::new(move |_| {
            let key = |item: &super::item::Item| item.on_desk.then(|| item.key.clone());
            items.all.with(|all| all.iter().filter_map(key).collect::<Vec<_>>())
        });
        Effect::new(move |_| {
            let (room, compact) = room.get();
            manager.dispatch(Action::Fit(Grid::of(room, compact, false)));
        });
        Effect::new(move |_| manager.dispatch(Action::Show(shown.get())));
        manager
    }

    /// Something happens to the icons.
    pub fn dispatch(&self, action: Action) {
        let keeps = self.set_icons.try_update(|icons| {
            let (next, keeps) = reduce(std::mem::take(icons), action);
            *icons = next;
            keeps
        });
        if keeps == Some(true) {
            let save = self.save.get_value();
            self.icons.with_untracked(|icons| save(icons));
        }
    }
}

//! The icons as views use them: they read the icons and dispatch actions.

use leptos::prelude::*;

use super::grid::Grid;
use super::item::Home;
use super::items::Items;
use super::reduce::{Action, Icons, Outcome, reduce};
use crate::desktop::geometry::Size;
use crate::desktop::state::Desk;
use crate::store::own::Own;

/// What the keys of the entries begin with that say where an icon stands.
const PREFIX: &str = "icon:";

/// The icons; a context.
#[derive(Clone, Copy)]
pub struct IconManager {
    /// The icons, to be read.
    pub icons: ReadSignal<Icons>,
    set_icons: WriteSignal<Icons>,
    items: Items,
    own: Own,
}

impl IconManager {
    /// The icons of a person's desk, where they were left.
    #[must_use]
    pub fn start(items: Items, desk: ReadSignal<Desk>, dense: Signal<bool>, own: Own) -> Self {
        let (icons, set_icons) = signal(Icons {
            put: own.all(PREFIX),
            ..Icons::default()
        });
        let manager = Self {
            icons,
            set_icons,
            items,
            own,
        };
        own.listen(PREFIX, move |key, cell| {
            manager.dispatch(Action::Put(key.to_owned(), cell))
        });
        let room = Memo::new(move |_| {
            desk.with(|desk| {
                let area = desk.area();
                (Size { w: area.w, h: area.h }, desk.compact())
            })
        });
        let shown = Memo::new(move |_| {
            let key = |item: &super::item::Item| (item.home == Home::Desk).then(|| item.key.clone());
            items.all.with(|all| all.iter().filter_map(key).collect::<Vec<_>>())
        });
        Effect::new(move |_| {
            let (room, compact) = room.get();
            manager.dispatch(Action::Fit(Grid::of(room, compact, dense.get())));
        });
        Effect::new(move |_| manager.dispatch(Action::Show(shown.get())));
        manager
    }

    /// Something happens to the icons.
    pub fn dispatch(&self, action: Action) {
        let outcome = self.set_icons.try_update(|icons| {
            let (next, outcome) = reduce(std::mem::take(icons), action);
            *icons = next;
            outcome
        });
        match outcome {
            Some(Outcome::Keep) => self.icons.with_untracked(|icons| {
                for (key, cell) in &icons.put {
                    self.own.put(&format!("{PREFIX}{key}"), cell);
                }
            }),
            Some(Outcome::Join(keys, onto)) => {
                let cell = self.icons.with_untracked(|icons| icons.cells().get(&onto).copied());
                let group = self.items.join(keys, onto);
                // A new group stands where the icon stood on which the others were dropped.
                if let (Some(group), Some(cell)) = (group, cell) {
                    self.dispatch(Action::Place(group, cell));
                }
            }
            Some(Outcome::Nothing) | None => {}
        }
    }
}

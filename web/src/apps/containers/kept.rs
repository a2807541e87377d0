//! How a person likes the list: its columns and its order, kept with their desk.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::columns::Column;
use super::order::Order;
use crate::store::own::Own;

/// The entry of the desk.
const ENTRY: &str = "containers";

/// How the list is liked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Liking {
    columns: Vec<Column>,
    order: Order,
}

impl Default for Liking {
    fn default() -> Self {
        Self {
            columns: vec![Column::Cpu, Column::Memory, Column::Ports, Column::Stack],
            order: Order::default(),
        }
    }
}

/// The columns and the order that are kept; cheap to copy.
#[derive(Clone, Copy)]
pub struct Kept {
    /// The columns beside those that are always there.
    pub columns: RwSignal<Vec<Column>>,
    /// The order.
    pub order: RwSignal<Order>,
}

impl Kept {
    /// What was kept; from now on changes are kept, and those of other browsers taken over.
    #[must_use]
    pub fn of(own: Own) -> Self {
        let liking: Liking = own.get(ENTRY).unwrap_or_default();
        let kept = Self {
            columns: RwSignal::new(liking.columns),
            order: RwSignal::new(liking.order),
        };
        own.listen(ENTRY, move |_, liking: Liking| {
            kept.columns
                .maybe_update(|columns| std::mem::replace(columns, liking.columns.clone()) != liking.columns);
            kept.order
                .maybe_update(|order| std::mem::replace(order, liking.order) != liking.order);
        });
        Effect::new(move |before: Option<()>| {
            let liking = Liking {
                columns: kept.columns.get(),
                order: kept.order.get(),
            };
            if before.is_some() {
                own.put(ENTRY, &liking);
            }
        });
        kept
    }

    /// Shows a column, or does not any more.
    pub fn toggle(self, column: Column) {
        self.columns.update(|columns| {
            let before = columns.len();
            columns.retain(|it| *it != column);
            if columns.len() == before {
                columns.push(column);
            }
        });
    }
}

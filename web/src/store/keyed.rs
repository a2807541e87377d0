//! A list of rows by key, in which each row is a signal of its own.
//!
//! A change of one row reaches the views of that row alone; a row that comes or goes reaches those that list them.
//! Unlike a keyed field of `reactive_stores`, a row that is gone leaves its readers with its last value, not with a
//! panic: a view may be drawn once more before it is taken down.

use std::collections::BTreeMap;

use leptos::prelude::*;

/// Rows by key; a handle, as cheap to copy as a signal.
pub struct Keyed<T: Send + Sync + 'static> {
    rows: RwSignal<BTreeMap<String, ArcRwSignal<T>>>,
}

impl<T: Send + Sync + 'static> Clone for Keyed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Keyed<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Keyed<T> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rows: RwSignal::new(BTreeMap::new()),
        }
    }

    /// The row of a key, to be read as a signal. Which rows there are is not tracked.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<ArcRwSignal<T>> {
        self.rows.with_untracked(|rows| rows.get(key).cloned())
    }

    /// The row of a key as it is now; tracks it, and whether it is there.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<T> {
        self.rows.with(|rows| rows.get(key).map(Get::get))
    }

    /// Every row as it is now; tracks all of them.
    #[must_use]
    pub fn all(&self) -> Vec<T> {
        self.rows.with(|rows| rows.values().map(Get::get).collect())
    }

    /// The first row that is `wanted`, as it is now. Nothing is tracked.
    #[must_use]
    pub fn find(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        self.rows.with_untracked(|rows| {
            let mut all = rows.values().map(GetUntracked::get_untracked);
            all.find(|row| wanted(row))
        })
    }

    /// A row is new or different.
    pub fn put(&self, key: &str, value: T) {
        match self.row(key) {
            Some(row) => write(&row, value),
            None => self.rows.update(|rows| {
                rows.insert(key.to_owned(), ArcRwSignal::new(value));
            }),
        }
    }

    /// A row is gone.
    pub fn remove(&self, key: &str) {
        if self.rows.with_untracked(|rows| rows.contains_key(key)) {
            self.rows.update(|rows| {
                rows.remove(key);
            });
        }
    }

    /// These are the rows now, and no others. Rows that stay the same are not touched.
    pub fn replace(&self, items: impl IntoIterator<Item = (String, T)>) {
        let before = self.rows.get_untracked();
        let mut changed = false;
        let mut after = BTreeMap::new();
        for (key, value) in items {
            let row = match before.get(&key) {
                Some(row) => {
                    write(row, value);
                    row.clone()
                }
                None => {
                    changed = true;
                    ArcRwSignal::new(value)
                }
            };
            after.insert(key, row);
        }
        if changed || after.len() != before.len() {
            self.rows.set(after);
        }
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Default for Keyed<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn write<T: PartialEq + Send + Sync + 'static>(row: &ArcRwSignal<T>, value: T) {
    if row.with_untracked(|old| *old != value) {
        row.set(value);
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::Keyed;

    fn with_owner(test: impl FnOnce(Keyed<u32>)) {
        Owner::new().with(|| test(Keyed::new()));
    }

    #[test]
    fn a_row_is_one_signal_for_as_long_as_it_is_there() {
        with_owner(|rows| {
            rows.put("a", 1);
            let row = rows.row("a").unwrap();
            rows.put("a", 2);
            assert_eq!(row.get_untracked(), 2);
            rows.replace([("a".to_owned(), 3), ("b".to_owned(), 4)]);
            assert_eq!(row.get_untracked(), 3);
            assert_eq!(rows.all(), [3, 4]);
        });
    }

    #[test]
    fn a_row_that_is_gone_keeps_its_last_value_for_those_who_still_look() {
        with_owner(|rows| {
            rows.put("a", 1);
            let row = rows.row("a").unwrap();
            rows.remove("a");
            assert!(rows.row("a").is_none());
            assert_eq!(row.get_untracked(), 1);
        });
    }

    #[test]
    fn replacing_takes_away_what_is_not_named() {
        with_owner(|rows| {
            rows.replace([("a".to_owned(), 1), ("b".to_owned(), 2)]);
            rows.replace([("b".to_owned(), 2)]);
            assert_eq!(rows.all(), [2]);
        });
    }
}

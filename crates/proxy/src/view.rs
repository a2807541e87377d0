//! The route table as one thread sees it: a copy that shares nothing with the other threads' copies. What two processors count
//! together they count slowly, and every request counts who holds its route, its names and its origin.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch::Receiver;

use crate::route::{Route, Routes, Table};

/// One thread's copy of the table in force.
pub(crate) struct View(Mutex<Kept>);

struct Kept {
    source: Receiver<Arc<Table>>,
    table: Table,
}

impl View {
    /// Looks at `routes`.
    pub(crate) fn of(routes: &Routes) -> Self {
        let source = routes.watch();
        let table = source.borrow().apart();
        Self(Mutex::new(Kept { source, table }))
    }

    /// The app for a request that came in by `listener` and carries the `Host` `host`, by the table of this moment.
    pub(crate) fn find(&self, listener: u16, host: &str) -> Option<Arc<Route>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { source, table } = &mut *kept;
        // A table whose source has gone stays as it is.
        if source.has_changed().unwrap_or(false) {
            *table = source.borrow_and_update().apart();
        }
        table.find(listener, host).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::route::{AppId, Origin, Route, Routes, Table, Target};

    #[test]
    fn a_new_table_is_seen_at_once_and_shares_nothing() {
        let routes = Routes::default();
        let view = View::of(&routes);
        assert!(view.find(1, "a").is_none());
        let own = Origin::parse("http://a").expect("an origin");
        routes.replace(Table::new([Route {
            app: AppId::parse("a").expect("an id"),
            name: "A".to_owned(),
            listener: 1,
            desktop: own.clone(),
            own,
            shares_host: false,
            rewrite_host: false,
            target: Target::Stopped,
            process: None,
        }]));
        let seen = view.find(1, "a").expect("a route");
        let there = routes.now();
        let there = there.find(1, "a").expect("a route");
        assert!(!std::sync::Arc::ptr_eq(&seen, there));
        assert_eq!((&seen.app, &seen.own), (&there.app, &there.own));
    }
}

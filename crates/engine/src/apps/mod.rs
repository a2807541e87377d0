//! Apps: services with a web interface, where each of them is, and who gets in.
//!
//! - [`offer`]: what labels say · [`probe`]: what asking a port says · [`name`]: ids that outlive containers
//! - [`board`]: from all that, the apps as they stand; [`observe`] keeps them so
//! - [`icon`]: what they look like · [`settings`]: what people set for them
//! - [`place`]: where the desktop is reached, and its apps then; `routes` tells the proxy
//! - [`sleep`]: stopped while nobody uses them, started when they are opened
//! - [`passes`]: the way into an app, with [`limit`]

mod board;
pub mod icon;
mod limit;
mod name;
pub(crate) mod observe;
pub(crate) mod offer;
mod passes;
mod place;
mod probe;
pub mod routes;
mod settings;
pub(crate) mod sleep;

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use api::app::{OpenApp, OpenedApp};
use api::system::PodmanState;
use proxy::fetch::Fetcher;
use proxy::route::{Origin, Routes, Target};

use board::{Facts, Standing, Wanted};
pub use passes::{AppPass, Entered};
use place::Mode;
pub use place::Place;
pub use sleep::InUse;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::apps::AppRow;
use crate::users::tickets::Tickets;
use crate::{Engine, secret, store};

/// Where a ticket is handed in, at an app's own origin.
pub const ENTER: &str = "/.stardeck/enter";
/// How many addresses of the desktop are remembered beyond those of the configuration.
const PLACES: usize = 32;
/// How many apps are asked for their icons at once. Each may take some memory to read.
const PICTURES: usize = 2;

/// All about apps that is in memory.
pub(crate) struct Apps {
    routes: Routes,
    tickets: Tickets,
    passes: passes::Passes,
    domain: Option<String>,
    fetcher: Fetcher,
    pictures: tokio::sync::Semaphore,
    changed: tokio::sync::Notify,
    /// Tells whoever waits for an app that they may stand otherwise now.
    stood: tokio::sync::Notify,
    uses: Arc<sleep::Uses>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    rows: Vec<AppRow>,
    facts: HashMap<String, Facts>,
    standing: Vec<Standing>,
    is_all_known: bool,
    places: Vec<Place>,
}

impl Apps {
    /// With the apps that are kept, below the `domain` of the configuration, each asked so often by a person.
    pub(crate) fn new(
        rows: Vec<AppRow>,
        domain: Option<String>,
        requests: Option<NonZero<u32>>,
        fetcher: Fetcher,
    ) -> Self {
        Self {
            routes: Routes::default(),
            tickets: Tickets::default(),
            passes: passes::Passes::new(requests),
            domain,
            fetcher,
            pictures: tokio::sync::Semaphore::new(PICTURES),
            changed: tokio::sync::Notify::new(),
            stood: tokio::sync::Notify::new(),
            uses: Arc::default(),
            known: Mutex::new(Known {
                rows,
                ..Known::default()
            }),
        }
    }

    fn standing(&self) -> Vec<Standing> {
        self.lock().standing.clone()
    }

    fn facts(&self, container: &str) -> Option<Facts> {
        self.lock().facts.get(container).cloned()
    }

    fn set_facts(&self, container: String, facts: Facts) {
        self.lock().facts.insert(container, facts);
    }

    fn add_row(&self, row: AppRow) {
        let mut known = self.lock();
        known.rows.retain(|other| other.id != row.id);
        known.rows.push(row);
    }

    /// Puts the routes of what is known in force.
    fn publish(&self, known: &Known) {
        let missing = if known.is_all_known {
            Target::Gone
        } else {
            Target::Starting
        };
        let domain = self.domain.as_deref();
        let table = routes::table(&known.rows, &known.standing, missing, &known.places, domain);
        self.routes.replace(table);
    }

    /// Makes apps reachable from an address of the desktop.
    fn add_place(&self, place: &Place) {
        let mut known = self.lock();
        if known.places.contains(place) {
            return;
        }
        if known.places.len() >= PLACES {
            known.places.pop();
        }
        known.places.push(place.clone());
        self.publish(&known);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Brings the apps to what is known now: their routes first, then everybody is told what changed. Answers those that
    /// have to be kept before they can stand.
    fn stand_apps(&self) -> Vec<Wanted> {
        let mut known = self.apps.lock();
        let (containers, _, podman) = self.truth.list(false);
        known.facts.retain(|id, _| containers.iter().any(|one| one.id == *id));
        let (standing, wanted) = board::stand(&containers, &known.facts, &known.rows);
        let changes = observe::changes(&known.standing, &standing);
        // An app that is not among them is gone only once all is known.
        known.is_all_known =
            podman == PodmanState::Connected && containers.iter().all(|one| known.facts.contains_key(&one.id));
        known.standing = standing;
        self.apps.publish(&known);
        for (role, change) in changes {
            self.truth.announce_from(role, change);
        }
        self.apps.stood.notify_waiters();
        wanted
    }

    /// Takes in that what is kept of an app has changed.
    fn change_row(&self, id: &str, change: impl FnOnce(&mut AppRow)) {
        if let Some(row) = self.apps.lock().rows.iter_mut().find(|row| row.id == id) {
            change(row);
        }
        self.stand_apps();
        self.apps.changed.notify_one();
    }

    /// The routes of all apps, as they change.
    #[must_use]
    pub fn app_routes(&self) -> Routes {
        self.apps.routes.clone()
    }

    /// Makes apps reachable from an address of the desktop that the configuration names.
    pub fn add_place(&self, place: &Place) {
        self.apps.add_place(place);
    }

    /// The ports of ours that apps have, by app.
    #[must_use]
    pub fn app_doors(&self) -> Vec<(String, u16)> {
        let known = self.apps.lock();
        let door = |row: &AppRow| Some((row.id.clone(), row.door?));
        known.rows.iter().filter_map(door).collect()
    }

    /// Whether an app needs a port of ours to be reached from `place`.
    #[must_use]
    pub fn needs_door(&self, place: &Place) -> bool {
        place.mode(self.apps.domain.as_deref()) == Mode::Port
    }

    /// Gives an app a port of ours, if it has none; answers the one that it has.
    pub async fn give_door(&self, id: &str, door: u16) -> Result<u16> {
        let app = id.to_owned();
        let write = self
            .store
            .write(move |tx| -> Result<_> { Ok(store::apps::give_door(tx, &app, door)?) });
        let door = write.await?.ok_or_else(|| Error::not_found("app", id))?;
        let mut known = self.apps.lock();
        let all = known.rows.iter_mut().filter(|row| row.id == id);
        all.for_each(|row| row.door = Some(door));
        self.apps.publish(&known);
        Ok(door)
    }

    /// Where the actor's browser, which is at `place`, opens an app: an address with a ticket.
    pub async fn open_app(&self, actor: &Actor, id: &str, how: &OpenApp, place: &Place) -> Result<OpenedApp> {
        let one = self.app_meant(actor, id)?;
        if one.holds.hidden {
            return Err(Error::not_found("app", id));
        }
        let session = actor
            .session()
            .ok_or_else(|| Error::invalid("authorization", "A token opens no windows: log in with a browser."))?;
        if how.path.as_ref().is_some_and(|path| !offer::is_path(path)) {
            return Err(Error::invalid("path", "A path begins with one / and has no spaces."));
        }
        self.apps.add_place(place);
        // The window holds its first request until the app is there.
        self.rouse(&one, actor.user.name.as_str(), actor.peer).await?;
        let (origin, path) = self.origin_of(&one.row.id, place)?;
        let ticket = secret::generate()?;
        let bound = passes::bound(&one.row.id, origin.as_str());
        let now = Instant::now();
        self.apps
            .tickets
            .give(Hash::of(ticket.expose_secret()), session, &bound, now)?;
        let query: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("t", ticket.expose_secret())
            .append_pair("to", how.path.as_ref().unwrap_or(&path))
            .finish();
        Ok(OpenedApp {
            url: format!("{}{ENTER}?{query}", origin.as_str()),
            origin: origin.as_str().to_owned(),
        })
    }

    /// The origin of an app for a desktop at `place`, and the path that opens first.
    fn origin_of(&self, id: &str, place: &Place) -> Result<(Origin, String)> {
        let known = self.apps.lock();
        let standing = known.standing.iter().find(|one| one.row.id == id);
        let row = known.rows.iter().find(|row| row.id == id);
        let (Some(standing), Some(row)) = (standing, row) else {
            return Err(Error::not_found("app", id));
        };
        let origin = routes::origin(row, place, self.apps.domain.as_deref());
        let (origin, _) = origin.ok_or_else(|| Error::Conflict {
            code: "app_without_port",
            message: "No port is free for this app.".into(),
            hint: "Reach the desktop as stardeck.localhost, or free one of the ports 7100 to 7499.",
        })?;
        Ok((origin, standing.app.path.clone()))
    }

    /// Whether `path` is one of an app's own, fit to be sent to.
    #[must_use]
    pub fn is_app_path(path: &str) -> bool {
        offer::is_path(path)
    }

    /// The sources of frames that the desktop at `place` may show: apps, and nothing else.
    #[must_use]
    pub fn frame_sources(&self, place: &Place) -> String {
        routes::frame_sources(&self.apps.lock().rows, place, self.apps.domain.as_deref())
    }
}

//! All behaviour of Stardeck: who may do what, what is done, and what is kept.
//!
//! Invariants: no HTTP status, no header and no cookie in here; [`store`] is the only SQL; each method that acts takes
//! an [`Actor`] first and asks it. Podman is reached through the `podman` crate alone.
//!
//! - [`actor`]: who asks, with which rights
//! - [`users`]: accounts, and the ways to prove that one is somebody
//! - [`stacks`]: compose projects, from their files to containers that run
//! - [`spec`]: what a compose project means on Podman, and what of it is allowed
//! - [`jobs`]: work that takes a while
//! - [`containers`]: seeing them, the verbs, the truth about them
//! - `things`: images, volumes and networks
//! - [`apps`]: services with a web interface, their addresses, and the way in
//! - [`desk`]: what people have on their desks
//! - [`events`]: what is pushed to a listener
//! - [`files`]: folders of the machine
//! - [`logs`], [`stats`]: what containers print, and what they use
//! - [`settings`]: what holds for the whole deck
//! - [`system`]: the machine and Podman
//! - [`audit`], [`replies`], [`page`]: what many calls share
//! - [`store`]: what is kept
//! - [`key`]: the key of what is kept sealed
//! - [`lock`]: one server a data directory
//! - [`crash`]: where the tests of crashes end the process

mod actor;
pub mod apps;
mod audit;
mod clock;
pub mod containers;
mod crash;
mod desk;
mod error;
pub mod events;
mod files;
mod jobs;
mod key;
mod lock;
pub mod logs;
mod page;
mod replies;
mod secret;
mod settings;
mod spec;
pub mod stacks;
pub mod stats;
pub mod store;
pub mod system;
mod things;
pub mod users;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::time::Timestamp;
use podman::Podman;
use podman::system::Capabilities;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use actor::Actor;
#[cfg(feature = "failpoints")]
pub use crash::arm_crash_points;
pub use error::{Error, Result};
pub use key::KeyError;
pub use lock::Lock;
pub use replies::{Repeat, Reply};
pub use vault::KeySource;

use apps::Apps;
use containers::truth::Truth;
use store::{Found, Store};
use users::challenges::Challenges;
use users::leases::Leases;
use users::password::Passwords;
use users::throttle::Throttle;
use users::tickets::Tickets;
use vault::Vault;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How often what has ended by itself is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// What an engine is made of.
pub struct Config {
    /// Where everything is kept. Made if absent; nobody else may read it.
    pub data_dir: PathBuf,
    /// Where the key of what is encrypted lies.
    pub key: KeySource,
    /// Podman.
    pub podman: Podman,
    /// The domain that the desktop is reached by, if apps are to have names below it.
    pub domain: Option<String>,
    /// How the outside is reached, where the files of a stack come from there.
    pub reach: stacks::Reach,
    /// The home of the user that this runs as, which its administrators may browse.
    pub home: Option<PathBuf>,
    /// Files and folders that are never shown, beside those that Stardeck knows by itself.
    pub closed: Vec<PathBuf>,
    /// How often registries are asked what they have for the images of stacks; never when absent.
    pub check_updates: Option<Duration>,
    /// How many requests a second one person may ask one app for; any number when absent.
    pub app_requests: Option<NonZero<u32>>,
}

/// Why an engine cannot be made. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made or entered.
    #[error("the data directory {path} cannot be used; choose another with --data-dir")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Another server uses the data directory.
    #[error(transparent)]
    Locked(#[from] lock::LockError),
    /// The database is not usable.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// The key is not usable, or not the database's.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// TLS cannot be spoken to apps.
    #[error("TLS cannot be prepared")]
    Tls(#[source] proxy::Error),
    /// Something that every server does at start.
    #[error("the server could not be prepared")]
    Prepare(#[source] Error),
}

/// Stardeck without its edges: a value that is cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What the clones of an engine share. Fields are reached through the engine itself.
pub struct Inner {
    data_dir: PathBuf,
    deck: String,
    machine: String,
    started: Timestamp,
    setup_needed: AtomicBool,
    store: Store,
    vault: Arc<Vault>,
    podman: Podman,
    capabilities: Mutex<Option<Capabilities>>,
    truth: Truth,
    apps: Apps,
    desks: tokio::sync::Mutex<()>,
    files: files::Files,
    looking: stats::Looking,
    stacks: stacks::Stacks,
    jobs: jobs::Jobs,
    things: things::Things,
    check_updates: Option<Duration>,
    passwords: Passwords,
    throttle: Throttle,
    challenges: Challenges,
    tickets: Tickets,
    leases: Arc<Leases>,
    stopping: CancellationToken,
    tasks: TaskTracker,
    _lock: Lock,
}

impl std::ops::Deref for Engine {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Engine {
    /// Opens what is kept and prepares what is not. Nothing runs yet.
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        make_private(&config.data_dir).map_err(|source| OpenError::Directory {
            path: config.data_dir.clone(),
            source,
        })?;
        let lock = Lock::take(&config.data_dir)?;
        // What a server that was killed had fetched and not thrown away. Where it is not there, that is well too.
        let _absent = std::fs::remove_dir_all(config.data_dir.join("scratch"));
        let found = Found::open(&config.data_dir)?;
        let vault = Arc::new(key::open(config.key, &found.sealed()?)?);
        let store = Store::start(found)?;
        let sealing = Arc::clone(&vault);
        let prepare = store.write(move |tx| -> Result<(String, bool, Vec<store::apps::AppRow>)> {
            store::replies::forget_unfinished(tx)?;
            let deck = match store::meta::get(tx, "deck")? {
                Some(deck) => deck,
                None => {
                    let deck = uuid::Uuid::new_v4().to_string();
                    store::meta::set(tx, "deck", &deck)?;
                    deck
                }
            };
            if store::sealed::look(tx)?.check.is_none() {
                store::sealed::set_check(tx, &key::check_value(&sealing, &deck)?)?;
            }
            stacks::kept::seal_plain(tx, &sealing)?;
            Ok((deck, store::users::count(tx)? == 0, store::apps::all(tx)?))
        });
        let (deck, setup_needed, rows) = prepare.await.map_err(OpenError::Prepare)?;
        let fetcher = proxy::fetch::Fetcher::build(proxy::no_roots()).map_err(OpenError::Tls)?;
        let inner = Inner {
            stacks: stacks::Stacks::new(&config.data_dir, config.reach),
            jobs: jobs::Jobs::default(),
            things: things::Things::default(),
            files: files::Files::new(&config.data_dir, config.home.as_deref(), config.closed),
            looking: stats::Looking::default(),
            check_updates: config.check_updates,
            data_dir: config.data_dir,
            deck,
            machine: rustix::system::uname().nodename().to_string_lossy().into_owned(),
            started: clock::now(),
            setup_needed: AtomicBool::new(setup_needed),
            store,
            vault,
            podman: config.podman,
            capabilities: Mutex::new(None),
            truth: Truth::new(),
            desks: tokio::sync::Mutex::default(),
            apps: Apps::new(rows, config.domain, config.app_requests, fetcher),
            passwords: Passwords::new().map_err(OpenError::Prepare)?,
            throttle: Throttle::default(),
            challenges: Challenges::default(),
            tickets: Tickets::default(),
            leases: Arc::default(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Starts what runs beside the calls: watching Podman and the apps, and housekeeping.
    pub fn start(&self) {
        self.tasks.spawn(containers::observe::run(self.clone()));
        self.tasks.spawn(apps::observe::run(self.clone()));
        self.tasks.spawn(apps::sleep::run(self.clone()));
        self.tasks.spawn(stacks::health::run(self.clone()));
        self.tasks.spawn(stacks::heal::run(self.clone()));
        self.tasks.spawn(stacks::shown::run(self.clone()));
        self.tasks.spawn(stacks::watch::run(self.clone()));
        self.tasks.spawn(jobs::run::run(self.clone()));
        self.tasks.spawn(things::updates::run(self.clone()));
        self.tasks.spawn(keep_house(self.clone()));
    }

    /// Ends the event streams and what runs beside the calls, and waits for work under way up to `patience`.
    /// Containers go on.
    pub async fn stop(&self, patience: Duration) {
        self.stopping.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!("work was still under way when the time to stop was over");
        }
        if let Err(error) = self.store.settle().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database's log stays beside it"
            );
        }
    }

    /// Where everything is kept.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}

async fn keep_house(engine: Engine) {
    let mut turn = tokio::time::interval(HOUSEKEEPING);
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            _ = turn.tick() => {}
        }
        for result in [engine.forget_ended_sessions().await, engine.forget_old_replies().await] {
            if let Err(error) = result {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "housekeeping failed; it is tried again"
                );
            }
        }
    }
}

fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))
}

//! Folders of the machine: seen and made below a few roots, and nowhere else. No file is ever opened.
//!
//! Members see Stardeck's own folder of stacks. The home of the user that Stardeck runs as, and what an administrator
//! added in the settings, are for administrators: what is there goes into a container only by an administrator's word.
//!
//! - [`tree`]: the roots, and what is done below them
//! - [`walk`]: from the root of the machine to a folder, without a way out
//! - [`list`]: what is in a folder

mod list;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::filesystem::{BrowseQuery, Entry, Filesystem, Folder, MakeFolder, RootKind};
use tokio::sync::Semaphore;

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::spec::{CLOSED, KEYS};
use crate::{Engine, audit, store};
use tree::Tree;

/// How many folders are looked at at once: one that hangs, as on a server that has gone, keeps its place until it answers.
const AT_ONCE: usize = 8;
/// How long a folder has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What of the machine is shown, and what is not.
#[derive(Debug)]
pub(crate) struct Files {
    stacks: PathBuf,
    home: Option<PathBuf>,
    closed: Vec<PathBuf>,
    turns: Arc<Semaphore>,
}

impl Files {
    /// For a deck with that data directory, run by a user with that home; `closed` is shown to nobody.
    pub(crate) fn new(data_dir: &Path, home: Option<&Path>, mut closed: Vec<PathBuf>) -> Self {
        // As they are, without links: that is how they are walked to.
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let home = home.map(real);
        closed.push(data_dir.to_owned());
        closed.extend(CLOSED.map(PathBuf::from));
        closed.extend(home.iter().flat_map(|home| KEYS.map(|place| home.join(place))));
        Self {
            stacks: real(data_dir).join("stacks"),
            home,
            closed,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Engine {
    /// Where browsing can begin.
    pub async fn filesystem(&self, actor: &Actor) -> Result<Filesystem> {
        let tree = self.shown_to(actor).await?;
        self.look(move || Ok(Filesystem { roots: tree().roots() })).await
    }

    /// A part of what is in a folder.
    pub async fn browse(&self, actor: &Actor, query: BrowseQuery) -> Result<Folder> {
        let tree = self.shown_to(actor).await?;
        self.look(move || tree().browse(&query)).await
    }

    /// Makes a folder.
    pub async fn make_folder(&self, actor: &Actor, request: MakeFolder) -> Result<Entry> {
        let tree = self.shown_to(actor).await?;
        tree::new_name(&request.path)?;
        let entry = audit::by(actor, "folder.make", &request.path);
        let note = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::audit::insert(tx, &entry)?) });
        note.await?;
        self.look(move || tree().make(&request.path)).await
    }

    /// Those of `folders` that can be shown, as the places that they are.
    pub(crate) async fn showable(&self, folders: BTreeSet<String>) -> Result<Vec<(String, Option<String>)>> {
        let closed = self.files.closed.clone();
        self.look(move || {
            let tree = Tree::new(Vec::new(), &closed);
            let place = |folder: String| {
                let real = Path::new(&folder).is_absolute().then(|| std::fs::canonicalize(&folder));
                let real = real.and_then(|real| real.ok()?.into_os_string().into_string().ok());
                let real = real.filter(|real| tree.could_show(Path::new(real)));
                (folder, real)
            };
            Ok(folders.into_iter().map(place).collect())
        })
        .await
    }

    /// What makes the tree that is shown to `actor`. Making it looks at the disk.
    async fn shown_to(&self, actor: &Actor) -> Result<impl FnOnce() -> Tree + Send + 'static> {
        actor.require(Right::Operate)?;
        let mut roots = vec![(self.files.stacks.clone(), RootKind::Stacks)];
        if actor.may(Right::Administer) {
            roots.extend(self.files.home.clone().map(|home| (home, RootKind::Home)));
            for folder in self.current_settings().await?.folders {
                let folder = PathBuf::from(folder);
                if roots.iter().all(|(root, _)| *root != folder) {
                    roots.push((folder, RootKind::Added));
                }
            }
        }
        let closed = self.files.closed.clone();
        Ok(move || Tree::new(roots, &closed))
    }

    /// Runs `work`, which blocks, aside.
    async fn look<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turns = Arc::clone(&self.files.turns);
        let work = async {
            let turn = turns.acquire_owned().await.map_err(|_| Error::Stopping)?;
            let work = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                work()
            });
            work.await.map_err(|_| Error::Stopping)?
        };
        let hangs = |_| Error::Conflict {
            code: "folder_not_responding",
            message: "That folder does not answer.".into(),
            hint: "Look whether its disk or server is still there.",
        };
        tokio::time::timeout(PATIENCE, work).await.map_err(hangs)?
    }
}

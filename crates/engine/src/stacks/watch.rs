//! Sees when somebody else changes the files of a stack: the stack is then shown as changed, with a difference to ask
//! for. Nothing is ever deployed for it.
//!
//! Watched are the folder of all stacks and those of each, not what lies deeper: containers keep their data there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use api::source::{FileChange, StackChanges};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::sources::change;
use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};

/// Looks until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let root = engine.stacks.disk.root().to_owned();
    // A full queue has what it takes to look again.
    let (sender, mut changes) = mpsc::channel(1);
    let tell = move |event: notify::Result<Event>| {
        // Looking at a file is an event too, and no change.
        if !event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_))) {
            let _queued = sender.try_send(());
        }
    };
    let made = engine.stacks.disk.make_root();
    let watcher = made.map_err(|error| error.to_string()).and_then(|()| {
        let mut watcher = notify::recommended_watcher(tell).map_err(|error| error.to_string())?;
        let watched = watcher.watch(&root, RecursiveMode::NonRecursive);
        watched.map_err(|error| error.to_string())?;
        Ok(watcher)
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => {
            tracing::warn!(
                error,
                "changes of stacks by others are seen only when a stack is looked at"
            );
            return;
        }
    };
    let mut watched = BTreeSet::new();
    loop {
        watch_all(&root, &mut watched, &mut watcher);
        engine.stacks.poke();
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            _ = changes.recv() => {}
        }
    }
}

/// Watches the folders that are there, and no others.
fn watch_all(root: &Path, watched: &mut BTreeSet<PathBuf>, watcher: &mut RecommendedWatcher) {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let there: BTreeSet<PathBuf> = folders.map(|entry| entry.path()).collect();
    // With a folder that is gone its watch is gone too; one that came again under its name is another.
    watched.retain(|path| there.contains(path));
    for path in there {
        if watched.contains(&path) {
            continue;
        }
        match watcher.watch(&path, RecursiveMode::NonRecursive) {
            Ok(()) => {
                watched.insert(path);
            }
            Err(error) => tracing::warn!(%error, path = %path.display(), "this stack is not watched"),
        }
    }
}

impl Engine {
    /// How the files on the disk differ from what was deployed last. What is in `.env` is for those who may change it.
    pub async fn stack_changes(&self, actor: &Actor, name: &str) -> Result<StackChanges> {
        actor.require(Right::See)?;
        let row = self.stack_row(name).await?;
        let files = self.files(&row.name).await?;
        let deployed = match row.generation {
            Some(number) => self.kept(&row.name, number).await?,
            None => None,
        };
        let mut changes: Vec<FileChange> = Vec::new();
        let (texts, beside) = deployed.map_or((None, None), |kept| (Some(kept.row.shown), kept.files));
        let (compose, env) = texts.map_or((None, None), |shown| (Some(shown.compose), Some(shown.env)));
        let mut compare = |path, before: Option<String>, after: &str| {
            if before.as_deref() != Some(after) {
                let before = before.as_deref().map(str::as_bytes);
                changes.push(change(path, before, Some(after.as_bytes())));
            }
        };
        compare("compose.yaml", compose, &files.compose);
        if actor.may(Right::Operate) {
            compare(".env", env, &files.env);
            let (disk, stack) = (self.stacks.disk.clone(), row.name.clone());
            let read = tokio::task::spawn_blocking(move || {
                let beside = beside.into_iter().flatten();
                let now = beside.map(|(path, before)| (disk.read_beside(&stack, &path), path, before));
                let differ = now.filter(|(now, _, before)| now.as_ref() != Some(before));
                let shown = differ.map(|(now, path, before)| change(&path, Some(&before), now.as_deref()));
                shown.collect::<Vec<FileChange>>()
            });
            changes.extend(read.await.map_err(|_| Error::Stopping)?);
        }
        Ok(StackChanges {
            generation: row.generation,
            version: files.version,
            files: changes,
        })
    }
}

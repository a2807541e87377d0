//! Stacks whose files come from elsewhere: the text at an address, or a folder of a Git repository.
//!
//! - [`url`]: one text, fetched from the public internet alone
//! - [`git`]: a folder of a repository, by the `git` command

mod git;
mod url;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use api::name::StackName;
use api::source::{FileChange, Origin, PullStack, PulledStack};
use api::stack::{CreateStack, StackFiles};
use fetch::Fetcher;
use sha2::{Digest, Sha256};

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, audit, store};

/// How the outside is reached.
#[derive(Clone)]
pub struct Reach {
    /// The network that addresses are looked up in.
    pub network: Arc<dyn fetch::Network>,
    /// The protocols by which Git repositories are fetched: `https`, where nobody says otherwise.
    pub git_protocols: Vec<String>,
}

impl Default for Reach {
    fn default() -> Self {
        Self {
            network: Arc::new(fetch::System),
            git_protocols: vec!["https".to_owned()],
        }
    }
}

/// What reaches the outside.
pub(crate) struct Sources {
    fetcher: Fetcher,
    git_protocols: Vec<String>,
    /// A folder for what is looked at and thrown away.
    scratch: PathBuf,
}

impl Sources {
    pub(crate) fn new(reach: Reach, scratch: PathBuf) -> Self {
        Self {
            fetcher: Fetcher::new(reach.network),
            git_protocols: reach.git_protocols,
            scratch,
        }
    }

    async fn find(&self, origin: &Origin) -> Result<Found> {
        match origin {
            Origin::Url { url } => url::find(self, url).await,
            Origin::Git { url, reference, path } => git::find(self, url, reference, path).await,
        }
    }
}

/// What was found where the files of a stack come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) compose: String,
    /// Absent where there is none, and the one on the disk stays.
    pub(crate) env: Option<String>,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) commit: Option<String>,
}

impl Found {
    /// Changes with every byte of what was found.
    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut take = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        take(self.compose.as_bytes());
        take(self.env.as_deref().unwrap_or_default().as_bytes());
        for (path, bytes) in &self.files {
            take(path.as_bytes());
            take(bytes);
        }
        data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
    }
}

impl Engine {
    /// Completes a request to make a stack by what is found at its origin; answers the files beside the two.
    pub(super) async fn found_for(
        &self,
        request: &mut CreateStack,
    ) -> Result<(BTreeMap<String, Vec<u8>>, Option<String>)> {
        let given = std::mem::take(&mut request.files);
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut commit = None;
        if let Some(origin) = &request.origin {
            if !request.compose.is_empty() {
                let message = "A stack has its own text or an origin, not both.";
                return Err(Error::invalid("origin", message));
            }
            let found = self.stacks.sources.find(origin).await?;
            request.compose = found.compose;
            if request.env.is_empty() {
                request.env = found.env.unwrap_or_default();
            }
            (files, commit) = (found.files, found.commit);
        }
        files.extend(given.into_iter().map(|(path, text)| (path, text.into_bytes())));
        check(&files)?;
        Ok((files, commit))
    }

    /// Looks again where the files of a stack come from. What is found is written only where it was looked at before.
    pub async fn pull_stack(&self, actor: &Actor, name: &str, request: PullStack) -> Result<PulledStack> {
        actor.require(Right::Operate)?;
        let row = self.stack_row(name).await?;
        let stack = row.name.clone();
        let origin = self.store.read(move |db| store::origins::get(db, &stack)).await?;
        let origin = origin.ok_or(Error::Conflict {
            code: "no_origin",
            message: format!("The files of {name} come from nowhere else."),
            hint: "Make a stack from an address or a Git repository to pull it again.",
        })?;
        let found = self.stacks.sources.find(&origin).await?;
        check(&found.files)?;
        let (disk, stack, looked) = (self.stacks.disk.clone(), row.name.clone(), found.clone());
        let compared = tokio::task::spawn_blocking(move || -> Result<(StackFiles, Vec<FileChange>)> {
            let files = disk.read(&stack)?;
            let changes = changes(&disk, &stack, &files, &looked);
            Ok((files, changes))
        });
        let (disk, files) = compared.await.map_err(|_| Error::Stopping)??;
        let mut pulled = PulledStack {
            origin,
            id: format!("{}-{}", found.digest(), &disk.version),
            commit: found.commit.clone(),
            files,
            taken: false,
        };
        let Some(take) = request.take else {
            return Ok(pulled);
        };
        if take != pulled.id {
            return Err(Error::Conflict {
                code: "source_moved",
                message: format!("What {name} comes from, or what is on the disk, is not what was looked at."),
                hint: "Look again, and take that.",
            });
        }
        let sent = StackFiles {
            version: disk.version,
            compose: found.compose,
            env: found.env.unwrap_or(disk.env),
        };
        self.put_files(actor, &row.name, sent, found.files).await?;
        let (origin, commit) = (pulled.origin.clone(), found.commit);
        let entry = audit::by(actor, "stack.pull", name);
        let write = self.store.write(move |tx| -> Result<()> {
            store::origins::set(tx, &row.name, &origin, commit.as_deref())?;
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        pulled.taken = true;
        Ok(pulled)
    }
}

/// Looks whether files may lie beside the two.
pub(super) fn check(files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    let most = compose::limits::FILE_BYTES;
    for (path, bytes) in files {
        super::disk::beside(path)?;
        if bytes.len() > most {
            return Err(Error::invalid("files", format!("{path} has more than {most} bytes.")));
        }
    }
    let all: usize = files.values().map(Vec::len).sum();
    if files.len() > git::FILES || all > git::BYTES {
        let message = format!(
            "A stack is made with at most {} files of {} MiB in all.",
            git::FILES,
            git::BYTES >> 20
        );
        return Err(Error::invalid("files", message));
    }
    Ok(())
}

/// How what was found differs from what is on the disk.
fn changes(disk: &super::disk::Disk, name: &StackName, files: &StackFiles, found: &Found) -> Vec<FileChange> {
    let mut changes = Vec::new();
    let mut compare = |path: &str, before: Option<&[u8]>, after: Option<&[u8]>| {
        if before != after {
            changes.push(change(path, before, after));
        }
    };
    compare(
        "compose.yaml",
        Some(files.compose.as_bytes()),
        Some(found.compose.as_bytes()),
    );
    if let Some(env) = &found.env {
        compare(".env", Some(files.env.as_bytes()), Some(env.as_bytes()));
    }
    for (path, bytes) in &found.files {
        compare(path, disk.read_beside(name, path).as_deref(), Some(bytes));
    }
    changes
}

/// A change as a person looks at it: texts are shown, other bytes are not.
pub(super) fn change(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> FileChange {
    let text = |bytes: Option<&[u8]>| bytes.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
    FileChange {
        path: path.to_owned(),
        before: text(before),
        after: text(after),
    }
}

/// Why nothing was found, as a refusal of the request.
fn refused(message: impl Into<String>) -> Error {
    Error::invalid("origin", message)
}

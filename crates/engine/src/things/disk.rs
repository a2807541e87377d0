//! What it all takes on the disk, and removing what is named.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use api::disk::{DiskUsage, Prune, Pruned, PrunedItem, Share};
use api::thing::RemoveThing;

use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};

/// How long a look at the disk is good for: Podman reads every file of every volume for it.
const FRESH: Duration = Duration::from_secs(30);
/// How many things are removed at one request.
const MOST: usize = 500;

/// A look at the disk.
pub(super) struct Look {
    at: Instant,
    usage: DiskUsage,
}

impl Engine {
    /// What it all takes on the disk. One look at a time, whoever asks.
    pub async fn disk_usage(&self, actor: &Actor) -> Result<DiskUsage> {
        actor.require(Right::See)?;
        let mut looked = self.things.looked.lock().await;
        if let Some(look) = &*looked
            && look.at.elapsed() < FRESH
        {
            return Ok(look.usage.clone());
        }
        let found = self.podman.disk_usage().await?;
        *self.things.sizes.lock().unwrap_or_else(PoisonError::into_inner) = found.each_volume;
        let disk = rustix::fs::statvfs(&self.data_dir).map_err(|error| Error::File {
            what: "the size of the disk",
            source: error.into(),
        })?;
        let share = |share: podman::disk::Share| Share {
            count: share.count as u64,
            bytes: share.bytes,
        };
        let usage = DiskUsage {
            images: share(found.images),
            containers: share(found.containers),
            volumes: share(found.volumes),
            total: disk.f_blocks.saturating_mul(disk.f_frsize),
            free: disk.f_bavail.saturating_mul(disk.f_frsize),
        };
        *looked = Some(Look {
            at: Instant::now(),
            usage: usage.clone(),
        });
        Ok(usage)
    }

    /// Removes what is named, each for itself: what is in use, somebody else's or gone stays out, and says why.
    pub async fn prune(&self, actor: &Actor, request: Prune) -> Result<Pruned> {
        actor.require(Right::Operate)?;
        if request.images.len() + request.volumes.len() + request.networks.len() > MOST {
            return Err(Error::invalid(
                "images",
                format!("At most {MOST} things are removed at once."),
            ));
        }
        let how = RemoveThing { foreign: false };
        let mut items = Vec::new();
        for name in request.images {
            items.push(item("image", self.remove_image(actor, &name).await, name)?);
        }
        for name in request.volumes {
            items.push(item("volume", self.remove_volume(actor, &name, how).await, name)?);
        }
        for name in request.networks {
            items.push(item("network", self.remove_network(actor, &name, how).await, name)?);
        }
        *self.things.looked.lock().await = None;
        Ok(Pruned { items })
    }
}

/// What became of one thing; trouble that the next one would have too ends it all.
fn item(kind: &str, removed: Result<()>, name: String) -> Result<PrunedItem> {
    let kept = match removed {
        Ok(()) => None,
        Err(Error::Podman(error)) if !error.is_outage() => Some(format!("Podman says: {error}.")),
        Err(error @ (Error::InUse { .. } | Error::Conflict { .. })) => Some(error.to_string()),
        Err(Error::NotFound { .. }) => Some(format!("There is no such {kind}.")),
        Err(error) => return Err(error),
    };
    Ok(PrunedItem {
        kind: kind.to_owned(),
        name,
        kept,
    })
}

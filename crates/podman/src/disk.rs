//! What images, containers and volumes take on the disk.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Call, Podman, Result, tolerant::null_is_default};

/// What images, containers and volumes take on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Images. On Podman 4 layers that several share count for each, so that this is the most that it can be.
    pub images: Share,
    /// What containers wrote to their own files.
    pub containers: Share,
    /// Volumes.
    pub volumes: Share,
    /// The bytes of each volume, by name.
    pub each_volume: BTreeMap<String, u64>,
}

/// How many there are, and how much they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Bytes.
    pub bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Report {
    #[serde(default, deserialize_with = "null_is_default")]
    images: Vec<Image>,
    /// Podman 5 alone.
    images_size: Option<u64>,
    #[serde(default, deserialize_with = "null_is_default")]
    containers: Vec<Container>,
    #[serde(default, deserialize_with = "null_is_default")]
    volumes: Vec<Volume>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Image {
    #[serde(default)]
    repository: String,
    #[serde(default)]
    size: u64,
}

#[derive(Deserialize)]
struct Container {
    #[serde(default, rename = "RWSize")]
    written: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Volume {
    #[serde(default)]
    volume_name: String,
    #[serde(default)]
    size: u64,
}

impl Podman {
    /// What images, containers and volumes take on the disk. Podman has to look at every file: this is slow.
    ///
    /// # Errors
    /// Podman is in trouble.
    pub async fn disk_usage(&self) -> Result<Usage> {
        let report: Report = self.wire.patient(Call::get("system/df")).await?;
        // Steps on the way to another image have no name, and all that they hold is in that other image.
        let named = || report.images.iter().filter(|image| image.repository != "<none>");
        Ok(Usage {
            images: Share {
                count: named().count(),
                bytes: report
                    .images_size
                    .unwrap_or_else(|| named().map(|image| image.size).sum()),
            },
            containers: Share {
                count: report.containers.len(),
                bytes: report.containers.iter().map(|container| container.written).sum(),
            },
            volumes: Share {
                count: report.volumes.len(),
                bytes: report.volumes.iter().map(|volume| volume.size).sum(),
            },
            each_volume: report
                .volumes
                .into_iter()
                .map(|volume| (volume.volume_name, volume.size))
                .collect(),
        })
    }
}

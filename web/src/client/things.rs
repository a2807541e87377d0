//! What can be asked of images, volumes and networks.

use api::disk::DiskUsage;
use api::image::{Image, ImageDetail, PullImage};
use api::job::Job;
use api::network::{CreateNetwork, Network, NetworkDetail};
use api::page::Page;
use api::registry::{Registry, SetRegistry};
use api::volume::{CreateVolume, Volume, VolumeDetail};
use serde::de::DeserializeOwned;

use super::error::Error;
use super::session::Session;

/// What there is beside containers and stacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThingKind {
    /// What containers are made of.
    Image,
    /// Where they keep data.
    Volume,
    /// What they reach each other by.
    Network,
}

impl ThingKind {
    fn path(self) -> &'static str {
        match self {
            Self::Image => "images",
            Self::Volume => "volumes",
            Self::Network => "networks",
        }
    }
}

impl Session {
    /// The images.
    pub async fn images(&self) -> Result<Vec<Image>, Error> {
        self.all("/images").await
    }

    /// The volumes that one may see.
    pub async fn volumes(&self) -> Result<Vec<Volume>, Error> {
        self.all("/volumes").await
    }

    /// The networks that one may see.
    pub async fn networks(&self) -> Result<Vec<Network>, Error> {
        self.all("/networks").await
    }

    /// What it all takes on the disk.
    pub async fn disk_usage(&self) -> Result<DiskUsage, Error> {
        self.read("/system/disk").await
    }

    /// An image, looked at closely.
    pub async fn image(&self, id: &str) -> Result<ImageDetail, Error> {
        self.read(&format!("/images/{}/inspect", name(id))).await
    }

    /// A volume, looked at closely.
    pub async fn volume(&self, id: &str) -> Result<VolumeDetail, Error> {
        self.read(&format!("/volumes/{}", name(id))).await
    }

    /// A network, looked at closely.
    pub async fn network(&self, id: &str) -> Result<NetworkDetail, Error> {
        self.read(&format!("/networks/{}", name(id))).await
    }

    /// Makes a volume.
    pub async fn create_volume(&self, request: &CreateVolume) -> Result<VolumeDetail, Error> {
        self.post("/volumes", request).await
    }

    /// Makes a network.
    pub async fn create_network(&self, request: &CreateNetwork) -> Result<NetworkDetail, Error> {
        self.post("/networks", request).await
    }

    /// Begins to fetch an image.
    pub async fn pull_image(&self, request: &PullImage) -> Result<Job, Error> {
        self.post("/images/pull", request).await
    }

    /// The registries whose passwords are kept, without the passwords.
    pub async fn registries(&self) -> Result<Vec<Registry>, Error> {
        let page: Page<Registry> = self.read("/registries").await?;
        Ok(page.items)
    }

    /// Keeps the password for a registry, in place of the one that was kept.
    pub async fn set_registry(&self, request: &SetRegistry) -> Result<Registry, Error> {
        self.post("/registries", request).await
    }

    /// Forgets the password for a registry.
    pub async fn remove_registry(&self, host: &str) -> Result<(), Error> {
        // Its colon stays as it is: the server takes one spelling of a path alone.
        self.delete(&format!("/registries/{host}")).await
    }

    /// Removes an image, a volume or a network that nothing uses; what this Stardeck did not make only with `foreign`.
    pub async fn remove_thing(&self, kind: ThingKind, id: &str, foreign: bool) -> Result<(), Error> {
        let word = if foreign { "?foreign=true" } else { "" };
        self.delete(&format!("/{}/{}{word}", kind.path(), name(id))).await
    }

    async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        let mut page: Page<T> = self.read(&format!("{path}?limit=500")).await?;
        let mut items = vec![];
        loop {
            items.append(&mut page.items);
            let Some(next) = page.cursor else { return Ok(items) };
            page = self.read(&format!("{path}?limit=500&cursor={}", name(&next))).await?;
        }
    }
}

fn name(name: &str) -> String {
    js_sys::encode_uri_component(name).into()
}

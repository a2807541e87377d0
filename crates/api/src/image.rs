//! Images: what containers are made of.

use serde::{Deserialize, Serialize};

use crate::name::StackName;
use crate::thing::UsedBy;
use crate::time::Timestamp;

/// An image as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Image {
    /// Podman's id: the digest of its configuration, without `sha256:`.
    pub id: String,
    /// The names with tags that lead to it, such as `docker.io/library/redis:7`; empty for one that lost its name to a
    /// newer one.
    pub tags: Vec<String>,
    /// The names with the digests that registries know it by, such as `docker.io/library/redis@sha256:…`.
    pub digests: Vec<String>,
    /// Its size in bytes, layers that it shares with others included.
    pub size: u64,
    /// When it was built; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Whether anything uses it, also what the asker may not see; such an image is not removed.
    pub in_use: bool,
    /// The containers that are made of it, as far as the asker may see them.
    pub used_by: Vec<UsedBy>,
    /// The stacks that were deployed with it last, also those that are stopped or down now.
    pub stacks: Vec<StackName>,
}

/// An image, looked at closely. Values of its environment are not shown: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub image: Image,
    /// Its processor, in Go's words, such as `amd64`.
    pub architecture: String,
    /// Its operating system, in Go's words, such as `linux`.
    pub os: String,
    /// What is run in front of the command.
    pub entrypoint: Vec<String>,
    /// The command.
    pub command: Vec<String>,
    /// The names of its environment variables.
    pub environment: Vec<String>,
    /// The ports that it may listen on, such as `8080/tcp`.
    pub ports: Vec<String>,
    /// The paths that it wants volumes at.
    pub volumes: Vec<String>,
    /// Its labels.
    pub labels: std::collections::BTreeMap<String, String>,
    /// The user that it runs as; empty for root.
    pub user: String,
    /// The directory that it starts in.
    pub working_dir: String,
}

/// An image to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PullImage {
    /// Its name, such as `redis:7` or `ghcr.io/owner/app:1.2`; a short name is one of `docker.io`.
    pub reference: String,
    /// The platform, such as `linux/arm64`; absent for this machine's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

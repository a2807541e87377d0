//! Where the files of a stack come from, and how they differ from what was deployed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::StackName;

/// Where the files of a stack come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// The text of a compose file, on a web server that everybody can reach.
    Url {
        /// `https://…` or `http://…`.
        url: String,
    },
    /// A folder of a Git repository, or one compose file in it with the files beside it.
    Git {
        /// `https://…`.
        url: String,
        /// A branch or a tag; the repository's own choice where it is empty.
        #[serde(default)]
        reference: String,
        /// The folder, or the compose file in it; the whole repository where it is empty.
        #[serde(default)]
        path: String,
    },
}

/// A file before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileChange {
    /// Its path in the folder of the stack.
    pub path: String,
    /// Its text before; absent where it was not there, or is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its text after; absent where it is not there, or is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// How the files on the disk differ from those that were deployed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackChanges {
    /// The generation that they are compared with; absent before the first deploy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The version of the files on the disk.
    pub version: String,
    /// The files that differ.
    pub files: Vec<FileChange>,
}

/// Looks again where the files of a stack come from, and takes what was found there on request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PullStack {
    /// The `id` of what was looked at and is to be written; absent only looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take: Option<String>,
}

/// What was found where the files of a stack come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PulledStack {
    /// Where it was found.
    pub origin: Origin,
    /// Changes with every byte of what was found, and of what is on the disk.
    pub id: String,
    /// The commit, of a Git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// What is different from the disk. Files that are on the disk alone stay, and are not named.
    pub files: Vec<FileChange>,
    /// Whether it was written.
    pub taken: bool,
}

/// A container from an image and a few words: they become a compose file, written as a stack and deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuickDeploy {
    /// The name of the stack, and of its one service.
    pub name: StackName,
    /// The image.
    pub image: String,
    /// What runs in place of the image's own command.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Published ports, such as `8080:80` or `80`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<String>,
    /// Volumes, such as `data:/var/lib/data`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Variables of the environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// How much it may take.
    #[serde(default)]
    pub limits: QuickLimits,
    /// When it is started again, such as `unless-stopped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<String>,
    /// The ids of the risks that an administrator agrees to, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<String>,
}

/// How much a container may take.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct QuickLimits {
    /// Memory, such as `512m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Processors, such as 1.5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<f64>,
    /// Processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids: Option<u32>,
}

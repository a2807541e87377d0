//! What registries have that is newer than what a stack runs.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How an image that a stack runs compares with what its registry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ImageState {
    /// The tag leads to what runs.
    Current,
    /// The tag leads to something else by now: an update fetches it.
    Newer,
    /// The file names the digest: it stays until the file is changed.
    Pinned,
    /// It was made on this machine, and no registry is asked.
    Local,
    /// The registry did not tell.
    Unknown,
}

/// What a registry said of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageCheck {
    /// The image, with its registry.
    pub image: String,
    /// The services that have it.
    pub services: Vec<String>,
    /// How it compares.
    pub state: ImageState,
    /// The digest that the tag leads to now; absent where nobody was asked, or nobody told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Tags of later versions, the latest first, where the tag is a version. Taking one is an edit of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newer_tags: Vec<String>,
    /// Why the registry did not tell, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl ImageCheck {
    /// Whether there is something to tell a person.
    #[must_use]
    pub fn is_news(&self) -> bool {
        self.state == ImageState::Newer || !self.newer_tags.is_empty()
    }
}

/// What registries said of the images of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackUpdates {
    /// When they were asked.
    pub checked: Timestamp,
    /// Each image once.
    pub images: Vec<ImageCheck>,
}

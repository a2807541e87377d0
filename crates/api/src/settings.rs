//! What holds for the whole deck and is changed while it runs.

use serde::{Deserialize, Serialize};

/// The most folders that can be added.
pub const MOST_FOLDERS: usize = 32;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Settings {
    /// Folders of the machine that administrators may browse beside those of Stardeck and its user's home, sorted.
    pub folders: Vec<String>,
}

/// Changes the settings; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SettingsPatch {
    /// All the folders from now on. Each is kept as the place that it is, without symbolic links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folders: Option<Vec<String>>,
}

//! What images, volumes and networks have in common: whose they are, and who uses them.

use serde::{Deserialize, Serialize};

/// Who made something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// This Stardeck.
    Ours,
    /// Another Stardeck, which works with the same Podman.
    OtherDeck,
    /// Somebody else: another tool, or a person at the command line.
    Foreign,
}

/// A container that uses something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsedBy {
    /// The container's id.
    pub container: String,
    /// Its name.
    pub name: String,
    /// The stack that it belongs to, ours or another tool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Whether it has a process now.
    pub running: bool,
}

/// How to remove something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct RemoveThing {
    /// It may be something that this Stardeck did not make; without this, such a thing is refused.
    pub foreign: bool,
}

impl UsedBy {
    /// The container as a person names it, with its stack.
    #[must_use]
    pub fn named(&self) -> String {
        match &self.stack {
            Some(stack) => format!("{} (stack {stack})", self.name),
            None => self.name.clone(),
        }
    }
}

//! Containers that Stardeck did not make become a stack.

use serde::{Deserialize, Serialize};

use crate::name::StackName;
use crate::stack::Plan;

/// A container that is to be adopted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adoptee {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service that it becomes.
    pub service: String,
}

/// What a container, with the others of its compose project, would be as a stack. Nothing is changed yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Adoption {
    /// A name for the stack.
    pub name: StackName,
    /// The containers that are adopted together.
    pub containers: Vec<Adoptee>,
    /// The compose file: what differs from what the images say by themselves.
    pub compose: String,
    /// The `.env`, with what looks like a secret.
    pub env: String,
    /// What would be done, what of it needs an administrator's word, and what there is to say.
    pub plan: Plan,
}

/// Makes containers that somebody else made a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Adopt {
    /// The name of the stack.
    pub name: StackName,
    /// The ids of the containers that were looked at; if others would be adopted by now, nothing is done.
    pub containers: Vec<String>,
    /// The compose file, as it was shown or changed.
    pub compose: String,
    /// The `.env`.
    #[serde(default)]
    pub env: String,
    /// The ids of the risks that an administrator agrees to, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<String>,
}

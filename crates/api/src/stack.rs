//! Stacks: compose projects that Stardeck manages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compose::{Diagnostic, Edit};
use crate::job::Job;
use crate::name::StackName;
use crate::source::Origin;
use crate::time::Timestamp;
use crate::update::ImageCheck;

/// How a stack is, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StackState {
    /// It was never deployed, or was taken down.
    Down,
    /// A job is at work on it.
    Working,
    /// Everything that should run does.
    Running,
    /// It was stopped on request.
    Stopped,
    /// It should run, and something of it does not, or is not what it should be.
    Degraded,
}

/// What a service of a stack is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackService {
    /// Its name in the file.
    pub name: String,
    /// Its image, as the file has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The services that it waits for.
    pub depends_on: Vec<String>,
    /// The ids of its containers.
    pub containers: Vec<String>,
    /// How it differs from what was deployed, as a sentence; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<String>,
}

/// A stack as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stack {
    /// Its name, which is the compose project's.
    pub name: StackName,
    /// How it is.
    pub state: StackState,
    /// Whether it is to run: what was asked for last.
    pub wanted: bool,
    /// The generation that was deployed last; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// Whether the files on disk differ from what was deployed last.
    pub changed_on_disk: bool,
    /// Its services.
    pub services: Vec<StackService>,
    /// The job that is at work on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Why the last deploy failed; absent where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The images of what is deployed of which there is something newer, as registries said last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub updates: Vec<ImageCheck>,
    /// When it was made.
    pub created: Timestamp,
}

/// The files of a stack, with the version that a change of them must name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackFiles {
    /// Changes with every byte of either text.
    pub version: String,
    /// `compose.yaml`.
    pub compose: String,
    /// `.env`; empty where there is none.
    #[serde(default)]
    pub env: String,
}

/// A stack, looked at closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub stack: Stack,
    /// Its files.
    pub files: StackFiles,
    /// What there is to say about them.
    pub diagnostics: Vec<Diagnostic>,
    /// Where they came from; absent where that is nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// A new stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateStack {
    /// Its name.
    pub name: StackName,
    /// The text of its compose file; empty where it comes from `origin`.
    #[serde(default)]
    pub compose: String,
    /// The text of its `.env`.
    #[serde(default)]
    pub env: String,
    /// More files of its folder, by their paths in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// Where the compose file, and what belongs to it, comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

/// New texts for a stack's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WriteStack {
    /// The version that was read; another one on disk is a conflict, and nothing is written.
    pub version: String,
    /// The new compose file; absent leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compose: Option<String>,
    /// The new `.env`; absent leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// More files of its folder, by their paths in it; those that are not named stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

/// Changes to the compose file of a stack that leave every other byte of it alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EditStack {
    /// The version that was read.
    pub version: String,
    /// The changes, in order.
    pub edits: Vec<Edit>,
}

/// What is to be deployed, and with whose leave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeployStack {
    /// The version of the files that was looked at; absent takes what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// An older generation to go back to, in place of the files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The ids of the risks of the plan that an administrator agrees to, one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<String>,
    /// Whether images are built again though nothing that they are made of has changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub build: bool,
}

/// What is done to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanVerb {
    /// An image is fetched.
    Pull,
    /// An image is built.
    Build,
    /// Something new is made.
    Create,
    /// A container makes way for a new one.
    Replace,
    /// A container that is right is started.
    Start,
    /// Something is taken away.
    Remove,
    /// It stays as it is.
    Keep,
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanItem {
    /// What is done.
    pub verb: PlanVerb,
    /// `image`, `network`, `volume` or `container`.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// The service that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Why, where that is not plain from the verb.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Something that a deploy may only do with an administrator's leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Risk {
    /// What is named when it is agreed to; the same risk has the same id.
    pub id: String,
    /// The service that asks for it.
    pub service: String,
    /// What it asks for, as a sentence.
    pub message: String,
}

/// What a deploy would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// The version of the files that it is made from.
    pub version: String,
    /// What is done, in order.
    pub items: Vec<PlanItem>,
    /// What is refused, or needs an administrator's leave.
    pub risks: Vec<Risk>,
    /// What there is to say about the files.
    pub diagnostics: Vec<Diagnostic>,
}

/// A stack, and the job that works on it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StackJob {
    /// The stack.
    pub stack: Stack,
    /// The job.
    pub job: Job,
}

/// A deploy that was made, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Generation {
    /// Counts up within the stack.
    pub number: u64,
    /// When it was deployed.
    pub created: Timestamp,
    /// The name of who asked for it.
    pub by: String,
    /// Whether it came up.
    pub good: bool,
    /// The compose file.
    pub compose: String,
    /// The `.env`.
    pub env: String,
    /// The digest of each service's image, by service.
    pub images: BTreeMap<String, String>,
}

/// What to remove along with a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct RemoveStack {
    /// The names of the volumes to remove, with commas between; all others stay.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub volumes: String,
}

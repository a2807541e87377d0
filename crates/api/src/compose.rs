//! Compose files as both ends speak of them: diagnostics with a place in the text, and edits of the text.

use serde::{Deserialize, Serialize};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be deployed as it is.
    Error,
    /// The file can be deployed, but probably not with the meaning that its author had in mind.
    Warning,
    /// Something worth knowing.
    Note,
}

/// A point in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Position {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// Counted from 0, in bytes.
    pub offset: u32,
}

/// A stretch of a text: from `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// Something to say about a compose file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable name of the kind of fault, such as `unknown-key`.
    pub code: String,
    /// What is the matter, as a sentence.
    pub message: String,
    /// The file that it is about, as it was asked for; empty where it is about no file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Where in that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The place in the model, such as `services.web.ports[0]`; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A change of the text that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change of the text that mends what a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// What is replaced, in the diagnostic's own file.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// One step of the way to a value: the key of a mapping, or the place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Step {
    /// The place in a list, counted from 0.
    Index(usize),
    /// The key of a mapping.
    Key(String),
}

/// One change to the text of a compose file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Edit {
    /// Gives the entry at `path` a value; adds the entry, and the mappings above it, where there is none.
    Set {
        /// The way to the entry.
        path: Vec<Step>,
        /// Its new value.
        value: serde_json::Value,
    },
    /// Adds an item at the end of the list at `path`; makes the list where there is none.
    Append {
        /// The way to the list.
        path: Vec<Step>,
        /// The new item.
        value: serde_json::Value,
    },
    /// Removes the entry at `path`; nothing happens where there is none.
    Remove {
        /// The way to the entry.
        path: Vec<Step>,
    },
}

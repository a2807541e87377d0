//! Apps: services with a web interface, which the desktop shows as icons and opens in windows.

use serde::{Deserialize, Serialize};

/// What an app is doing, as its icon shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// It does not run.
    Stopped,
    /// It runs, and is not ready yet.
    Starting,
    /// It can be opened.
    Ready,
    /// It runs, and its health check fails.
    Unhealthy,
    /// It has no container.
    Gone,
}

/// How an app's web interface is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
}

/// An app. Its id survives the re-creation of its container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name, as people see it.
    pub name: String,
    /// The stack that it belongs to.
    pub stack: String,
    /// The service of that stack.
    pub service: String,
    /// Its container now; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The port in the container that its web interface listens on.
    pub port: u16,
    /// How it is spoken to.
    pub scheme: Scheme,
    /// The path that opens first, such as `/lab`.
    pub path: String,
    /// What it is doing.
    pub state: AppState,
    /// Where the desktop fetches its icon; absent where it has none, and a monogram is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
}

/// Where an app is to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OpenApp {
    /// The path to open, in place of the app's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The way into an app, once and within thirty seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedApp {
    /// The address to load, with its ticket.
    pub url: String,
    /// The origin that the app is served at, without a path.
    pub origin: String,
}

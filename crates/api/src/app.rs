//! Apps: services with a web interface, which the desktop shows as icons and opens in windows.

use serde::{Deserialize, Serialize};

use crate::user::Role;

/// The largest picture that may be sent as an app's icon, in bytes.
pub const LARGEST_PICTURE: usize = 512 * 1024;

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
    /// Whether opening it starts it where it is stopped: it sleeps when nobody uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wakes: bool,
    /// Whether it is kept off the desktop, and can be opened by nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// An app, looked at closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub app: App,
    /// What was set for it.
    pub settings: AppSettings,
    /// What its labels say, or what was found; it holds wherever nothing is set.
    pub labels: AppSettings,
    /// Whether it was found by asking a port that no label names.
    pub detected: bool,
    /// Where its icon is from.
    pub icon_from: IconFrom,
}

/// Where an app's icon is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum IconFrom {
    /// Somebody has sent it.
    Own,
    /// The app itself shows it.
    App,
    /// The set that comes with Stardeck has it.
    Set,
    /// It has none.
    Nothing,
}

/// What can be set for an app. It outlives the app's container, and is kept beside the app; what is absent is as the
/// labels of the service say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AppSettings {
    /// Its name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its icon: a path at the app, such as `/logo.png`, or the name of one of the set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// The port in the container that its web interface listens on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The path that opens first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How it is spoken to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
    /// Whether its certificate may be its own word, where it speaks TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_signed: Option<bool>,
    /// What it is told as the `Host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_header: Option<HostHeader>,
    /// Whether it is kept off the desktop: what was found is no app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<bool>,
    /// The least role that sees it; everybody where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<Role>,
    /// After how many seconds without use its stack is stopped, to be started when it is opened; 0 is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep: Option<u32>,
}

/// What an app is told as the `Host` of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HostHeader {
    /// The name that the browser asked for.
    Own,
    /// The address of its container.
    Upstream,
}

/// Which apps are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct AppsQuery {
    /// Those that are kept off the desktop, too; for those who may change them.
    pub hidden: bool,
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

//! The apps of the desktop, in one table, and what stands on the desk.

pub mod account;
pub mod adopt;
pub mod app_settings;
pub mod ask;
pub mod commands;
pub mod containers;
pub mod deploy;
pub mod embed;
pub mod files;
pub mod group;
pub mod items;
pub mod logs;
pub mod service;
pub mod stack;
pub mod steps;
pub mod welcome;

use crate::desktop::app::App;

/// Every app, in the order of the dock. The first one is open on a new desk.
pub const APPS: &[App] = &[
    containers::APP,
    deploy::APP,
    files::APP,
    stack::APP,
    adopt::APP,
    service::APP,
    logs::APP,
    account::APP,
    app_settings::APP,
    embed::APP,
    group::APP,
];

//! The apps of the desktop, in one table.

pub mod account;
pub mod containers;
pub mod deploy;
pub mod logs;

use crate::desktop::app::App;

/// Every app, in the order of the dock. The first one is open on a new desk.
pub const APPS: &[App] = &[containers::APP, deploy::APP, logs::APP, account::APP];

//! The desktop.

pub mod desktop;

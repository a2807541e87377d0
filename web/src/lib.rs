//! The desktop: a program in the browser that shows a machine's containers as a desktop.
//!
//! Invariants: nothing but [`client`] talks to the server; the window manager knows no app; what can be decided without
//! a browser is decided in pure functions, which are tested natively.
//!
//! - [`client`]: what is said to the server; having a session is a type
//! - [`store`]: what is known of the machine, fed by the event stream
//! - [`desktop`]: the window manager and the views of the desk
//! - [`apps`]: what opens in windows
//! - [`entrance`]: setup and login
//! - [`kit`]: what all of it is made of
//! - [`prefs`]: theme and accent
//! - [`reader`]: what a compose text means
//! - [`root`]: which of it is shown

pub mod apps;
pub mod client;
pub mod desktop;
pub mod entrance;
pub mod kit;
pub mod prefs;
pub mod reader;
pub mod root;
pub mod store;

//! The desk: a window manager that knows no app, and the views that draw it.
//!
//! - [`geometry`]: points, rectangles, zones
//! - [`state`]: what the desk is
//! - [`reduce`]: what becomes of it; `gesture` is its part for the pointer
//! - [`keys`]: which key means what
//! - [`layout`]: the desk as it is kept between visits
//! - [`app`]: what an app is to the desk
//! - [`icons`]: what stands on the desk
//! - [`launcher`]: what is found by typing
//! - [`manager`]: actions in, effects carried out
//! - [`view`]: what is drawn; [`time`]: how it says times and amounts

pub mod app;
pub mod geometry;
mod gesture;
pub mod icons;
pub mod keys;
pub mod launcher;
pub mod layout;
pub mod manager;
pub mod reduce;
pub mod state;
#[cfg(test)]
mod tests;
pub mod time;
pub mod view;

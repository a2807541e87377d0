//! The icons of the desk: where they stand, which are chosen, what is dragged.
//!
//! - [`grid`]: the cells, pure
//! - [`reduce`]: what becomes of the icons, pure
//! - [`item`]: what an icon is an icon of
//! - [`arrange`]: names, groups and hiding, pure
//! - [`items`]: all items, and what their person makes of them
//! - [`manager`]: actions in, places kept

pub mod arrange;
pub mod grid;
pub mod item;
pub mod items;
pub mod manager;
pub mod reduce;
#[cfg(test)]
mod tests;

//! The compose specification as data: which keys there are, which values they take, and what Stardeck does with them.
//!
//! - [`shape`]: the vocabulary of the tables
//! - [`top`], [`service`], [`build`], [`deploy`]: the tables
//! - [`validate`]: checks values against them
//! - [`support`]: every key with what Stardeck does with it, for the documentation

mod build;
mod deploy;
mod service;
mod shape;
mod support;
mod top;
pub(crate) mod validate;

pub use shape::Support;
pub use support::{KeySupport, keys};
pub(crate) use top::MODEL;

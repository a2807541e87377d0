//! The stages between YAML and the typed model, in the order in which they run.
//!
//! - [`variables`]: `${…}` is replaced, and texts become numbers and booleans where the specification says so
//! - [`extends`], [`include`]: what other services and files say is brought in
//! - [`merge`], [`unique`]: files given later override those given before
//! - [`canonical`]: short forms become long ones, and defaults are filled in
//! - [`rules`]: what the long forms must keep to
//! - [`paths`]: relative paths become absolute
//! - [`normalize`]: implicit networks, names and dependencies are written out

pub(crate) mod canonical;
pub(crate) mod extends;
pub(crate) mod include;
pub(crate) mod merge;
pub(crate) mod normalize;
pub(crate) mod paths;
pub(crate) mod rules;
pub(crate) mod unique;
pub(crate) mod variables;

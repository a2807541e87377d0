//! YAML: from text to a lossless syntax tree, and from there to values.
//!
//! - [`parse`]: text → [`syntax::Document`]s. The only module that knows the YAML library
//! - [`indent`]: takes back a strictness of that library
//! - [`syntax`]: what stands where, with styles, anchors and aliases as they are written
//! - [`scalar`]: which value a plain scalar means
//! - [`expand`]: syntax → values: aliases and merge keys resolved, `!reset` and `!override` collected
//! - [`write`]: values → text: which scalars need quotes

pub(crate) mod expand;
mod indent;
pub(crate) mod parse;
pub(crate) mod scalar;
pub(crate) mod syntax;
pub(crate) mod write;

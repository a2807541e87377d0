//! The small languages inside compose files, each a function from text to a value.
//!
//! - [`template`] replaces variables: `${VARIABLE:-default}`
//! - [`dotenv`]: environment files
//! - [`bytes`], [`duration`]: sizes and durations
//! - [`words`]: a command line to its words
//! - [`port`], [`volume`]: the short forms of published ports and mounts
//! - [`path`]: paths, without asking a file system

pub(crate) mod bytes;
pub(crate) mod dotenv;
pub(crate) mod duration;
pub(crate) mod path;
pub(crate) mod port;
pub(crate) mod template;
pub(crate) mod volume;
pub(crate) mod words;

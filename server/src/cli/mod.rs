//! The subcommands that need no running server.

pub mod compose;

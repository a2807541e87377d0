//! Compose files, faithfully: loaded as docker compose loads them, and edited without losing a byte.
//!
//! Invariants: no file is read but through [`Files`], no clock is asked, nothing is printed, and no input makes it
//! panic, overflow the stack, or take more than some tens of megabytes ([`limits`]). It knows nothing of Podman. It
//! builds for wasm32.
//!
//! Along the data flow:
//! - [`load`]: from options and files to a [`Project`], with every diagnostic on the way
//! - `loader`: reads files and runs the stages over them
//! - `yaml`: text → syntax → values with places
//! - `stages`: variables, `extends`, `include`, merge, long forms, paths, names
//! - [`schema`]: the specification as data, and what Stardeck does with each key
//! - `text`: the small languages inside compose files
//! - [`model`]: the typed model
//! - `consistency`, `environment`: what is checked and filled in once types are known
//! - `output`: a project as docker compose prints it
//! - [`run`]: a `docker run` command as a compose file
//! - `report`, `source`, `places`: diagnostics and where they point

mod consistency;
pub mod edit;
mod environment;
mod files;
#[doc(hidden)]
pub mod fuzz;
pub mod limits;
mod load;
mod loader;
pub mod model;
mod output;
mod places;
mod report;
pub mod run;
pub mod schema;
mod source;
mod stages;
mod text;
mod tree;
mod yaml;

pub use api::compose::{Diagnostic, Edit, Fix, Severity, Step};
pub use edit::EditError;
pub use files::{FileError, FileKind, Files, NoFiles};
pub use load::{LoadOptions, Loaded, from_yaml, load};
pub use model::Project;
pub use output::to_yaml;
pub use report::Code;

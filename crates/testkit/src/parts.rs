//! The image of programs that Debian packages brought, for stories with a real database.

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use tokio_util::io::ReaderStream;

use crate::Machine;

/// The name of the image with PostgreSQL, Redis, busybox and a shell, once a machine has [taken it
/// in](Machine::take_in_parts). It has no users but root, and no command.
pub const PARTS: &str = "localhost/parts:latest";

impl Machine {
    /// Takes in the image [`PARTS`], which `cargo xtask test` makes: from the file that `STARDECK_TEST_PARTS` names, or
    /// from where it is made.
    ///
    /// # Panics
    /// It was not made yet.
    pub async fn take_in_parts(&self) {
        let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/images/parts.tar");
        let path = std::env::var_os("STARDECK_TEST_PARTS").map_or(usual, PathBuf::from);
        let file = tokio::fs::File::open(&path).await;
        let file = file.unwrap_or_else(|error| {
            panic!(
                "{} cannot be read ({error}); `cargo xtask test --only rust` makes it",
                path.display()
            )
        });
        let tar = ReaderStream::with_capacity(file, 256 << 10);
        let changes = ["ENV PATH=/usr/bin:/bin"];
        let images = self.podman().images();
        let taken = images.import(PARTS, &changes, Box::pin(tar.into_stream())).await;
        taken.expect("the image can be made");
    }
}

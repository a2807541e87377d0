//! The hostile app, in a container.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, os::unix::fs::PermissionsExt};

use crate::{Machine, TINY};

/// `testkit-app`: the one that is named by the environment, or one that is built, once a process; where it is built already
/// that is a look at its age.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(made) = std::env::var_os("STARDECK_TEST_APP") {
            return made.into();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "testkit", "--bin", "testkit-app"])
            .current_dir(&root)
            .status();
        assert!(
            built.expect("cargo can be started").success(),
            "testkit-app does not build"
        );
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("debug/testkit-app")
    })
}

impl Machine {
    /// A container that runs `testkit-app` with these more arguments of `podman run`, and its id. The program and the
    /// libraries that it needs are mounted: the image has none.
    pub async fn run_app(&self, name: &str, more: &[&str]) -> String {
        let mine = self.dir().join("app");
        if !mine.exists() {
            fs::copy(program(), &mine).expect("the program can be copied");
            fs::set_permissions(&mine, fs::Permissions::from_mode(0o755)).expect("our own file");
        }
        let program = format!("{}:/app:ro", mine.display());
        let mut args = vec!["run", "--detach", "--name", name, "--volume", &program];
        args.extend(["--volume", "/usr/lib:/lib:ro", "--volume", "/usr/lib64:/lib64:ro"]);
        args.extend(more);
        args.extend([TINY, "/app"]);
        self.cli(&args).await
    }
}

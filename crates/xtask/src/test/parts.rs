//! The image of the large story: programs of Debian packages, without any registry.
//!
//! The packages are only unpacked, which needs no root inside; what the story does not run is thrown away. The file is
//! made once, and the testkit takes it in.

use crate::shell::{self, quote};
use crate::{apt, tree};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// What brings PostgreSQL, Redis, a shell, and a web server that runs scripts.
const PACKAGES: &str = "postgresql,redis-server,busybox-static,dash,coreutils";
/// What they bring and nobody runs: compilers of queries, languages, manuals, and what sets packages up.
const SPARE: [&str; 14] = [
    "./usr/share/man",
    "./usr/share/doc",
    "./usr/share/locale",
    "./usr/share/i18n",
    "./usr/share/perl*",
    "./usr/bin/perl*",
    "./usr/lib/*/perl*",
    "./usr/lib/*/libLLVM*",
    "./usr/lib/*/libz3*",
    "./usr/lib/*/libperl*",
    "./usr/lib/postgresql/*/lib/bitcode",
    "./var/lib/dpkg",
    "./var/lib/apt",
    "./var/cache",
];

/// Makes the file where it is not there yet. Only Debian has the packages: elsewhere it is `None`.
pub(super) fn make() -> Result<Option<PathBuf>> {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let field = |name: &str| {
        let line = release.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim_matches('"').to_owned())
    };
    let (true, Some(suite)) = (field("ID=").as_deref() == Some("debian"), field("VERSION_CODENAME=")) else {
        return Ok(None);
    };
    let file = tree::target()?.join("images/parts.tar");
    if file.exists() {
        return Ok(Some(file));
    }
    let mirror = apt::mirror()?;
    println!("test: making an image of Debian packages (about 100 MB, once)");
    std::fs::create_dir_all(file.parent().context("it lies in a folder")?)?;
    let folder = file.with_extension("new");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    let spare: String = SPARE.iter().map(|path| format!(" --exclude={}", quote(path))).collect();
    let script = format!(
        "mmdebstrap --quiet --variant=extract --format=tar --include={PACKAGES} {} - {} | tar -x -C \"$1\"{spare}\n\
         tar -c --owner=0 --group=0 -f \"$1.tar\" -C \"$1\" .\nmv \"$1.tar\" \"$2\"\nrm -rf \"$1\"",
        quote(&suite),
        quote(&mirror)
    );
    shell::quiet(Command::new("sh").args(["-ec", &script, "sh"]).arg(&folder).arg(&file))?;
    Ok(Some(file))
}

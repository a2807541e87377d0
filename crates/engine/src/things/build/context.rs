//! The folder that a build sees, as a tar that is made while it is read.
//!
//! A container may have the folder mounted and change it meanwhile: each part of a path is opened from the one above it,
//! and no link is followed, so that nothing from outside the folder gets in. The same folder makes the same tar, whose
//! hash therefore says whether the folder is another one.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags};
use tar::{Builder, EntryType, Header};

use super::ignore::Ignore;
use super::remote;
use crate::spec::{KEPT, SecretSource, WantedBuild};

/// How deep folders lie in one another.
const DEEPEST: usize = 100;
/// The most names in one folder.
const MOST_NAMES: usize = 200_000;
/// The longest file with instructions or patterns, and the longest secret.
const MOST_TEXT: u64 = 1 << 20;
/// How the names begin of what Stardeck sends beside the files; none of them gets into an image.
const OWN: &str = ".stardeck";
/// The file with the instructions where they stand in the compose file.
const INLINE: &str = ".stardeck-dockerfile";
/// What Podman takes its own patterns from, before `.dockerignore`.
const PATTERNS: &str = ".containerignore";

/// A folder to be sent to a build, opened.
pub(super) struct Context<'a> {
    wanted: &'a WantedBuild,
    home: OwnedFd,
    folder: OwnedFd,
    /// The instructions.
    dockerfile: String,
    patterns: String,
    ignore: Ignore,
}

impl<'a> Context<'a> {
    /// Opens the folder that `wanted` names in that of its stack.
    pub(super) fn open(home: &Path, wanted: &'a WantedBuild) -> io::Result<Self> {
        let home = rustix::fs::openat(CWD, home, folder_flags(), Mode::empty())?;
        let path = if wanted.context.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &wanted.context
        };
        let folder = rustix::fs::openat2(&home, path, folder_flags(), Mode::empty(), beneath());
        let folder = folder.map_err(|error| at(format_args!("the folder {} of the stack", path.display()), error))?;
        let dockerfile = match &wanted.inline {
            Some(text) => text.clone(),
            None => text(&folder, &wanted.dockerfile)?.ok_or_else(|| {
                let name = &wanted.dockerfile;
                io::Error::other(format!("there is no file {name} in its folder, or only a link"))
            })?,
        };
        if let Some(source) = remote::fetched(&dockerfile) {
            return Err(io::Error::other(format!(
                "`ADD {source}` would be fetched with the network of this machine; fetch it in a `RUN` step instead"
            )));
        }
        let named = format!("{}.dockerignore", wanted.dockerfile);
        let names = [named.as_str(), PATTERNS, ".dockerignore"];
        let names = names.iter().skip(usize::from(wanted.inline.is_some()));
        let mut patterns = None;
        for name in names {
            if patterns.is_none() {
                patterns = text(&folder, name)?;
            }
        }
        let patterns = patterns.unwrap_or_default();
        Ok(Self {
            wanted,
            home,
            folder,
            dockerfile,
            ignore: Ignore::parse(&patterns),
            patterns,
        })
    }

    /// The name of the file with the instructions among those that are sent.
    pub(super) fn containerfile(&self) -> &str {
        match &self.wanted.inline {
            Some(_) => INLINE,
            None => &self.wanted.dockerfile,
        }
    }

    /// The secrets, each with the name of its file among those that are sent.
    pub(super) fn secrets(&self) -> Vec<(String, String)> {
        let secrets = self.wanted.secrets.iter().enumerate();
        secrets
            .map(|(number, secret)| (secret.id.clone(), secret_name(number)))
            .collect()
    }

    /// Writes the tar, without the secrets.
    pub(super) fn write(&self, out: impl Write) -> io::Result<()> {
        let mut tar = Builder::new(out);
        self.add_all(&mut tar)?;
        tar.into_inner().map(drop)
    }

    /// Writes the tar, with the secrets.
    pub(super) fn write_whole(&self, out: impl Write) -> io::Result<()> {
        let mut tar = Builder::new(out);
        self.add_all(&mut tar)?;
        for (number, secret) in self.wanted.secrets.iter().enumerate() {
            let bytes = match &secret.source {
                SecretSource::Text(text) => text.clone().into_bytes(),
                SecretSource::File(path) => bytes(&self.home, &path.to_string_lossy())?.ok_or_else(|| {
                    let path = path.display();
                    io::Error::other(format!("there is no file {path} for the secret {}", secret.id))
                })?,
            };
            add_bytes(&mut tar, &secret_name(number), &bytes)?;
        }
        tar.into_inner().map(drop)
    }

    fn add_all(&self, tar: &mut Builder<impl Write>) -> io::Result<()> {
        self.add_folder(tar, &self.folder, &PathBuf::new(), 0)?;
        add_bytes(tar, self.containerfile(), self.dockerfile.as_bytes())?;
        if self.wanted.inline.is_some() {
            // Podman keeps out of the image what these patterns name.
            let patterns = format!("{}\n{INLINE}\n{PATTERNS}\n", self.patterns);
            add_bytes(tar, PATTERNS, patterns.as_bytes())?;
        }
        Ok(())
    }

    fn add_folder(&self, tar: &mut Builder<impl Write>, folder: &OwnedFd, path: &Path, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other(format!("{} lies too deep", path.display())));
        }
        for name in names(folder, path)? {
            if depth == 0 && (name.starts_with(OWN) || name == KEPT) {
                continue;
            }
            let path = path.join(&name);
            let shown = path.to_string_lossy();
            let excluded = self.ignore.excludes(&shown);
            let found = rustix::fs::statat(folder, name.as_str(), AtFlags::SYMLINK_NOFOLLOW);
            let found = found.map_err(|error| at(&shown, error))?;
            let kind = FileType::from_raw_mode(found.st_mode);
            let is_folder = kind == FileType::Directory;
            // It is sent as it was read, at the end; and where it lies no link is put meanwhile.
            let instructions = Path::new(self.containerfile());
            if !is_folder && instructions.starts_with(&path) {
                if instructions == path {
                    continue;
                }
                return Err(io::Error::other(format!("{shown} changed meanwhile")));
            }
            if excluded && !(is_folder && self.ignore.has_exceptions()) {
                continue;
            }
            let mode = found.st_mode & 0o7777;
            let opened = |flags: OFlags| {
                let flags = flags | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let opened = rustix::fs::openat(folder, name.as_str(), flags, Mode::empty());
                opened.map_err(|error| at(&shown, error))
            };
            match kind {
                FileType::Directory => {
                    let below = opened(OFlags::DIRECTORY)?;
                    if !excluded {
                        tar.append_data(&mut header(EntryType::Directory, mode, 0), &path, io::empty())?;
                    }
                    self.add_folder(tar, &below, &path, depth + 1)?;
                }
                FileType::RegularFile => {
                    let file = File::from(opened(OFlags::empty())?);
                    let metadata = file.metadata()?;
                    if metadata.is_file() {
                        // What shrinks meanwhile is filled up, and what grows is cut.
                        let whole = file.chain(io::repeat(0)).take(metadata.len());
                        let mut header = header(EntryType::Regular, mode, metadata.len());
                        tar.append_data(&mut header, &path, whole)?;
                    }
                }
                // Podman would follow a link to patterns, on the machine.
                FileType::Symlink if !name.ends_with("ignore") => {
                    let target = rustix::fs::readlinkat(folder, name.as_str(), Vec::new())?;
                    let target = target.into_string().map_err(io::Error::other)?;
                    tar.append_link(&mut header(EntryType::Symlink, 0o777, 0), &path, target)?;
                }
                // Sockets, pipes and devices are nothing that an image is made of.
                _ => {}
            }
        }
        Ok(())
    }
}

fn secret_name(number: usize) -> String {
    format!("{OWN}-secret-{number}")
}

/// The names in a folder, in order.
fn names(folder: &OwnedFd, path: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        let name = std::str::from_utf8(name).map_err(|_| {
            let path = path.display();
            io::Error::other(format!("a name in its folder, in {path:?}, is not a text"))
        })?;
        if !matches!(name, "." | "..") {
            names.push(name.to_owned());
        }
        if names.len() > MOST_NAMES {
            return Err(io::Error::other(format!(
                "there are too many files in {}",
                path.display()
            )));
        }
    }
    names.sort();
    Ok(names)
}

/// The text of a file; `None` where there is none, or only a link.
fn text(folder: &OwnedFd, path: &str) -> io::Result<Option<String>> {
    let text = bytes(folder, path)?.map(String::from_utf8).transpose();
    text.map_err(|_| io::Error::other(format!("{path} is not a text")))
}

fn bytes(folder: &OwnedFd, path: &str) -> io::Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::openat2(folder, path, flags, Mode::empty(), beneath()) {
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR) => return Ok(None),
        opened => File::from(opened.map_err(|error| at(path, error))?),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > MOST_TEXT {
        return Err(io::Error::other(format!("{path} is not a file, or longer than 1 MiB")));
    }
    let mut bytes = Vec::new();
    file.take(MOST_TEXT).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn add_bytes(tar: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> io::Result<()> {
    tar.append_data(&mut header(EntryType::Regular, 0o644, bytes.len() as u64), name, bytes)
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    // The same for all, so that a copy of the folder finds its layers in the cache.
    header.set_mtime(0);
    header
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

fn beneath() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
}

/// A failure with the place where it was.
fn at(place: impl std::fmt::Display, error: rustix::io::Errno) -> io::Error {
    let hint = if error == rustix::io::Errno::ACCESS {
        ": Stardeck's user may not read it; if the image needs it not, name it in .dockerignore"
    } else {
        ""
    };
    io::Error::other(format!("{place} cannot be opened ({error}){hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::BuildSecret;

    fn sent(home: &Path, wanted: &WantedBuild) -> Result<Vec<String>, String> {
        let words = |error: io::Error| error.to_string();
        let mut bytes = Vec::new();
        Context::open(home, wanted)
            .map_err(words)?
            .write_whole(&mut bytes)
            .map_err(words)?;
        let mut tar = tar::Archive::new(bytes.as_slice());
        let path = |entry: io::Result<tar::Entry<'_, &[u8]>>| entry.unwrap().path().unwrap().display().to_string();
        let mut paths: Vec<String> = tar.entries().unwrap().map(path).collect();
        paths.sort();
        Ok(paths)
    }

    fn ground(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        home
    }

    fn build(context: &str, dockerfile: &str) -> WantedBuild {
        WantedBuild {
            context: context.into(),
            dockerfile: dockerfile.to_owned(),
            ..WantedBuild::default()
        }
    }

    #[test]
    fn a_folder_is_sent_with_nothing_from_outside_of_it() {
        let home = ground(&[
            ("app/deep/file", ""),
            ("app/Dockerfile", "FROM x"),
            ("other/secret", ""),
            (".stardeck/secret", ""),
            ("Dockerfile", "FROM x"),
        ]);
        let link = |target: &str, path: &str| std::os::unix::fs::symlink(target, home.path().join(path)).unwrap();
        link("/etc", "app/link");
        link("/etc", "out");
        link("/etc/passwd", "app/Linked");
        link("/etc/passwd", "app/.dockerignore");
        let found = sent(home.path(), &build("app", "Dockerfile")).unwrap();
        assert_eq!(found, ["Dockerfile", "Linked", "deep", "deep/file", "link"]);
        let whole = sent(home.path(), &build("", "Dockerfile")).unwrap();
        assert!(whole.contains(&"app/link".to_owned()) && !whole.iter().any(|path| path.contains(".stardeck")));
        for outside in ["out", "out/ssl", "../", "/etc", "none"] {
            let refused = sent(home.path(), &build(outside, "Dockerfile")).unwrap_err();
            assert!(refused.contains("cannot be opened"), "{outside}: {refused}");
        }
        for dockerfile in ["Linked", "link/passwd", "none"] {
            let refused = sent(home.path(), &build("app", dockerfile)).unwrap_err();
            assert!(refused.contains("there is no file"), "{dockerfile}: {refused}");
        }
    }

    #[test]
    fn what_is_ignored_is_not_sent_but_the_instructions_are() {
        let home = ground(&[
            ("Dockerfile", "FROM x"),
            (".dockerignore", "*\n!src\nsrc/*.tmp"),
            ("src/kept", ""),
            ("src/a.tmp", ""),
            ("big/file", ""),
            ("other.Dockerfile", "FROM x"),
            ("other.Dockerfile.dockerignore", "src\n*ignore"),
            ("key", "secret"),
        ]);
        let found = sent(home.path(), &build("", "Dockerfile")).unwrap();
        assert_eq!(found, ["Dockerfile", "src", "src/kept"]);
        let found = sent(home.path(), &build("", "other.Dockerfile")).unwrap();
        assert!(
            !found.contains(&"src".to_owned()) && found.contains(&"big/file".to_owned()),
            "{found:?}"
        );
        let secret = |source| BuildSecret {
            id: "key".to_owned(),
            source,
        };
        let inline = WantedBuild {
            inline: Some("FROM x".to_owned()),
            secrets: vec![
                secret(SecretSource::File("key".into())),
                secret(SecretSource::Text("x".to_owned())),
            ],
            ..build("src", "Dockerfile")
        };
        let found = sent(home.path(), &inline).unwrap();
        let own = [
            ".containerignore",
            ".stardeck-dockerfile",
            ".stardeck-secret-0",
            ".stardeck-secret-1",
        ];
        assert_eq!(found, [&own[..], &["a.tmp", "kept"][..]].concat());
    }

    #[test]
    fn the_same_folder_is_the_same_tar_and_an_address_is_not_added() {
        let written = |text: &str| {
            let home = ground(&[("Dockerfile", "FROM x"), ("b", text), ("a/c", "")]);
            let mut bytes = Vec::new();
            let wanted = build("", "Dockerfile");
            Context::open(home.path(), &wanted).unwrap().write(&mut bytes).unwrap();
            bytes
        };
        assert!(written("same") == written("same") && written("same") != written("other"));
        let home = ground(&[("Dockerfile", "FROM x\nADD http://127.0.0.1/ /x")]);
        let refused = sent(home.path(), &build("", "Dockerfile")).unwrap_err();
        assert!(refused.contains("network of this machine"), "{refused}");
    }
}

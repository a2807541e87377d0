//! From the texts of a stack to what they mean on this Podman.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use api::compose::{Diagnostic, Severity};
use api::name::StackName;
use api::stack::Risk;
use compose::{FileError, FileKind, Files, LoadOptions, Project};

use crate::error::{Error, Result};
use crate::spec::{self, Ground, Here, PullPolicy, Wanted};

/// The texts of a stack, and where they stand.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) deck: String,
    pub(crate) stack: StackName,
    pub(crate) generation: u64,
    pub(crate) home: PathBuf,
    pub(crate) compose: String,
    pub(crate) env: String,
    /// The files beside the two as they are to be taken; absent takes them from the disk.
    pub(crate) beside: Option<BTreeMap<String, Vec<u8>>>,
}

/// What the texts of a stack mean.
pub(crate) struct Meaning {
    pub(crate) project: Project,
    pub(crate) wanted: Wanted,
    /// What an administrator has to agree to.
    pub(crate) risks: Vec<Risk>,
    /// What nobody can agree to.
    pub(crate) refused: Vec<Risk>,
    /// The files beside the two that were read, by their paths in the folder.
    pub(crate) beside: BTreeMap<String, Vec<u8>>,
}

impl Source {
    /// Reads the texts alone. Files beside them are read where they lead to, which is never outside of the folder.
    pub(crate) fn project(&self) -> (Option<Project>, Vec<Diagnostic>) {
        let (project, diagnostics, _) = self.read();
        (project, diagnostics)
    }

    fn read(&self) -> (Option<Project>, Vec<Diagnostic>, BTreeMap<String, Vec<u8>>) {
        let home = self.home.to_string_lossy().into_owned();
        let options = LoadOptions {
            files: vec![format!("{home}/compose.yaml")],
            current_directory: home,
            project_name: Some(self.stack.as_str().to_owned()),
            ..LoadOptions::default()
        };
        let within = Within {
            source: self,
            read: RefCell::default(),
        };
        let mut loaded = compose::load(&options, &within);
        let valid = loaded.is_valid();
        // A person knows the files by their names in the folder.
        let folder = format!("{}/", self.home.display());
        for diagnostic in &mut loaded.diagnostics {
            if let Some(name) = diagnostic.file.strip_prefix(&folder) {
                diagnostic.file = name.to_owned();
            }
        }
        let read = within.read.into_inner();
        (loaded.project.filter(|_| valid), loaded.diagnostics, read)
    }

    /// What the texts mean on a Podman that can do `capabilities`, and all that there is to say about them.
    pub(crate) fn meaning(&self, capabilities: &podman::system::Capabilities) -> (Option<Meaning>, Vec<Diagnostic>) {
        let (project, mut diagnostics, beside) = self.read();
        let Some(project) = project else {
            return (None, diagnostics);
        };
        let here = Here::look(&capabilities.architecture);
        let ground = Ground {
            here: &here,
            deck: &self.deck,
            stack: &self.stack,
            generation: self.generation,
            home: &self.home,
        };
        let (wanted, more) = spec::wanted(&ground, &project, capabilities);
        let possible = more.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        diagnostics.extend(more);
        if !possible {
            return (None, diagnostics);
        }
        let (mut risks, mut refused) = (Vec::new(), Vec::new());
        for verdict in spec::judge(&ground, &wanted) {
            let list = if verdict.consentable { &mut risks } else { &mut refused };
            list.push(Risk {
                id: verdict.id,
                service: verdict.service,
                message: verdict.message,
            });
        }
        let meaning = Meaning {
            project,
            wanted,
            risks,
            refused,
            beside,
        };
        (Some(meaning), diagnostics)
    }
}

impl Meaning {
    /// Wants what is built to be built again.
    pub(crate) fn build_again(&mut self) {
        let built = self
            .wanted
            .services
            .iter_mut()
            .filter(|service| service.build.is_some());
        built.for_each(|service| service.pull_policy = PullPolicy::Always);
    }

    /// Refuses what nobody can agree to, and what nobody has agreed to.
    pub(crate) fn allowed(&self, consents: &[String]) -> Result<()> {
        if !self.refused.is_empty() {
            return Err(Error::Refused {
                risks: self.refused.clone(),
            });
        }
        let open = self.risks.iter().filter(|risk| !consents.contains(&risk.id));
        let risks: Vec<Risk> = open.cloned().collect();
        if risks.is_empty() {
            Ok(())
        } else {
            Err(Error::ConsentNeeded { risks })
        }
    }
}

/// Whether a stack comes up when the machine does, which is so unless `x-stardeck: {auto_start: false}` stands in it.
pub(crate) fn auto_start(project: &Project) -> bool {
    let own = project.extensions.get("x-stardeck");
    own.and_then(|own| own.get("auto_start")) != Some(&serde_json::Value::Bool(false))
}

/// The folder of a stack, with the texts of [`Source`] in place of the two files.
struct Within<'a> {
    source: &'a Source,
    read: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Within<'_> {
    fn own(&self, path: &str) -> Option<&str> {
        let name = Path::new(path).strip_prefix(&self.source.home).ok()?;
        match name.to_str()? {
            "compose.yaml" => Some(&self.source.compose),
            ".env" => Some(&self.source.env).filter(|env| !env.is_empty()).map(String::as_str),
            _ => None,
        }
    }

    /// The path in the folder of a file that was kept with the texts, or is to be.
    fn beside<'p>(&self, path: &'p str) -> Option<&'p str> {
        Path::new(path).strip_prefix(&self.source.home).ok()?.to_str()
    }

    /// Where a path leads to, if that is inside.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let home = std::fs::canonicalize(&self.source.home).ok()?;
        std::fs::canonicalize(path).ok().filter(|real| real.starts_with(&home))
    }
}

impl Files for Within<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        use std::io::Read;
        if let Some(text) = self.own(path) {
            return if text.len() > limit {
                Err(FileError::TooLarge { limit })
            } else {
                Ok(text.as_bytes().to_vec())
            };
        }
        let name = self.beside(path);
        if let (Some(name), Some(kept)) = (name, &self.source.beside) {
            let bytes = kept.get(name).ok_or(FileError::NotFound)?;
            self.read.borrow_mut().insert(name.to_owned(), bytes.clone());
            return Ok(bytes.clone());
        }
        let Some(real) = self.inside(path) else {
            return Err(FileError::Denied(
                "only files in the folder of the stack are read".to_owned(),
            ));
        };
        let failed = |error: std::io::Error| FileError::Failed(error.to_string());
        if !std::fs::metadata(&real).map_err(failed)?.is_file() {
            return Err(FileError::Folder);
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(real).map_err(failed)?;
        file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > limit {
            return Err(FileError::TooLarge { limit });
        }
        if let Some(name) = name {
            self.read.borrow_mut().insert(name.to_owned(), bytes.clone());
        }
        Ok(bytes)
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        if self.own(path).is_some() {
            return Some(FileKind::File);
        }
        let name = Path::new(path).strip_prefix(&self.source.home).ok();
        if name.is_some_and(|name| name == Path::new(".env")) {
            return None;
        }
        if let (Some(name), Some(kept)) = (self.beside(path), &self.source.beside)
            && kept.contains_key(name)
        {
            return Some(FileKind::File);
        }
        let metadata = std::fs::metadata(self.inside(path)?).ok()?;
        Some(if metadata.is_dir() {
            FileKind::Folder
        } else {
            FileKind::File
        })
    }
}

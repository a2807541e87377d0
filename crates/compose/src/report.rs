//! Collects what is to be said about the files of one load.

use std::collections::HashSet;

use api::compose::{Diagnostic, Fix, Severity};

use crate::limits;
use crate::source::{Place, Sources};
use crate::tree::Path;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// The kinds of diagnostics. Their names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The name as it is shown and documented.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)+
                }
            }

            /// What the code means, as a sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Code::$name => concat!($($doc,)+).trim_ascii(),)+
                }
            }
        }
    };
}

codes! {
    /// A file is not there.
    FileNotFound = "file-not-found",
    /// A file is there, but could not be read.
    FileUnreadable = "file-unreadable",
    /// A file is on another machine, from which nothing is fetched.
    RemoteFile = "remote-file",
    /// A file is too large, or the files together ask for too much.
    TooLarge = "too-large",
    /// Values are nested too deep.
    TooDeep = "too-deep",
    /// A file is not UTF-8 text.
    NotUtf8 = "not-utf8",
    /// A file is not YAML.
    InvalidYaml = "invalid-yaml",
    /// A value does not fit its YAML tag.
    BadTag = "bad-tag",
    /// An alias stands inside the value that it stands for.
    AliasCycle = "alias-cycle",
    /// `<<` is given something that is not a mapping.
    BadMerge = "bad-merge",
    /// A key is given twice.
    DuplicateKey = "duplicate-key",
    /// A key is a number, a date, a boolean or nothing.
    KeyNotString = "key-not-string",
    /// A file holds no compose model.
    EmptyFile = "empty-file",
    /// The project name is missing or not allowed.
    BadProjectName = "bad-project-name",
    /// A variable is not set and has no default.
    UnsetVariable = "unset-variable",
    /// A variable is not set, and the file says that it must be.
    RequiredVariable = "required-variable",
    /// A `$` is followed by something that is not a variable.
    BadVariable = "bad-variable",
    /// A key holds a variable, which is not replaced there.
    VariableInKey = "variable-in-key",
    /// A line of an environment file cannot be read.
    BadEnvFile = "bad-env-file",
    /// The key is not part of the compose specification.
    UnknownKey = "unknown-key",
    /// A required key is missing.
    MissingKey = "missing-key",
    /// A value has the wrong type.
    WrongType = "wrong-type",
    /// A value has the right type, but is not allowed or cannot be read.
    BadValue = "bad-value",
    /// A list holds the same item twice.
    NotUnique = "not-unique",
    /// Two files give one key values that cannot be merged.
    MergeConflict = "merge-conflict",
    /// Services extend each other in a circle.
    ExtendsCycle = "extends-cycle",
    /// Files include each other in a circle.
    IncludeCycle = "include-cycle",
    /// An included file defines something that is already defined.
    IncludeConflict = "include-conflict",
    /// A service, network, volume, secret, config or model is used, but not defined.
    Undefined = "undefined",
    /// A service has neither an image nor anything to build one from.
    NoImage = "no-image",
    /// Two keys exclude each other.
    Conflict = "conflict",
    /// Two mounts have the same target.
    DuplicateMount = "duplicate-mount",
    /// Two services want the same container name.
    DuplicateName = "duplicate-name",
    /// Services depend on each other in a circle.
    DependencyCycle = "dependency-cycle",
    /// A key has no effect any more.
    Obsolete = "obsolete",
    /// A command uses syntax of a shell, but runs without one.
    ShellSyntax = "shell-syntax",
    /// A command line has an option that is not known.
    UnknownFlag = "unknown-flag",
    /// A value is read, but probably not as it was meant.
    Surprising = "surprising",
    /// Rootless Podman does part of what the key says.
    Limited = "limited",
    /// Stardeck does not act on the key.
    NotSupported = "not-supported",
}

/// One diagnostic in the making.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    severity: Severity,
    code: Code,
    message: String,
    place: Place,
    path: String,
    hint: Option<String>,
    fix: Option<(String, Place, String)>,
}

/// All diagnostics of one load, each once.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
    seen: HashSet<(Code, Place, String)>,
    /// Where a finding goes that is a repetition or one too many.
    spare: Option<Finding>,
    left_out: usize,
    errors: usize,
}

impl Finding {
    pub(crate) fn at(&mut self, path: &Path<'_>) -> &mut Self {
        self.path(path.to_string())
    }

    pub(crate) fn path(&mut self, path: String) -> &mut Self {
        self.path = path;
        self
    }

    pub(crate) fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn fix(&mut self, title: impl Into<String>, place: Place, text: impl Into<String>) -> &mut Self {
        if !place.is_nowhere() {
            self.fix = Some((title.into(), place, text.into()));
        }
        self
    }
}

impl Report {
    pub(crate) fn error(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Error, code, place, message.into())
    }

    pub(crate) fn warning(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Warning, code, place, message.into())
    }

    pub(crate) fn note(&mut self, code: Code, place: Place, message: impl Into<String>) -> &mut Finding {
        self.add(Severity::Note, code, place, message.into())
    }

    fn add(&mut self, severity: Severity, code: Code, place: Place, message: String) -> &mut Finding {
        let finding = Finding {
            severity,
            code,
            message,
            place,
            path: String::new(),
            hint: None,
            fix: None,
        };
        self.errors += usize::from(severity == Severity::Error);
        let full = self.is_full();
        if full || !self.seen.insert((code, place, finding.message.clone())) {
            self.left_out += usize::from(full);
            return self.spare.insert(finding);
        }
        let last = self.findings.len();
        self.findings.push(finding);
        &mut self.findings[last]
    }

    /// Whether further findings are only counted, so that they need no hints.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= limits::DIAGNOSTICS
    }

    /// Whether there was an error.
    pub(crate) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The diagnostics, in the order of the files and of the text.
    pub(crate) fn finish(mut self, sources: &Sources) -> Vec<Diagnostic> {
        self.findings.sort_by_key(|finding| finding.place);
        let left_out = self.left_out;
        let mut all: Vec<_> = self
            .findings
            .into_iter()
            .map(|finding| finding.finish(sources))
            .collect();
        if left_out > 0 {
            all.push(Diagnostic {
                severity: Severity::Error,
                code: Code::TooLarge.as_str().to_owned(),
                message: format!("{left_out} more diagnostics are not shown"),
                file: String::new(),
                span: None,
                path: String::new(),
                hint: None,
                fix: None,
            });
        }
        all
    }
}

impl Finding {
    fn finish(self, sources: &Sources) -> Diagnostic {
        let (file, span) = sources.show(self.place);
        let fix = self.fix.and_then(|(title, place, text)| {
            let (_, span) = sources.show(place);
            span.map(|span| Fix { title, span, text })
        });
        Diagnostic {
            severity: self.severity,
            code: self.code.as_str().to_owned(),
            message: self.message,
            file,
            span,
            path: self.path,
            hint: self.hint,
            fix,
        }
    }
}

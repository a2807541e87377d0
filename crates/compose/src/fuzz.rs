//! What must hold for any bytes at all. The fuzz targets and the tests drive these.

use std::collections::BTreeMap;

use api::compose::{Edit, Step};

use crate::files::{FileError, FileKind, Files};
use crate::load::{LoadOptions, load as load_project};
use crate::text::{dotenv as env_file, template};

/// One text as every file there is.
struct Everywhere<'t>(&'t [u8]);

impl Files for Everywhere<'_> {
    fn read(&self, _path: &str, _limit: usize) -> Result<Vec<u8>, FileError> {
        Ok(self.0.to_vec())
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        path.ends_with(".yaml").then_some(FileKind::File)
    }
}

/// Loads the bytes as a compose file, which may include and extend itself; what is valid prints and loads again.
pub fn load(bytes: &[u8]) {
    let options = LoadOptions {
        files: vec!["/p/compose.yaml".to_owned()],
        project_name: Some("fuzz".to_owned()),
        env: BTreeMap::from([("A".to_owned(), "1".to_owned())]),
        ..LoadOptions::default()
    };
    let loaded = load_project(&options, &Everywhere(bytes));
    assert!(
        loaded.project.is_some() || !loaded.is_valid(),
        "no project, and no word why"
    );
    if let Some(project) = loaded.project.filter(|_| loaded.diagnostics.is_empty()) {
        let yaml = project.to_yaml();
        let again = load_project(&options, &Everywhere(yaml.as_bytes()));
        assert!(again.is_valid(), "{yaml}\n{:?}", again.diagnostics);
    }
}

/// Replaces the variables of the bytes.
pub fn variables(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lookup = |name: &str| name.len().is_multiple_of(2).then(|| format!("<{name}>"));
    if let Ok(substituted) = template::substitute(&text, &lookup, 1 << 20) {
        assert!(substituted.text.len() <= 1 << 20);
        assert!(
            text.contains('$') || substituted.text == text,
            "a text without a dollar was changed"
        );
    }
}

/// Reads the bytes as an environment file.
pub fn dotenv(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut variables = env_file::Variables::new();
    let lookup = |name: &str| (name == "A").then(|| "1".to_owned());
    if let Err(error) = env_file::parse(&text, &mut variables, &lookup, 1 << 16) {
        assert!(error.offset <= text.len() && !error.message.is_empty());
    }
    assert!(variables.values().map(String::len).sum::<usize>() <= 1 << 16);
}

/// Edits the bytes: no edits change nothing, and an edit that is made is found again.
pub fn edit(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if text.len() <= crate::limits::FILE_BYTES {
        assert_eq!(crate::edit::apply(&text, &[]).as_deref(), Ok(&*text));
    }
    let path = |keys: &[&str]| keys.iter().map(|key| Step::Key((*key).to_owned())).collect::<Vec<_>>();
    let edits = [
        Edit::Set {
            path: path(&["services", "a", "image"]),
            value: "x: 1".into(),
        },
        Edit::Set {
            path: path(&["services", "a", "environment", "K"]),
            value: "yes".into(),
        },
        Edit::Append {
            path: path(&["services", "a", "ports"]),
            value: "80:80".into(),
        },
        Edit::Remove {
            path: path(&["services", "a", "image"]),
        },
    ];
    for edit in &edits {
        if let Ok(once) = crate::edit::apply(&text, std::slice::from_ref(edit))
            && !matches!(edit, Edit::Append { .. })
        {
            let twice = crate::edit::apply(&once, std::slice::from_ref(edit));
            assert_eq!(twice.as_deref(), Ok(once.as_str()), "an edit made twice");
        }
    }
}

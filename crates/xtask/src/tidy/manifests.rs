//! Reading the packages' manifests, and the rule about their names.

use super::{Fault, Tree};

/// A package of ours.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: String,
    /// What it uses when it runs or is built.
    pub(super) uses: Vec<String>,
    /// What only its tests use.
    pub(super) tests_use: Vec<String>,
}

/// All packages of the tree but the fuzzers, which are workspaces of their own with names that `cargo fuzz` expects.
/// A manifest that cannot be read is left to cargo's own error.
pub(super) fn packages(tree: &Tree) -> Vec<Package> {
    tree.ending(&["/Cargo.toml"])
        .filter(|(path, _)| !path.ends_with("/fuzz/Cargo.toml"))
        .filter_map(|(path, text)| package(path, text))
        .collect()
}

fn package(path: &str, text: &str) -> Option<Package> {
    let manifest: toml::Table = text.parse().ok()?;
    let keys = |table: &toml::Table, section: &str| {
        let section = table.get(section).and_then(toml::Value::as_table);
        section
            .map(|section| section.keys().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let collect = |sections: &[&str]| {
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let targets = targets
            .into_iter()
            .flat_map(toml::Table::values)
            .filter_map(toml::Value::as_table);
        let tables: Vec<_> = std::iter::once(&manifest).chain(targets).collect();
        tables
            .iter()
            .flat_map(|table| sections.iter().flat_map(|section| keys(table, section)))
            .collect()
    };
    Some(Package {
        name: manifest.get("package")?.get("name")?.as_str()?.to_owned(),
        manifest: path.to_owned(),
        uses: collect(&["dependencies", "build-dependencies"]),
        tests_use: collect(&["dev-dependencies"]),
    })
}

/// A package is called as its folder.
pub(super) fn folder_is_package(tree: &Tree) -> Vec<Fault> {
    let wrong = packages(tree).into_iter().filter(|package| {
        let folder = package.manifest.trim_end_matches("/Cargo.toml");
        folder.rsplit('/').next() != Some(&package.name)
    });
    wrong
        .map(|package| Fault::new(package.manifest, format!("the package is called `{}`", package.name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::folder_is_package;

    #[test]
    fn a_package_with_another_name_is_found() {
        let tree = [
            ("crates/api/Cargo.toml", "[package]\nname = \"api\""),
            ("crates/podman/Cargo.toml", "[package]\nname = \"podman-client\""),
        ];
        let faults = folder_is_package(&tree.into());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "crates/podman/Cargo.toml");
    }
}

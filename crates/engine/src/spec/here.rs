//! What of this machine decides whether a container can run on it: its platform, the emulators of others, and the devices
//! that specifications of the Container Device Interface describe.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

/// Where the kernel says which programs it hands to an emulator.
const EMULATORS: &str = "/proc/sys/fs/binfmt_misc";
/// Where Podman looks for descriptions of devices.
const SPECIFICATIONS: [&str; 2] = ["/etc/cdi", "/run/cdi"];
/// The largest of them that is read.
const LARGEST: u64 = 1 << 20;
/// What an emulator calls an architecture, and what images do.
const ARCHITECTURES: [(&str, &str); 9] = [
    ("x86_64", "amd64"),
    ("i386", "386"),
    ("aarch64", "arm64"),
    ("arm", "arm"),
    ("ppc64le", "ppc64le"),
    ("s390x", "s390x"),
    ("riscv64", "riscv64"),
    ("mips64el", "mips64le"),
    ("loongarch64", "loong64"),
];

/// The machine that containers are to run on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Here {
    /// Its platform, such as `linux/amd64`.
    pub(crate) platform: String,
    /// The architectures that it has an emulator for, in the words of images.
    pub(crate) emulated: BTreeSet<String>,
    /// The whole names of described devices, such as `nvidia.com/gpu=0`.
    pub(crate) devices: BTreeSet<String>,
}

/// How a platform runs here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// As what the machine is made for.
    Native,
    /// By an emulator.
    Emulated,
    /// Not at all.
    Not,
}

/// What of a specification is of interest.
#[derive(Deserialize)]
struct Specification {
    kind: String,
    devices: Vec<Device>,
}

#[derive(Deserialize)]
struct Device {
    name: String,
}

impl Here {
    /// Looks around on a machine of this architecture, in Podman's words.
    pub(crate) fn look(architecture: &str) -> Self {
        Self {
            platform: format!("linux/{architecture}"),
            emulated: emulated(Path::new(EMULATORS)),
            devices: SPECIFICATIONS
                .iter()
                .flat_map(|folder| described(Path::new(folder)))
                .collect(),
        }
    }

    /// How a platform such as `linux/arm/v7` runs here.
    pub(crate) fn fit(&self, platform: &str) -> Fit {
        let architecture = |platform: &str| platform.split('/').nth(1).unwrap_or_default().to_owned();
        let (own, other) = (architecture(&self.platform), architecture(platform));
        let older = matches!((own.as_str(), other.as_str()), ("amd64", "386") | ("arm64", "arm"));
        if !platform.starts_with("linux/") {
            Fit::Not
        } else if own == other || older {
            Fit::Native
        } else if self.emulated.contains(&other) {
            Fit::Emulated
        } else {
            Fit::Not
        }
    }
}

/// Whether two platforms are of one system and architecture.
pub(crate) fn same_platform(one: &str, other: &str) -> bool {
    one.split('/').take(2).eq(other.split('/').take(2))
}

/// Whether a name is one of the Container Device Interface, `vendor.com/class=device`, and no path.
pub(super) fn is_device_name(name: &str) -> bool {
    let kind = name.split_once('=').and_then(|(kind, _)| kind.split_once('/'));
    kind.is_some_and(|(vendor, class)| !vendor.is_empty() && !class.is_empty())
}

fn emulated(folder: &Path) -> BTreeSet<String> {
    let names = files(folder).into_iter().filter_map(|(name, text)| {
        let machine = name.rsplit('-').next().unwrap_or_default();
        let known = ARCHITECTURES.iter().find(|(theirs, _)| *theirs == machine)?;
        text.starts_with("enabled").then(|| known.1.to_owned())
    });
    names.collect()
}

fn described(folder: &Path) -> BTreeSet<String> {
    let is_description = |name: &str| [".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end));
    let mut names = BTreeSet::new();
    for (_, text) in files(folder).into_iter().filter(|(name, _)| is_description(name)) {
        let Some(said) = compose::from_yaml::<Specification>(&text) else {
            continue;
        };
        let devices = said.devices.iter();
        names.extend(devices.map(|device| format!("{}={}", said.kind, device.name)));
    }
    names
}

/// The names and texts of the files of a folder, as far as they can be read. One that is not there has none.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let read = |entry: fs::DirEntry| {
        let mut text = String::new();
        let file = fs::File::open(entry.path()).ok()?;
        file.take(LARGEST).read_to_string(&mut text).ok()?;
        Some((entry.file_name().into_string().ok()?, text))
    };
    entries.filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_runs_where_it_is_at_home_or_emulated() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("qemu-aarch64", "enabled\ninterpreter /usr/bin/qemu-aarch64-static\n"),
            ("qemu-s390x", "disabled\n"),
            ("status", "enabled\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let here = Here {
            platform: "linux/amd64".to_owned(),
            emulated: emulated(folder.path()),
            ..Here::default()
        };
        for (platform, fit) in [
            ("linux/amd64", Fit::Native),
            ("linux/amd64/v2", Fit::Native),
            ("linux/386", Fit::Native),
            ("linux/arm64/v8", Fit::Emulated),
            ("linux/s390x", Fit::Not),
            ("windows/amd64", Fit::Not),
        ] {
            assert_eq!(here.fit(platform), fit, "{platform}");
        }
        assert!(same_platform("linux/arm/v7", "linux/arm") && !same_platform("linux/arm", "linux/arm64"));
    }

    #[test]
    fn devices_are_known_by_the_names_that_specifications_give_them() {
        let folder = tempfile::tempdir().unwrap();
        let yaml = "cdiVersion: 0.5.0\ncontainerEdits: {env: [A=1]}\ndevices:\n- containerEdits:\n    deviceNodes:\n    - \
                    path: /dev/nvidia0\n  name: \"0\"\n- name: all\nkind: nvidia.com/gpu\n";
        for (name, text) in [
            ("nvidia.yaml", yaml),
            ("lamp.json", r#"{"kind":"example.org/lamp","devices":[{"name":"one"}]}"#),
            ("broken.json", "{"),
            ("notes.txt", "kind: a/b"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let names: Vec<String> = described(folder.path()).into_iter().collect();
        assert_eq!(
            names,
            ["example.org/lamp=one", "nvidia.com/gpu=0", "nvidia.com/gpu=all"]
        );
        assert!(described(Path::new("/nowhere")).is_empty());
        assert!(is_device_name("nvidia.com/gpu=0") && !is_device_name("/dev/x=y") && !is_device_name("a/b"));
    }
}

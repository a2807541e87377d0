//! The form of a quick deploy: what is filled in, and the request that it means. Pure.

use std::collections::BTreeMap;

use api::name::StackName;
use api::source::{QuickDeploy, QuickLimits};

/// A line of one of the form's lists, as texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The port of the machine, the name of the variable, or what is mounted.
    pub left: String,
    /// The port in the container, the value, or where it is mounted.
    pub right: String,
    /// Whether a volume can only be read.
    pub fixed: bool,
}

/// What is filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The name of the stack.
    pub name: String,
    /// The image.
    pub image: String,
    /// The ports.
    pub ports: Vec<Line>,
    /// The volumes.
    pub volumes: Vec<Line>,
    /// The variables.
    pub variables: Vec<Line>,
    /// Memory, such as `512m`.
    pub memory: String,
    /// Processors, such as `1.5`.
    pub processors: String,
    /// When it is started again.
    pub restart: String,
}

impl Draft {
    /// The request that it means; absent while it names no image. Lines that say nothing yet are left out.
    #[must_use]
    pub fn request(&self) -> Option<QuickDeploy> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let name = StackName::parse(self.name.trim())
            .or_else(|_| StackName::parse("app"))
            .ok()?;
        let port = |line: &Line| {
            let (left, right) = (some(&line.left), some(&line.right)?);
            Some(left.map_or_else(|| right.clone(), |left| format!("{left}:{right}")))
        };
        let volume = |line: &Line| {
            let (left, right) = (some(&line.left)?, some(&line.right)?);
            let end = if line.fixed { ":ro" } else { "" };
            Some(format!("{left}:{right}{end}"))
        };
        let variable = |line: &Line| Some((some(&line.left)?, line.right.clone()));
        Some(QuickDeploy {
            name,
            image: some(&self.image)?,
            command: vec![],
            ports: self.ports.iter().filter_map(port).collect(),
            volumes: self.volumes.iter().filter_map(volume).collect(),
            variables: self.variables.iter().filter_map(variable).collect::<BTreeMap<_, _>>(),
            limits: QuickLimits {
                memory: some(&self.memory),
                cpus: self.processors.trim().replace(',', ".").parse().ok(),
                pids: None,
            },
            restart: some(&self.restart).filter(|word| word != "no"),
            consents: vec![],
        })
    }
}

/// A name for a stack of this image: `ghcr.io/owner/my.app:1.2` is `my-app`.
#[must_use]
pub fn name_of(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or_default();
    let bare = last.split([':', '@']).next().unwrap_or_default().to_lowercase();
    let plain: String = bare
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    plain.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Draft, Line, name_of};

    fn line(left: &str, right: &str) -> Line {
        Line {
            left: left.to_owned(),
            right: right.to_owned(),
            fixed: false,
        }
    }

    #[test]
    fn a_form_means_what_stands_in_it_and_nothing_for_what_is_empty() {
        let draft = Draft {
            name: "web".to_owned(),
            image: " nginx ".to_owned(),
            ports: vec![line("8080", "80"), line("", "443"), line("", "")],
            volumes: vec![line("data", "/data"), line("data", "")],
            variables: vec![line("EMPTY", ""), line("", "x")],
            processors: "1,5".to_owned(),
            restart: "no".to_owned(),
            ..Draft::default()
        };
        let request = draft.request().unwrap();
        assert_eq!(
            (request.image.as_str(), request.ports),
            ("nginx", vec!["8080:80".to_owned(), "443".to_owned()])
        );
        assert_eq!(request.volumes, ["data:/data"]);
        assert_eq!(request.variables.len(), 1);
        assert_eq!((request.limits.cpus, request.restart), (Some(1.5), None));
        assert_eq!(Draft::default().request(), None);
    }

    #[test]
    fn a_stack_is_called_like_its_image() {
        assert_eq!(name_of("ghcr.io/owner/My.App:1.2"), "my-app");
        assert_eq!(name_of("redis@sha256:abc"), "redis");
        assert_eq!(name_of(""), "");
    }
}

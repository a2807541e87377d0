//! The fields of a service's settings: read from its compose file as it is written, and turned into edits of it. Pure.
//!
//! Variables stay as they are written (`${TAG}`), and what the form has no field for is not touched.

use api::compose::{Edit, Step};
use serde_json::Value;

/// An item of a list, such as a port or a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its place in the file; absent for a new one.
    pub at: Option<usize>,
    /// As it is written, or what it comes to where it is written in the long form.
    pub text: String,
    /// How it is written.
    pub form: Form,
}

/// How an item of a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `left:right`.
    #[default]
    Short,
    /// As keys, of which this one and `target` are what stands on either side of the colon.
    Long(&'static str),
    /// As keys of which nothing can be changed here.
    Fixed,
}

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the file; absent for a new one.
    pub was: Option<String>,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The fields, as they are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The image.
    pub image: String,
    /// When it is started again; empty for never.
    pub restart: String,
    /// The ports.
    pub ports: Vec<Item>,
    /// The volumes.
    pub volumes: Vec<Item>,
    /// The variables.
    pub variables: Vec<Variable>,
    /// Memory, such as `512m`; empty for no limit.
    pub memory: String,
    /// Processors, such as `1.5`; empty for no limit.
    pub processors: String,
    /// Whether its stack comes up when the machine does.
    pub auto_start: bool,
}

fn key(text: &str) -> Step {
    Step::Key(text.to_owned())
}

/// A volume's line with this folder of the machine in the place of what it had.
#[must_use]
pub fn from_folder(line: &str, folder: &str) -> String {
    let rest = line.split_once(':').map_or("", |(_, rest)| rest);
    format!("{folder}:{rest}")
}

/// The way to a service.
#[must_use]
pub fn way(service: &str) -> Vec<Step> {
    vec![key("services"), key(service)]
}

/// The way to whether the stack comes up when the machine does.
#[must_use]
pub fn auto_start_way() -> Vec<Step> {
    vec![key("x-stardeck"), key("auto_start")]
}

/// A scalar as a person would type it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The items of a list, where `left` is what the long form calls what stands before the colon.
fn items(values: Option<&Value>, left: &'static str) -> Vec<Item> {
    let item = |(at, value): (usize, &Value)| match value {
        Value::Object(long) => {
            let field = |name: &str| long.get(name).map(text).filter(|it| !it.is_empty());
            let target = field("target").unwrap_or_default();
            // What has no such side has a kind: `tmpfs:/run`.
            let (before, form) = match (field(left), field("type")) {
                (None, Some(kind)) if left == "source" => (Some(kind), Form::Fixed),
                (before, _) => (before, Form::Long(left)),
            };
            Item {
                at: Some(at),
                text: before.map_or(target.clone(), |before| format!("{before}:{target}")),
                form,
            }
        }
        short => Item {
            at: Some(at),
            text: text(short),
            form: Form::Short,
        },
    };
    let all = values.and_then(Value::as_array).into_iter().flatten();
    all.enumerate().map(item).collect()
}

fn variables(values: Option<&Value>) -> Vec<Variable> {
    let pair = |name: &str, value: String| Variable {
        was: Some(name.to_owned()),
        name: name.to_owned(),
        value,
    };
    match values {
        Some(Value::Object(map)) => map.iter().map(|(name, value)| pair(name, text(value))).collect(),
        Some(Value::Array(lines)) => {
            let line = |line: &Value| {
                let line = text(line);
                let (name, value) = line.split_once('=').unwrap_or((line.as_str(), ""));
                pair(name, value.to_owned())
            };
            lines.iter().map(line).collect()
        }
        _ => vec![],
    }
}

/// Where a limit stands: in `deploy.resources.limits` where the file has it there, else at the service.
fn limit(service: &Value, deployed: &str, plain: &str) -> (Vec<Step>, String) {
    let limits = "/deploy/resources/limits";
    match service.pointer(&format!("{limits}/{deployed}")) {
        Some(value) => {
            let path = ["deploy", "resources", "limits", deployed];
            (path.map(key).into(), text(value))
        }
        None => (vec![key(plain)], service.get(plain).map(text).unwrap_or_default()),
    }
}

impl Draft {
    /// The fields of a service as the file has it.
    #[must_use]
    pub fn of(service: &Value, auto_start: Option<&Value>) -> Self {
        let field = |name: &str| service.get(name).map(text).unwrap_or_default();
        Self {
            image: field("image"),
            restart: Some(field("restart")).filter(|word| word != "no").unwrap_or_default(),
            ports: items(service.get("ports"), "published"),
            volumes: items(service.get("volumes"), "source"),
            variables: variables(service.get("environment")),
            memory: limit(service, "memory", "mem_limit").1,
            processors: limit(service, "cpus", "cpus").1,
            auto_start: auto_start != Some(&Value::Bool(false)),
        }
    }

    /// The edits that make of what the file has what is filled in here. Lines that say nothing yet are left out.
    #[must_use]
    pub fn edits(&self, name: &str, service: &Value, auto_start: Option<&Value>) -> Vec<Edit> {
        let before = Self::of(service, auto_start);
        let mut edits = Edits {
            way: way(name),
            all: vec![],
        };
        edits.scalar(&[key("image")], &before.image, &self.image);
        edits.scalar(&[key("restart")], &before.restart, &self.restart);
        edits.list("ports", &before.ports, &self.ports);
        edits.list("volumes", &before.volumes, &self.volumes);
        edits.variables(&before.variables, &self.variables);
        let (path, memory) = limit(service, "memory", "mem_limit");
        edits.scalar(&path, &memory, &self.memory);
        let (path, processors) = limit(service, "cpus", "cpus");
        edits.scalar(&path, &processors, &self.processors.replace(',', "."));
        if self.auto_start != before.auto_start {
            let (path, value) = (auto_start_way(), Value::Bool(self.auto_start));
            edits.all.push(Edit::Set { path, value });
        }
        edits.all
    }
}

struct Edits {
    way: Vec<Step>,
    all: Vec<Edit>,
}

impl Edits {
    fn path(&self, more: &[Step]) -> Vec<Step> {
        [self.way.as_slice(), more].concat()
    }

    fn scalar(&mut self, at: &[Step], before: &str, after: &str) {
        let (path, after) = (self.path(at), after.trim());
        if after.is_empty() && !before.is_empty() {
            self.all.push(Edit::Remove { path });
        } else if after != before {
            let value = after.into();
            self.all.push(Edit::Set { path, value });
        }
    }

    fn list(&mut self, name: &str, before: &[Item], after: &[Item]) {
        let new = || after.iter().filter(|it| it.at.is_none() && !it.text.trim().is_empty());
        let kept = |at: Option<usize>| after.iter().find(|it| it.at == at && !it.text.trim().is_empty());
        let gone = |item: &&Item| kept(item.at).is_none();
        for item in before {
            if let (Some(now), Some(at)) = (kept(item.at), item.at)
                && now.text.trim() != item.text
            {
                self.item(&[key(name), Step::Index(at)], item, now.text.trim());
            }
        }
        for item in new() {
            let path = self.path(&[key(name)]);
            let value = item.text.trim().into();
            self.all.push(Edit::Append { path, value });
        }
        // From the end, so that the places of those that are still to go stay what they are.
        if !before.is_empty() && before.iter().all(|item| gone(&item)) && new().next().is_none() {
            let path = self.path(&[key(name)]);
            return self.all.push(Edit::Remove { path });
        }
        for at in before.iter().filter(gone).filter_map(|item| item.at).rev() {
            let path = self.path(&[key(name), Step::Index(at)]);
            self.all.push(Edit::Remove { path });
        }
    }

    /// Makes of an item that is there what `text` says, in the form in which it is written.
    fn item(&mut self, at: &[Step], before: &Item, text: &str) {
        let Form::Long(left) = before.form else {
            let (path, value) = (self.path(at), text.into());
            return self.all.push(Edit::Set { path, value });
        };
        let sides = |text: &str| match text.rsplit_once(':') {
            Some((left, target)) => (left.to_owned(), target.to_owned()),
            None => (String::new(), text.to_owned()),
        };
        let (was, now) = (sides(&before.text), sides(text));
        for (name, was, now) in [(left, was.0, now.0), ("target", was.1, now.1)] {
            let path = self.path(&[at, &[key(name)]].concat());
            if now.is_empty() && !was.is_empty() {
                self.all.push(Edit::Remove { path });
            } else if now != was {
                // A port is a number; a volume that is called one is a name.
                let number = now.parse::<u16>().ok().filter(|_| left == "published");
                let value = number.map_or(now.into(), Value::from);
                self.all.push(Edit::Set { path, value });
            }
        }
    }

    fn variables(&mut self, before: &[Variable], after: &[Variable]) {
        let named = || after.iter().filter(|it| !it.name.trim().is_empty());
        if !before.is_empty() && named().next().is_none() {
            let path = self.path(&[key("environment")]);
            return self.all.push(Edit::Remove { path });
        }
        for now in named() {
            let name = now.name.trim();
            if before.iter().any(|old| old.name == name && old.value == now.value) {
                continue;
            }
            let path = self.path(&[key("environment"), key(name)]);
            let value = now.value.as_str().into();
            self.all.push(Edit::Set { path, value });
        }
        for old in before
            .iter()
            .filter(|old| named().all(|now| now.name.trim() != old.name))
        {
            let path = self.path(&[key("environment"), key(&old.name)]);
            self.all.push(Edit::Remove { path });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "services:\n  web:\n    image: nginx:${TAG}  # ours\n    restart: \"no\"\n    ports:\n      - \
                        \"8080:80\"\n      - {target: 443, published: 8443}\n    volumes: [\"data:/data\"]\n    \
                        environment:\n      - A=1\n      - B\n    deploy: {resources: {limits: {memory: 64M}}}\n";

    fn service() -> Value {
        compose::edit::read(FILE, &way("web")).unwrap().unwrap()
    }

    /// The file after a change of the form.
    fn after(change: impl Fn(&mut Draft)) -> String {
        let mut draft = Draft::of(&service(), None);
        change(&mut draft);
        compose::edit::apply(FILE, &draft.edits("web", &service(), None)).unwrap()
    }

    #[test]
    fn what_nobody_changes_is_no_edit() {
        let draft = Draft::of(&service(), None);
        assert_eq!((draft.image.as_str(), draft.memory.as_str()), ("nginx:${TAG}", "64M"));
        assert_eq!((draft.restart.as_str(), draft.auto_start), ("", true));
        assert_eq!(draft.ports[1].text, "8443:443");
        assert_eq!(draft.ports[1].form, Form::Long("published"));
        assert_eq!(draft.edits("web", &service(), None), []);
    }

    #[test]
    fn a_field_that_is_changed_is_changed_where_the_file_has_it_and_every_other_byte_stays() {
        let text = after(|draft| {
            draft.image = "nginx:1.27".to_owned();
            draft.memory = "128M".to_owned();
            draft.variables[0].value = "2".to_owned();
        });
        let wanted = FILE
            .replace("${TAG}", "1.27")
            .replace("64M", "128M")
            .replace("A=1", "A=2");
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_folder_takes_the_place_of_what_a_volume_had() {
        assert_eq!(from_folder("", "/srv/photos"), "/srv/photos:");
        assert_eq!(from_folder("data:/data:ro", "/srv/photos"), "/srv/photos:/data:ro");
    }

    #[test]
    fn a_volume_that_is_called_a_number_keeps_a_name() {
        let file = "services:\n  web:\n    volumes:\n      - {type: volume, source: old, target: /a}\n";
        let service = compose::edit::read(file, &way("web")).unwrap().unwrap();
        let mut draft = Draft::of(&service, None);
        draft.volumes[0].text = "2024:/a".to_owned();
        let text = compose::edit::apply(file, &draft.edits("web", &service, None)).unwrap();
        assert_eq!(text, file.replace("old", "\"2024\""));
    }

    #[test]
    fn lines_are_added_changed_and_taken_away() {
        let text = after(|draft| {
            draft.ports.remove(0);
            draft.volumes[0].text = "data:/srv".to_owned();
            draft.volumes.push(Item {
                text: "more:/more".to_owned(),
                ..Item::default()
            });
            draft.volumes.push(Item::default());
            draft.variables.remove(1);
            draft.variables.push(Variable {
                name: "C".to_owned(),
                value: "x=y".to_owned(),
                was: None,
            });
        });
        let now = compose::edit::read(&text, &way("web")).unwrap().unwrap();
        assert_eq!(now["ports"], serde_json::json!([{"target": 443, "published": 8443}]));
        assert_eq!(now["volumes"], serde_json::json!(["data:/srv", "more:/more"]));
        assert_eq!(now["environment"], serde_json::json!(["A=1", "C=x=y"]));
    }

    #[test]
    fn a_line_of_the_long_form_stays_one() {
        let file = "services:\n  web:\n    ports:\n      - target: 80 # inside\n        published: 8080\n        mode: host\n    \
                    volumes:\n      - {type: bind, source: ./www, target: /www, read_only: true}\n      \
                    - {type: tmpfs, target: /run}\n";
        let service = compose::edit::read(file, &way("web")).unwrap().unwrap();
        let mut draft = Draft::of(&service, None);
        let shown = |items: &[Item]| items.iter().map(|it| it.text.clone()).collect::<Vec<_>>();
        assert_eq!(shown(&draft.ports), ["8080:80"]);
        assert_eq!(shown(&draft.volumes), ["./www:/www", "tmpfs:/run"]);
        assert_eq!(draft.volumes[1].form, Form::Fixed);
        draft.ports[0].text = "9090:80".to_owned();
        draft.volumes[0].text = "./site:/srv".to_owned();
        let after = |draft: &Draft| compose::edit::apply(file, &draft.edits("web", &service, None)).unwrap();
        let wanted = file
            .replace("8080", "9090")
            .replace("./www, target: /www", "./site, target: /srv");
        assert_eq!(after(&draft), wanted);
        draft.ports[0].text = "80".to_owned();
        assert_eq!(after(&draft), wanted.replace("        published: 9090\n", ""));
    }

    #[test]
    fn what_is_emptied_goes_with_its_key() {
        let text = after(|draft| {
            draft.volumes.clear();
            draft.variables.clear();
            draft.ports.clear();
            draft.memory.clear();
        });
        let now = compose::edit::read(&text, &way("web")).unwrap().unwrap();
        for gone in ["volumes", "environment", "ports"] {
            assert_eq!(now.get(gone), None, "{gone}");
        }
        assert!(!text.contains("64M"), "{text}");
    }

    #[test]
    fn whether_it_comes_up_with_the_machine_is_said_for_the_stack() {
        let text = after(|draft| draft.auto_start = false);
        let value = compose::edit::read(&text, &auto_start_way()).unwrap();
        assert_eq!(value, Some(Value::Bool(false)));
        let draft = Draft::of(&service(), value.as_ref());
        assert!(!draft.auto_start);
    }
}

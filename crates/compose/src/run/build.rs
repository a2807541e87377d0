//! A service as it grows, option by option.

use super::Say;
use super::words::Word;
use crate::output::Plain;
use crate::report::Code;

/// What an option says of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A key with a text.
    Text(&'static str),
    /// A key with a number.
    Number(&'static str),
    /// A key with a duration, given in seconds.
    Seconds(&'static str),
    /// One more item of a list.
    List(&'static str),
    /// One more `NAME=VALUE` of a mapping.
    Map(&'static str),
    /// A key that is true.
    Switch(&'static str),
    /// The name of the service, and of the stack.
    Name,
    Entrypoint,
    EnvFile,
    Network,
    /// A key that belongs to the network.
    OnNetwork(&'static str),
    Volume,
    Mount,
    VolumesFrom,
    Gpus,
    Ulimit,
    HealthCommand,
    /// A key of the health check.
    Health(&'static str),
    HealthRetries,
    NoHealthCheck,
    LogDriver,
    LogOption,
    /// A switch that says what is so anyway.
    Implied,
    /// A switch that has no place in a compose file, and why.
    Idle(&'static str),
    /// An option with a value that has no place in a compose file, and why.
    Lost(&'static str),
}

impl Kind {
    /// Whether nothing but `=VALUE` gives it a value.
    pub(super) fn is_switch(self) -> bool {
        matches!(
            self,
            Self::Switch(_) | Self::NoHealthCheck | Self::Implied | Self::Idle(_)
        )
    }
}

/// What is known of the service.
#[derive(Default)]
pub(super) struct Build {
    pub(super) name: String,
    pub(super) keys: Vec<(String, Plain)>,
    network: Option<String>,
    on_network: Vec<(String, Plain)>,
    volumes: Vec<String>,
}

impl Build {
    /// Takes an option in.
    pub(super) fn take(&mut self, kind: Kind, value: &str, word: &Word, say: &mut Say) {
        let text = Plain::Text(value.to_owned());
        match kind {
            Kind::Text("pull_policy") if value == "newer" => self.set("pull_policy", Plain::Text("always".to_owned())),
            Kind::Text(key) => self.set(key, text),
            Kind::Number(key) => match number(value) {
                Some(number) => self.set(key, number),
                None => say.bad(word, &format!("`{value}` is not a number.")),
            },
            Kind::Seconds(key) => match value.parse::<u32>() {
                Ok(seconds) => self.set(key, Plain::Text(format!("{seconds}s"))),
                Err(_) => say.bad(word, &format!("`{value}` is not a number of seconds.")),
            },
            Kind::List(key) => push(list(&mut self.keys, key), text),
            Kind::Map(key) => match value.split_once('=') {
                Some((name, value)) => put(map(&mut self.keys, key), name, Plain::Text(value.to_owned())),
                None if key == "environment" => put(map(&mut self.keys, key), value, Plain::Null),
                None => put(map(&mut self.keys, key), value, Plain::Text(String::new())),
            },
            Kind::Switch(key) => match value {
                "true" | "1" => self.set(key, Plain::Bool(true)),
                "false" | "0" => self.set(key, Plain::Bool(false)),
                _ => say.bad(word, &format!("`{value}` is neither true nor false.")),
            },
            Kind::Name => value.clone_into(&mut self.name),
            Kind::Entrypoint => self.set("entrypoint", Plain::List(vec![text])),
            Kind::EnvFile => {
                let message = format!("The file {value} has to lie in the folder of the stack.");
                say.warn(Code::Surprising, &message, word);
                push(list(&mut self.keys, "env_file"), text);
            }
            Kind::Network => self.network(value, word, say),
            Kind::OnNetwork("aliases") => push(list(&mut self.on_network, "aliases"), text),
            Kind::OnNetwork(key) => put(&mut self.on_network, key, text),
            Kind::Volume => {
                self.mounts(value);
                push(list(&mut self.keys, "volumes"), text);
            }
            Kind::Mount => self.mount(value, word, say),
            Kind::VolumesFrom => push(
                list(&mut self.keys, "volumes_from"),
                Plain::Text(format!("container:{value}")),
            ),
            Kind::Gpus => self.gpus(value, word, say),
            Kind::Ulimit => self.ulimit(value, word, say),
            Kind::HealthCommand => {
                let test = [Plain::Text("CMD-SHELL".to_owned()), text];
                put(map(&mut self.keys, "healthcheck"), "test", Plain::List(test.into()));
            }
            Kind::Health(key) => put(map(&mut self.keys, "healthcheck"), key, text),
            Kind::HealthRetries => match number(value) {
                Some(number) => put(map(&mut self.keys, "healthcheck"), "retries", number),
                None => say.bad(word, &format!("`{value}` is not a number.")),
            },
            Kind::NoHealthCheck => put(map(&mut self.keys, "healthcheck"), "disable", Plain::Bool(true)),
            Kind::LogDriver => put(map(&mut self.keys, "logging"), "driver", text),
            Kind::LogOption => {
                let (name, value) = value.split_once('=').unwrap_or((value, ""));
                let options = map(map(&mut self.keys, "logging"), "options");
                put(options, name, Plain::Text(value.to_owned()));
            }
            Kind::Implied => {}
            Kind::Idle(why) | Kind::Lost(why) => {
                let message = format!("`{}` is left out: {why}.", word.text);
                say.note(Code::NotSupported, &message, word);
            }
        }
    }

    /// The whole file.
    pub(super) fn finish(mut self) -> Plain {
        let mut file = Vec::new();
        let mut networks = Vec::new();
        if let Some(network) = &self.network {
            let below = std::mem::take(&mut self.on_network);
            let joined = if below.is_empty() {
                Plain::List(vec![Plain::Text(network.clone())])
            } else {
                Plain::Map(vec![(network.clone(), Plain::Map(below))])
            };
            let external = Plain::Map(vec![("external".to_owned(), Plain::Bool(true))]);
            networks.push((network.clone(), external));
            self.set("networks", joined);
        } else if !self.on_network.is_empty() {
            let below = std::mem::take(&mut self.on_network);
            self.set("networks", Plain::Map(vec![("default".to_owned(), Plain::Map(below))]));
        }
        file.push((
            "services".to_owned(),
            Plain::Map(vec![(self.name, Plain::Map(self.keys))]),
        ));
        if !networks.is_empty() {
            file.push(("networks".to_owned(), Plain::Map(networks)));
        }
        if !self.volumes.is_empty() {
            let volumes = self.volumes.into_iter().map(|name| (name, Plain::Map(Vec::new())));
            file.push(("volumes".to_owned(), Plain::Map(volumes.collect())));
        }
        Plain::Map(file)
    }

    pub(super) fn set(&mut self, key: &str, value: Plain) {
        put(&mut self.keys, key, value);
    }

    fn network(&mut self, value: &str, word: &Word, say: &mut Say) {
        let mode = matches!(value, "host" | "none" | "private" | "pasta" | "slirp4netns");
        match value {
            "bridge" | "default" | "podman" => {}
            _ if mode || value.contains(':') => self.set("network_mode", Plain::Text(value.to_owned())),
            _ if self.network.is_some() => {
                let message = format!("The network {value} is left out: add it to `networks` beside the first.");
                say.error(Code::NotSupported, &message, word.start, word.end);
            }
            _ => {
                let message = format!("The network {value} has to be there already, as for the command.");
                say.note(Code::Surprising, &message, word);
                self.network = Some(value.to_owned());
            }
        }
    }

    /// Declares the volume that a mount in its short form names.
    pub(super) fn mounts(&mut self, mount: &str) {
        if let Some((source, _)) = mount.split_once(':') {
            self.named(source);
        }
    }

    /// Declares what is a volume by its name, and not a path.
    fn named(&mut self, source: &str) {
        let is_path = source.is_empty() || source.starts_with(['/', '.', '~', '$']);
        if !is_path && !self.volumes.iter().any(|known| known == source) {
            self.volumes.push(source.to_owned());
        }
    }

    fn mount(&mut self, value: &str, word: &Word, say: &mut Say) {
        let mut long = vec![("type".to_owned(), Plain::Text("volume".to_owned()))];
        for part in value.split(',') {
            let (name, value) = part.split_once('=').unwrap_or((part, "true"));
            let text = Plain::Text(value.to_owned());
            match name {
                "type" => put(&mut long, "type", text),
                "source" | "src" => put(&mut long, "source", text),
                "target" | "destination" | "dst" => put(&mut long, "target", text),
                "readonly" | "ro" => put(&mut long, "read_only", Plain::Bool(value == "true" || value == "1")),
                "bind-propagation" => put(map(&mut long, "bind"), "propagation", text),
                "volume-nocopy" => put(map(&mut long, "volume"), "nocopy", Plain::Bool(value == "true")),
                "volume-subpath" => put(map(&mut long, "volume"), "subpath", text),
                "tmpfs-size" => put(map(&mut long, "tmpfs"), "size", text),
                _ => say.bad(word, &format!("`{name}` is not understood in a mount.")),
            }
        }
        let of = |name: &str| long.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        if let (Some(Plain::Text(kind)), Some(Plain::Text(source))) = (of("type"), of("source"))
            && kind == "volume"
        {
            self.named(&source);
        }
        push(list(&mut self.keys, "volumes"), Plain::Map(long));
    }

    fn gpus(&mut self, value: &str, word: &Word, say: &mut Say) {
        let value = value.trim_matches('"');
        let wish = match value.split_once('=') {
            None if value == "all" => {
                self.set("gpus", Plain::Text("all".to_owned()));
                return;
            }
            None => value.parse().ok().map(|count| ("count".to_owned(), Plain::Uint(count))),
            Some(("device", ids)) => {
                let ids = ids.split(',').map(|id| Plain::Text(id.to_owned()));
                Some(("device_ids".to_owned(), Plain::List(ids.collect())))
            }
            Some(("count", count)) => count.parse().ok().map(|count| ("count".to_owned(), Plain::Uint(count))),
            Some(_) => None,
        };
        match wish {
            Some(wish) => self.set("gpus", Plain::List(vec![Plain::Map(vec![wish])])),
            None => say.bad(word, &format!("`{value}` does not say which GPUs.")),
        }
    }

    fn ulimit(&mut self, value: &str, word: &Word, say: &mut Say) {
        let known = value.split_once('=').and_then(|(name, limit)| {
            let (soft, hard) = limit.split_once(':').unwrap_or((limit, limit));
            Some((name, number(soft)?, number(hard)?))
        });
        match known {
            Some((name, soft, hard)) => {
                let both = vec![("soft".to_owned(), soft), ("hard".to_owned(), hard)];
                put(map(&mut self.keys, "ulimits"), name, Plain::Map(both));
            }
            None => say.bad(word, &format!("`{value}` is not NAME=SOFT:HARD.")),
        }
    }
}

fn number(text: &str) -> Option<Plain> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(Plain::Int(number));
    }
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some(Plain::Float(number))
}

/// Gives a key a value, in the place of the one that it has.
fn put(entries: &mut Vec<(String, Plain)>, key: &str, value: Plain) {
    *entry(entries, key, Plain::Null) = value;
}

fn push(list: &mut Vec<Plain>, item: Plain) {
    // Twice the same is once.
    if !list.contains(&item) {
        list.push(item);
    }
}

fn list<'a>(entries: &'a mut Vec<(String, Plain)>, key: &str) -> &'a mut Vec<Plain> {
    let value = entry(entries, key, Plain::List(Vec::new()));
    if !matches!(value, Plain::List(_)) {
        *value = Plain::List(Vec::new());
    }
    match value {
        Plain::List(items) => items,
        _ => unreachable!("it was made a list"),
    }
}

fn map<'a>(entries: &'a mut Vec<(String, Plain)>, key: &str) -> &'a mut Vec<(String, Plain)> {
    let value = entry(entries, key, Plain::Map(Vec::new()));
    if !matches!(value, Plain::Map(_)) {
        *value = Plain::Map(Vec::new());
    }
    match value {
        Plain::Map(below) => below,
        _ => unreachable!("it was made a mapping"),
    }
}

fn entry<'a>(entries: &'a mut Vec<(String, Plain)>, key: &str, absent: Plain) -> &'a mut Plain {
    let place = entries.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
        entries.push((key.to_owned(), absent));
        entries.len() - 1
    });
    &mut entries[place].1
}

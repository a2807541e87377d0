//! Relative paths become absolute.

use crate::files::Files;
use crate::text::path;
use crate::tree::{Map, Node, Value};

use super::canonical::{each_item, each_map};

/// From where paths are seen.
pub(crate) struct Base<'a> {
    pub(crate) directory: &'a str,
    /// What `~` stands for.
    pub(crate) home: Option<&'a str>,
    pub(crate) files: &'a dyn Files,
}

/// How a path is seen.
#[derive(Clone, Copy)]
enum Resolve {
    File,
    /// It may also be one of Windows.
    Mount,
    /// It may also be an address or a service.
    Context,
    /// Symbolic links are followed.
    Watched,
}

/// Resolves every path of a model in its long form.
pub(crate) fn resolve(model: &mut Map, base: &Base<'_>) {
    each_map(model.get_mut("services"), |_, service| base.service(service));
    for kind in ["configs", "secrets"] {
        each_map(model.get_mut(kind), |_, resource| {
            base.replace(resource.get_mut("file"), Resolve::Mount);
        });
    }
    each_map(model.get_mut("volumes"), |_, volume| {
        let is = |node: Option<&Node>, want: &str| node.and_then(Node::as_str) == Some(want);
        if is(volume.get("driver"), "local")
            && let Some(options) = volume.get_mut("driver_opts").and_then(Node::as_map_mut)
            && is(options.get("o"), "bind")
        {
            base.replace(options.get_mut("device"), Resolve::Mount);
        }
    });
}

impl Base<'_> {
    fn service(&self, service: &mut Map) {
        if let Some(build) = service.get_mut("build").and_then(Node::as_map_mut) {
            self.replace(build.get_mut("context"), Resolve::Context);
            for (key, resolve) in [("additional_contexts", Resolve::Context), ("ssh", Resolve::Mount)] {
                for context in build
                    .get_mut(key)
                    .and_then(Node::as_map_mut)
                    .into_iter()
                    .flat_map(Map::values_mut)
                {
                    self.replace(Some(context), resolve);
                }
            }
        }
        each_item(service.get_mut("env_file"), |file| {
            self.replace(file.get_mut("path"), Resolve::File);
        });
        for file in service
            .get_mut("label_file")
            .and_then(Node::as_list_mut)
            .into_iter()
            .flatten()
        {
            self.replace(Some(file), Resolve::File);
        }
        if let Some(extends) = service.get_mut("extends") {
            self.replace(extends.get_mut("file"), Resolve::File);
        }
        if let Some(develop) = service.get_mut("develop") {
            each_item(develop.get_mut("watch"), |watch| {
                self.replace(watch.get_mut("path"), Resolve::Watched);
            });
        }
        each_item(service.get_mut("volumes"), |volume| {
            if volume.get("type").and_then(Node::as_str) == Some("bind") {
                self.replace(volume.get_mut("source"), Resolve::Mount);
            }
        });
    }

    fn replace(&self, node: Option<&mut Node>, resolve: Resolve) {
        if let Some(node) = node
            && let Some(text) = node.as_str()
        {
            let resolved = match resolve {
                Resolve::File => self.file(text),
                Resolve::Mount => self.mount(text),
                Resolve::Context => self.context(text),
                Resolve::Watched => self.files.real_path(&self.file(text)),
            };
            node.value = Value::Str(resolved);
        }
    }

    fn file(&self, text: &str) -> String {
        match self.expand_home(text) {
            empty if empty.is_empty() => empty,
            text => path::absolute(self.directory, &text),
        }
    }

    fn mount(&self, text: &str) -> String {
        let text = self.expand_home(text);
        if path::is_windows_absolute(&text) {
            text
        } else {
            path::absolute(self.directory, &text)
        }
    }

    fn context(&self, text: &str) -> String {
        let remote = [
            "https://",
            "http://",
            "git://",
            "ssh://",
            "github.com/",
            "git@",
            "service:",
        ];
        if text.contains("://") || remote.iter().any(|prefix| text.starts_with(prefix)) {
            return text.to_owned();
        }
        self.file(text)
    }

    fn expand_home(&self, text: &str) -> String {
        match (text.strip_prefix('~'), self.home) {
            (Some(rest), Some(home)) => path::join(home, rest),
            _ => text.to_owned(),
        }
    }
}

//! Writes a project as docker compose does.
//!
//! - [`plain`]: the project as a tree of plain values, without what is empty
//! - [`json`], [`yaml`]: the tree as text

mod json;
mod plain;
mod yaml;

use crate::model::Project;
use plain::Dialect;
pub(crate) use plain::Plain;

/// A tree of plain values as YAML.
pub(crate) fn yaml(plain: &Plain) -> String {
    yaml::write(plain)
}

/// A value as YAML in block style, its fields in their order; those that are empty are left out.
#[must_use]
pub fn to_yaml(value: &impl serde::Serialize) -> String {
    yaml(&plain::of(value, Dialect::Yaml))
}

impl Project {
    /// What `docker compose config --format json` prints. A dollar is written twice, so that what is printed can be
    /// loaded again.
    pub fn to_json(&self) -> String {
        json::write(&self.plain(Dialect::Json)).replace('$', "$$")
    }

    /// What `docker compose config` prints: YAML, with every `x-` key.
    pub fn to_yaml(&self) -> String {
        yaml::write(&self.plain(Dialect::Yaml)).replace('$', "$$")
    }

    fn plain(&self, dialect: Dialect) -> Plain {
        let mut shown = self.clone();
        shown.disabled_services.clear();
        // What a secret or config holds is not shown where only its source was written.
        shown.secrets.values_mut().for_each(|secret| secret.content.clear());
        let from_outside = shown
            .configs
            .values_mut()
            .filter(|config| !config.environment.is_empty());
        from_outside.for_each(|config| config.content.clear());
        let mut plain = plain::of(&shown, dialect);
        if let Plain::Map(entries) = &mut plain {
            match dialect {
                // docker compose forgets the models here.
                Dialect::Json => {
                    entries.retain(|(key, _)| key != "models");
                    entries.sort_by(|one, other| one.0.cmp(&other.0));
                }
                Dialect::Yaml => {
                    let order = [
                        "name", "services", "networks", "volumes", "secrets", "configs", "models",
                    ];
                    entries.sort_by_key(|(key, _)| order.iter().position(|name| name == key).unwrap_or(order.len()));
                }
            }
        }
        plain
    }
}

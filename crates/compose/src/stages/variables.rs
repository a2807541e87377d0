//! Replaces variables in every value, and makes texts into numbers and booleans where the model wants these.

use crate::limits::Budget;
use crate::report::{Code, Report};
use crate::text::template::{self, TemplateError};
use crate::tree::{Map, Node, Path, Value};

#[derive(Clone, Copy)]
enum Cast {
    Integer,
    Float,
    Boolean,
}

const CASTS: &[(&[&str], Cast)] = &[
    (&["services", "*", "cpu_count"], Cast::Integer),
    (&["services", "*", "cpu_percent"], Cast::Float),
    (&["services", "*", "cpu_period"], Cast::Integer),
    (&["services", "*", "cpu_quota"], Cast::Integer),
    (&["services", "*", "cpu_rt_period"], Cast::Integer),
    (&["services", "*", "cpu_rt_runtime"], Cast::Integer),
    (&["services", "*", "cpus"], Cast::Float),
    (&["services", "*", "cpu_shares"], Cast::Integer),
    (&["services", "*", "init"], Cast::Boolean),
    (&["services", "*", "deploy", "replicas"], Cast::Integer),
    (
        &["services", "*", "deploy", "update_config", "parallelism"],
        Cast::Integer,
    ),
    (
        &["services", "*", "deploy", "update_config", "max_failure_ratio"],
        Cast::Float,
    ),
    (
        &["services", "*", "deploy", "rollback_config", "parallelism"],
        Cast::Integer,
    ),
    (
        &["services", "*", "deploy", "rollback_config", "max_failure_ratio"],
        Cast::Float,
    ),
    (
        &["services", "*", "deploy", "restart_policy", "max_attempts"],
        Cast::Integer,
    ),
    (
        &["services", "*", "deploy", "placement", "max_replicas_per_node"],
        Cast::Integer,
    ),
    (&["services", "*", "healthcheck", "retries"], Cast::Integer),
    (&["services", "*", "healthcheck", "disable"], Cast::Boolean),
    (&["services", "*", "oom_kill_disable"], Cast::Boolean),
    (&["services", "*", "oom_score_adj"], Cast::Integer),
    (&["services", "*", "pids_limit"], Cast::Integer),
    (&["services", "*", "ports", "*", "target"], Cast::Integer),
    (&["services", "*", "privileged"], Cast::Boolean),
    (&["services", "*", "read_only"], Cast::Boolean),
    (&["services", "*", "scale"], Cast::Integer),
    (&["services", "*", "stdin_open"], Cast::Boolean),
    (&["services", "*", "tty"], Cast::Boolean),
    (&["services", "*", "ulimits", "*"], Cast::Integer),
    (&["services", "*", "ulimits", "*", "hard"], Cast::Integer),
    (&["services", "*", "ulimits", "*", "soft"], Cast::Integer),
    (&["services", "*", "volumes", "*", "read_only"], Cast::Boolean),
    (&["services", "*", "volumes", "*", "volume", "nocopy"], Cast::Boolean),
    (&["networks", "*", "external"], Cast::Boolean),
    (&["networks", "*", "internal"], Cast::Boolean),
    (&["networks", "*", "attachable"], Cast::Boolean),
    (&["networks", "*", "enable_ipv4"], Cast::Boolean),
    (&["networks", "*", "enable_ipv6"], Cast::Boolean),
    (&["volumes", "*", "external"], Cast::Boolean),
    (&["secrets", "*", "external"], Cast::Boolean),
    (&["configs", "*", "external"], Cast::Boolean),
];

/// Replaces the variables of a whole file.
pub(crate) fn interpolate(model: &mut Map, lookup: template::Lookup<'_>, budget: &Budget, report: &mut Report) {
    let mut stage = Stage { lookup, budget, report };
    for (key, node) in model.iter_mut() {
        stage.node(node, &Path::ROOT.key(key));
    }
}

struct Stage<'a> {
    lookup: template::Lookup<'a>,
    budget: &'a Budget,
    report: &'a mut Report,
}

impl Stage<'_> {
    fn node(&mut self, node: &mut Node, path: &Path<'_>) {
        match &mut node.value {
            Value::Str(text) => {
                if text.contains('$') {
                    let Some(replaced) = self.substitute(text, node.place, path) else {
                        // A value that cannot be told is left out rather than taken literally.
                        node.value = Value::Null;
                        return;
                    };
                    *text = replaced;
                }
                if let Some((_, cast)) = CASTS.iter().find(|(pattern, _)| path.matches(pattern)) {
                    self.cast(node, *cast, path);
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.node(item, &path.index(index));
                }
            }
            Value::Map(map) => {
                for (key, node) in map.iter_mut() {
                    let path = path.key(key);
                    if key.contains("${") {
                        let message =
                            format!("variables are not replaced in keys, so this key is `{key}` as it stands");
                        self.report.warning(Code::VariableInKey, node.key, message).at(&path);
                    }
                    self.node(node, &path);
                }
            }
            _ => {}
        }
    }

    fn substitute(&mut self, text: &str, place: crate::source::Place, path: &Path<'_>) -> Option<String> {
        match template::substitute(text, self.lookup, self.budget.text_left()) {
            Ok(substituted) => {
                for name in substituted.unset {
                    let message = format!("the variable `{name}` is not set, so it is empty here");
                    self.report
                        .warning(Code::UnsetVariable, place, message)
                        .at(path)
                        .hint(format!(
                            "set it in the stack's variables, or give it a default: `${{{name}:-…}}`"
                        ));
                }
                self.budget.text(substituted.text.len()).then_some(substituted.text)
            }
            Err(TemplateError::Required { name, reason }) => {
                let message = match reason.as_str() {
                    "" => format!("the variable `{name}` must be set"),
                    reason => format!("the variable `{name}` must be set: {reason}"),
                };
                self.report.error(Code::RequiredVariable, place, message).at(path);
                None
            }
            Err(TemplateError::TooLong) => {
                self.budget.exceed();
                None
            }
            Err(error @ (TemplateError::Invalid | TemplateError::TooDeep)) => {
                let message = match error {
                    TemplateError::TooDeep => "variables are nested too deep",
                    _ => "`${` must be followed by the name of a variable, and closed by `}` on the same line",
                };
                self.report
                    .error(Code::BadVariable, place, message)
                    .at(path)
                    .hint("write `$$` for a dollar that starts no variable");
                None
            }
        }
    }

    fn cast(&mut self, node: &mut Node, cast: Cast, path: &Path<'_>) {
        let Some(text) = node.as_str().map(str::to_owned) else {
            return;
        };
        let (value, wanted) = match cast {
            Cast::Integer => (integer(&text).map(Value::Int), "a whole number"),
            Cast::Float => (float(&text).map(Value::Float), "a number"),
            Cast::Boolean => (boolean(&text).map(Value::Bool), "`true` or `false`"),
        };
        match value {
            Some(value) => {
                if matches!(cast, Cast::Boolean)
                    && !text.eq_ignore_ascii_case("true")
                    && !text.eq_ignore_ascii_case("false")
                {
                    let better = if value == Value::Bool(true) { "true" } else { "false" };
                    self.report
                        .warning(Code::Surprising, node.place, format!("`{text}` is read as `{better}`"))
                        .at(path)
                        .fix(format!("write `{better}`"), node.place, better);
                }
                node.value = value;
            }
            None => {
                let message = format!("`{path}` must be {wanted}, and `{text}` is not");
                self.report.error(Code::BadValue, node.place, message).at(path);
                node.value = Value::Null;
            }
        }
    }
}

/// A whole number as docker compose reads it from a text.
pub(crate) fn integer(text: &str) -> Option<i128> {
    text.parse::<i64>().ok().map(i128::from)
}

/// A number as docker compose reads it from a text.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// A boolean as docker compose reads it from a text.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(true),
        "false" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

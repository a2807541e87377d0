//! In which order and in which groups containers are listed, and which of them are picked: pure.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use api::container::{Container, Health};
use serde::{Deserialize, Serialize};

use super::columns::Column;

/// How a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Order {
    /// By what.
    pub column: Column,
    /// Whether the other way round.
    pub back: bool,
    /// Whether by stack, each under a heading.
    pub grouped: bool,
}

/// What a container uses, coarsely enough that a list sorted by it does not dance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Its share of a processor of late, in per cent.
    pub cpu: u64,
    /// Its memory, in megabytes.
    pub memory: u64,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    /// What the lines below it have in common.
    Heading(Heading),
    /// A container, by its id.
    Container(String),
}

/// What the lines below have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heading {
    /// They are of this stack.
    Stack(String),
    /// They are ours, and of no stack.
    Loose,
    /// This Stardeck did not make them.
    Foreign,
}

impl Order {
    /// The same, after its heading was pressed: by that column, or the other way round.
    #[must_use]
    pub fn press(self, column: Column) -> Self {
        Self {
            column,
            back: self.column == column && !self.back,
            ..self
        }
    }

    /// The lines for these containers. What this Stardeck did not make stands apart, at the end.
    #[must_use]
    pub fn lines(self, mut containers: Vec<&Container>, used: impl Fn(&str) -> Used) -> Vec<Line> {
        let heading = |container: &Container| match &container.stack {
            _ if container.foreign => Heading::Foreign,
            Some(stack) if self.grouped => Heading::Stack(stack.clone()),
            _ => Heading::Loose,
        };
        containers.sort_by(|a, b| {
            let order = self.compare(a, b, &used);
            let order = if self.back { order.reverse() } else { order };
            heading(a).cmp(&heading(b)).then(order).then_with(|| a.id.cmp(&b.id))
        });
        let headings: BTreeSet<Heading> = containers.iter().map(|it| heading(it)).collect();
        let told = self.grouped || headings.len() > 1;
        let mut lines = vec![];
        let mut last = None;
        for container in containers {
            let heading = heading(container);
            // In a flat list, what is ours needs no heading.
            if told && last.as_ref() != Some(&heading) && (self.grouped || heading == Heading::Foreign) {
                lines.push(Line::Heading(heading.clone()));
            }
            last = Some(heading);
            lines.push(Line::Container(container.id.clone()));
        }
        lines
    }

    fn compare(self, a: &Container, b: &Container, used: impl Fn(&str) -> Used) -> Ordering {
        let by_name = || a.name.cmp(&b.name);
        match self.column {
            Column::Name => by_name(),
            Column::Health => {
                let rank = |it: &Container| match it.health.filter(|_| it.state.is_up()) {
                    Some(Health::Unhealthy) => 0,
                    Some(Health::Starting) => 1,
                    Some(Health::Healthy) => 2,
                    None => 3,
                };
                rank(a).cmp(&rank(b)).then_with(by_name)
            }
            Column::Uptime => {
                let up = |it: &Container| (!it.state.is_up(), it.started);
                up(a).cmp(&up(b)).then_with(by_name)
            }
            // Who uses most is looked for.
            Column::Cpu => used(&b.id).cpu.cmp(&used(&a.id).cpu).then_with(by_name),
            Column::Memory => used(&b.id).memory.cmp(&used(&a.id).memory).then_with(by_name),
            Column::Image => a.image.cmp(&b.image).then_with(by_name),
            Column::Status => {
                let rank = |it: &Container| (!it.state.is_up(), std::cmp::Reverse(it.started.or(it.finished)));
                rank(a).cmp(&rank(b)).then_with(by_name)
            }
            Column::Ports => {
                let first = |it: &Container| it.ports.iter().map(|port| port.host_port).min().unwrap_or(u16::MAX);
                first(a).cmp(&first(b)).then_with(by_name)
            }
            Column::Stack => {
                let stack = |it: &Container| (it.stack.is_none(), it.stack.clone());
                stack(a).cmp(&stack(b)).then_with(by_name)
            }
        }
    }
}

/// Which containers are picked, by id, and from where a range goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// Those that are.
    pub ids: BTreeSet<String>,
    from: Option<String>,
}

impl Picked {
    /// This one alone; none where it was alone already.
    pub fn only(&mut self, id: &str) {
        let again = self.ids.len() == 1 && self.ids.contains(id);
        *self = Self::default();
        if !again {
            self.toggle(id);
        }
    }

    /// This one too, or not any more.
    pub fn toggle(&mut self, id: &str) {
        if !self.ids.remove(id) {
            self.ids.insert(id.to_owned());
        }
        self.from = Some(id.to_owned());
    }

    /// All from the one that was picked last to this one.
    pub fn up_to(&mut self, id: &str, lines: &[Line]) {
        let at = |wanted: &str| {
            lines
                .iter()
                .position(|line| matches!(line, Line::Container(id) if id == wanted))
        };
        let from = self.from.as_deref().and_then(at);
        let (Some(from), Some(to)) = (from, at(id)) else {
            return self.toggle(id);
        };
        let range = &lines[from.min(to)..=from.max(to)];
        self.ids = range
            .iter()
            .filter_map(|line| match line {
                Line::Container(id) => Some(id.clone()),
                Line::Heading(_) => None,
            })
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use api::container::ContainerState;
    use api::time::Timestamp;

    use super::super::say::tests::container;
    use super::*;

    fn some() -> Vec<Container> {
        let of = |name: &str, stack: Option<&str>| Container {
            stack: stack.map(str::to_owned),
            ..container(name)
        };
        let mut stray = of("stray", Some("other"));
        stray.foreign = true;
        let mut idle = of("idle", None);
        idle.state = ContainerState::Exited;
        let mut web = of("web", Some("shop"));
        web.started = Some(Timestamp(9));
        vec![of("db", Some("shop")), stray, idle, web, of("a", Some("photos"))]
    }

    fn used(id: &str) -> Used {
        let cpu = if id == "id-web" { 40 } else { 1 };
        Used { cpu, memory: 0 }
    }

    fn said(order: Order) -> String {
        let some = some();
        let lines = order.lines(some.iter().collect(), used);
        let words = lines.iter().map(|line| match line {
            Line::Container(id) => id.trim_start_matches("id-").to_owned(),
            Line::Heading(Heading::Stack(name)) => format!("[{name}]"),
            Line::Heading(Heading::Loose) => "[loose]".to_owned(),
            Line::Heading(Heading::Foreign) => "[foreign]".to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stardeck_did_not_make_stands_apart() {
        assert_eq!(said(Order::default()), "a db idle web [foreign] stray");
    }

    #[test]
    fn a_grouped_list_has_a_heading_for_each_stack() {
        let grouped = Order {
            grouped: true,
            ..Order::default()
        };
        assert_eq!(said(grouped), "[photos] a [shop] db web [loose] idle [foreign] stray");
    }

    #[test]
    fn a_column_sorts_and_pressed_again_turns_around() {
        let status = Order::default().press(Column::Status);
        assert_eq!(said(status), "web a db idle [foreign] stray");
        assert_eq!(said(status.press(Column::Status)), "idle db a web [foreign] stray");
        assert_eq!(said(status.press(Column::Stack)), "a db web idle [foreign] stray");
        assert_eq!(said(status.press(Column::Cpu)), "web a db idle [foreign] stray");
        assert_eq!(said(status.press(Column::Memory)), "a db idle web [foreign] stray");
        assert_eq!(said(status.press(Column::Uptime)), "a db web idle [foreign] stray");
    }

    #[test]
    fn picking_is_as_in_any_list() {
        let some = some();
        let lines = Order::default().lines(some.iter().collect(), used);
        let mut picked = Picked::default();
        picked.only("id-db");
        picked.up_to("id-stray", &lines);
        assert_eq!(picked.ids.len(), 4, "headings are not picked");
        picked.toggle("id-idle");
        assert_eq!(picked.ids.len(), 3);
        picked.only("id-web");
        picked.only("id-web");
        assert!(picked.ids.is_empty());
    }
}

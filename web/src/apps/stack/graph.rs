//! Where the services of a stack stand in the drawing of what depends on what; pure.
//!
//! A service stands to the right of all that it waits for, so that a stack starts from left to right.

use std::collections::BTreeMap;

use api::stack::StackService;

/// The width and height of a service in the drawing.
pub const NODE: (i32, i32) = (184, 58);
/// The room between services, across and down.
const GAP: (i32, i32) = (56, 16);

/// The drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Where the services stand, in the order of the stack.
    pub nodes: Vec<Node>,
    /// The lines between them.
    pub edges: Vec<Edge>,
    /// Its width and height.
    pub size: (i32, i32),
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
}

/// A line from what is waited for to what waits, as a path of SVG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// What is waited for.
    pub from: String,
    /// What waits.
    pub to: String,
    /// The path.
    pub path: String,
}

impl Graph {
    /// Draws services.
    #[must_use]
    pub fn of(services: &[StackService]) -> Self {
        let known: BTreeMap<&str, &StackService> = services.iter().map(|it| (it.name.as_str(), it)).collect();
        let mut depths = BTreeMap::new();
        for name in known.keys() {
            depth(name, &known, &mut depths, 0);
        }
        draw_near(services, &mut depths);
        let columns = depths.values().copied().max().map_or(0, |most| most + 1);
        let in_column = |column| services.iter().filter(|it| depths[it.name.as_str()] == column).count();
        let tallest = (0..columns).map(in_column).max().unwrap_or(0);
        let height = span(tallest, NODE.1, GAP.1);
        let mut used = vec![0; columns];
        let mut places = BTreeMap::new();
        let nodes: Vec<Node> = services
            .iter()
            .map(|service| {
                let column = depths[service.name.as_str()];
                // Each column stands in the middle of the height.
                let top = (height - span(in_column(column), NODE.1, GAP.1)) / 2;
                let (x, y) = (step(column, NODE.0, GAP.0), top + step(used[column], NODE.1, GAP.1));
                used[column] += 1;
                places.insert(service.name.as_str(), (x, y));
                Node {
                    name: service.name.clone(),
                    x,
                    y,
                }
            })
            .collect();
        let edge = |to: &StackService, from: &String| {
            let (from_at, to_at) = (places.get(from.as_str())?, places.get(to.name.as_str())?);
            Some(Edge {
                from: from.clone(),
                to: to.name.clone(),
                path: curve(*from_at, *to_at),
            })
        };
        let edges = services
            .iter()
            .flat_map(|to| to.depends_on.iter().filter_map(move |from| edge(to, from)))
            .collect();
        let size = (span(columns, NODE.0, GAP.0), height);
        Self { nodes, edges, size }
    }
}

/// How many services must be up before this one, one after the other. A ring, which no file that was deployed has,
/// ends where it began.
fn depth<'a>(
    name: &'a str,
    known: &BTreeMap<&'a str, &'a StackService>,
    depths: &mut BTreeMap<&'a str, usize>,
    turn: usize,
) -> usize {
    if let Some(depth) = depths.get(name) {
        return *depth;
    }
    let Some(service) = known.get(name).filter(|_| turn <= known.len()) else {
        return 0;
    };
    let before = service.depends_on.iter().filter(|it| known.contains_key(it.as_str()));
    let deepest = before.map(|it| depth(it, known, depths, turn + 1) + 1).max();
    let depth = deepest.unwrap_or(0).min(known.len() - 1);
    depths.insert(name, depth);
    depth
}

/// Moves what is waited for next to what waits first, so that lines are short and pass behind no service.
fn draw_near<'a>(services: &'a [StackService], depths: &mut BTreeMap<&'a str, usize>) {
    let mut last_first: Vec<&StackService> = services.iter().collect();
    last_first.sort_by_key(|it| std::cmp::Reverse(depths[it.name.as_str()]));
    for service in last_first {
        let waits = services.iter().filter(|it| it.depends_on.contains(&service.name));
        let nearest = waits.map(|it| depths[it.name.as_str()].saturating_sub(1)).min();
        if let (Some(nearest), Some(depth)) = (nearest, depths.get_mut(service.name.as_str())) {
            *depth = nearest.max(*depth);
        }
    }
}

fn step(count: usize, size: i32, gap: i32) -> i32 {
    i32::try_from(count).unwrap_or(0) * (size + gap)
}

fn span(count: usize, size: i32, gap: i32) -> i32 {
    (step(count, size, gap) - gap).max(0)
}

fn curve(from: (i32, i32), to: (i32, i32)) -> String {
    let (x, y) = (from.0 + NODE.0, from.1 + NODE.1 / 2);
    let (end, down) = (to.0 - 7, to.1 + NODE.1 / 2);
    let bend = ((end - x) / 2).max(GAP.0 / 2);
    format!("M{x} {y}C{} {y} {} {down} {end} {down}", x + bend, end - bend)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, depends_on: &[&str]) -> StackService {
        StackService {
            name: name.to_owned(),
            image: None,
            depends_on: depends_on.iter().map(|it| (*it).to_owned()).collect(),
            containers: vec![],
            drift: None,
        }
    }

    fn columns(services: &[StackService]) -> Vec<i32> {
        Graph::of(services)
            .nodes
            .iter()
            .map(|node| node.x / (NODE.0 + GAP.0))
            .collect()
    }

    #[test]
    fn a_service_stands_to_the_right_of_all_that_it_waits_for() {
        let services = [
            service("web", &["api", "cache"]),
            service("api", &["db"]),
            service("cache", &[]),
            service("db", &[]),
        ];
        assert_eq!(columns(&services), [2, 1, 1, 0], "next to what waits for it");
        assert_eq!(Graph::of(&services).edges.len(), 3);
    }

    #[test]
    fn services_of_a_column_stand_below_each_other_and_a_lone_one_in_the_middle() {
        let graph = Graph::of(&[service("a", &[]), service("b", &[]), service("c", &["a", "b"])]);
        assert_eq!(graph.size, (2 * NODE.0 + GAP.0, 2 * NODE.1 + GAP.1));
        assert_eq!(graph.nodes[1].y, NODE.1 + GAP.1);
        assert_eq!(graph.nodes[2].y, (NODE.1 + GAP.1) / 2);
    }

    #[test]
    fn a_ring_and_a_service_that_is_not_there_harm_nothing() {
        let ring = [service("a", &["b"]), service("b", &["a", "ghost"])];
        assert_eq!(Graph::of(&ring).nodes.len(), 2);
        assert_eq!(Graph::of(&[]).size, (0, 0));
    }
}

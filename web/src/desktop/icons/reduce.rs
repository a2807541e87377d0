//! What becomes of the icons: chosen, walked through by keyboard, dragged, sorted.

use std::collections::{BTreeMap, BTreeSet};

use super::grid::{Cell, Grid};
use crate::desktop::geometry::{Point, Rect};
use crate::desktop::reduce::Direction;

/// How far the pointer moves before it means a drag and not a click.
const SLACK: i32 = 5;

/// What the pointer does with icons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It draws a rectangle; what is under it is chosen, and so is what was before.
    Band {
        /// Where it went down.
        from: Point,
        /// Where it is.
        to: Point,
        /// What was chosen before.
        before: BTreeSet<String>,
    },
    /// It carries what is chosen.
    Carry {
        /// The icon that it took hold of.
        key: String,
        /// Where it went down.
        from: Point,
        /// Where it is.
        to: Point,
        /// Whether it has moved far enough to mean it.
        moved: bool,
    },
}

/// The icons of the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Icons {
    /// The grid that they stand on.
    pub grid: Grid,
    /// The icons that are shown, in their natural order.
    pub shown: Vec<String>,
    /// Where icons were put.
    pub put: BTreeMap<String, Cell>,
    /// Which are chosen.
    pub chosen: BTreeSet<String>,
    /// Where the keyboard is.
    pub cursor: Option<String>,
    /// What the pointer does.
    pub hold: Option<Hold>,
}

/// How a press changes what is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// This one and no other.
    Only,
    /// This one as well, or no longer.
    Toggle,
}

/// What happens to the icons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The desk has room for this grid.
    Fit(Grid),
    /// These are there now, in their natural order.
    Show(Vec<String>),
    /// One is pressed.
    Choose(String, Choosing),
    /// All are chosen.
    ChooseAll,
    /// None is chosen.
    Clear,
    /// The keyboard goes to the next one in a direction; with the flag, what it passes stays chosen.
    Step(Direction, bool),
    /// The pointer goes down between icons; with the flag, what is chosen stays so.
    Band(Point, bool),
    /// The pointer goes down on an icon.
    Grab(String, Point),
    /// The pointer moves.
    Drag(Point),
    /// The pointer lets go.
    Release,
    /// What the pointer does is given up.
    Cancel,
    /// One stands in this cell.
    Place(String, Cell),
    /// They stand in this order.
    Sort(Vec<String>),
    /// Another browser put it there.
    Put(String, Cell),
}

impl Icons {
    /// The cell of each icon.
    #[must_use]
    pub fn cells(&self) -> BTreeMap<String, Cell> {
        self.grid.arrange(&self.shown, &self.put)
    }

    /// How far the chosen icons are carried from their cells now.
    #[must_use]
    pub fn carried(&self) -> Option<Point> {
        match &self.hold {
            Some(Hold::Carry {
                from, to, moved: true, ..
            }) => Some(Point {
                x: to.x - from.x,
                y: to.y - from.y,
            }),
            _ => None,
        }
    }

    /// The icon on which the pointer holds what it carries: in the middle of it, and not between two.
    #[must_use]
    pub fn onto(&self) -> Option<String> {
        let Some(Hold::Carry { to, moved: true, .. }) = &self.hold else {
            return None;
        };
        let is_under = |cell: &Cell| {
            let (rect, rim) = (self.grid.rect(*cell), self.grid.cell.w / 5);
            (rect.x + rim..rect.right() - rim).contains(&to.x)
                && (rect.y + rim / 2..rect.bottom() - rim).contains(&to.y)
        };
        let cells = if self.grid.compact {
            BTreeMap::new()
        } else {
            self.cells()
        };
        let mut under = cells.into_iter().filter(|(_, cell)| is_under(cell)).map(|(key, _)| key);
        under.find(|key| !self.chosen.contains(key))
    }

    /// The rectangle that the pointer draws.
    #[must_use]
    pub fn band(&self) -> Option<Rect> {
        match &self.hold {
            Some(Hold::Band { from, to, .. }) => Some(Rect {
                x: from.x.min(to.x),
                y: from.y.min(to.y),
                w: (from.x - to.x).abs(),
                h: (from.y - to.y).abs(),
            }),
            _ => None,
        }
    }
}

/// What follows from what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing.
    Nothing,
    /// The places of the icons are to be kept.
    Keep,
    /// These were dropped on that one.
    Join(Vec<String>, String),
}

/// What becomes of the icons, and what follows from it.
#[must_use]
pub fn reduce(mut icons: Icons, action: Action) -> (Icons, Outcome) {
    if let (Action::Release, Some(onto)) = (&action, icons.onto()) {
        icons.hold = None;
        let dropped = icons.shown.iter().filter(|key| icons.chosen.contains(*key));
        let outcome = Outcome::Join(dropped.cloned().collect(), onto);
        icons.chosen.clear();
        return (icons, outcome);
    }
    let keeps = match action {
        Action::Fit(grid) => {
            icons.grid = grid;
            icons.hold = None;
            false
        }
        Action::Show(shown) => show(&mut icons, shown),
        Action::Choose(key, choosing) => {
            choose(&mut icons, key, choosing);
            false
        }
        Action::ChooseAll => {
            icons.chosen.extend(icons.shown.iter().cloned());
            false
        }
        Action::Clear => {
            icons.chosen.clear();
            false
        }
        Action::Step(direction, more) => {
            step(&mut icons, direction, more);
            false
        }
        Action::Band(at, more) => {
            if !more {
                icons.chosen.clear();
            }
            icons.hold = Some(Hold::Band {
                from: at,
                to: at,
                before: icons.chosen.clone(),
            });
            false
        }
        Action::Grab(key, at) => {
            if !icons.chosen.contains(&key) {
                choose(&mut icons, key.clone(), Choosing::Only);
            }
            icons.cursor = Some(key.clone());
            icons.hold = Some(Hold::Carry {
                key,
                from: at,
                to: at,
                moved: false,
            });
            false
        }
        Action::Drag(at) => {
            drag(&mut icons, at);
            false
        }
        Action::Release => release(&mut icons),
        Action::Cancel => {
            if let Some(Hold::Band { before, .. }) = icons.hold.take() {
                icons.chosen = before;
            }
            false
        }
        Action::Put(key, cell) => {
            icons.put.insert(key, cell);
            false
        }
        Action::Place(key, cell) => {
            icons.put.insert(key, cell);
            true
        }
        Action::Sort(order) => {
            let kept: Vec<String> = order.into_iter().filter(|key| icons.shown.contains(key)).collect();
            icons.put = icons.grid.arrange(&kept, &BTreeMap::new());
            true
        }
    };
    (icons, if keeps { Outcome::Keep } else { Outcome::Nothing })
}

/// What is there keeps its place when something else comes, so that nothing jumps.
fn show(icons: &mut Icons, shown: Vec<String>) -> bool {
    let before = icons.put.len();
    if !icons.grid.compact {
        for (key, cell) in icons.cells() {
            icons.put.entry(key).or_insert(cell);
        }
    }
    icons.chosen.retain(|key| shown.contains(key));
    icons.cursor.take_if(|key| !shown.contains(key));
    icons.shown = shown;
    icons.put.len() != before
}

fn choose(icons: &mut Icons, key: String, choosing: Choosing) {
    match choosing {
        Choosing::Only => {
            icons.chosen.clear();
            icons.chosen.insert(key.clone());
        }
        Choosing::Toggle if icons.chosen.contains(&key) => {
            icons.chosen.remove(&key);
        }
        Choosing::Toggle => {
            icons.chosen.insert(key.clone());
        }
    }
    icons.cursor = Some(key);
}

/// The nearest icon in a direction: what lies straight ahead comes before what lies aside.
fn step(icons: &mut Icons, direction: Direction, more: bool) {
    let cells = icons.cells();
    let from = icons.cursor.as_ref().and_then(|key| cells.get(key).copied());
    let ahead = |cell: &Cell| {
        let Some(from) = from else {
            return Some((cell.col, cell.row));
        };
        let (dx, dy) = (cell.col - from.col, cell.row - from.row);
        let (along, aside) = match direction {
            Direction::Left => (-dx, dy),
            Direction::Right => (dx, dy),
            Direction::Up => (-dy, dx),
            Direction::Down => (dy, dx),
        };
        (along > 0).then_some((along + 3 * aside.abs(), aside))
    };
    let next = cells
        .iter()
        .filter_map(|(key, cell)| Some((ahead(cell)?, key)))
        .min()
        .map(|(_, key)| key.clone());
    let Some(next) = next else { return };
    if !more {
        icons.chosen.clear();
    }
    icons.chosen.insert(next.clone());
    icons.cursor = Some(next);
}

fn drag(icons: &mut Icons, at: Point) {
    let cells = icons.cells();
    let grid = icons.grid;
    match &mut icons.hold {
        Some(Hold::Band { to, .. }) => *to = at,
        Some(Hold::Carry { from, to, moved, .. }) => {
            *to = at;
            *moved |= (at.x - from.x).abs() >= SLACK || (at.y - from.y).abs() >= SLACK;
        }
        None => {}
    }
    if let (Some(band), Some(Hold::Band { before, .. })) = (icons.band(), &icons.hold) {
        let under = |cell: &Cell| {
            // Touching the empty rim of a cell chooses nothing.
            let (rect, rim) = (grid.rect(*cell), grid.cell.w / 6);
            rect.x + rim < band.right()
                && band.x < rect.right() - rim
                && rect.y + rim / 2 < band.bottom()
                && band.y < rect.bottom() - rim / 2
        };
        let found = cells.iter().filter(|(_, cell)| under(cell)).map(|(key, _)| key.clone());
        icons.chosen.clone_from(before);
        icons.chosen.extend(found);
    }
}

/// What was carried stands in the cell under it, or in the nearest that is free; all others stay.
fn release(icons: &mut Icons) -> bool {
    let carried = icons.carried();
    let Some(Hold::Carry { key, .. }) = icons.hold.take() else {
        return false;
    };
    let Some(by) = carried.filter(|_| !icons.grid.compact) else {
        choose(icons, key, Choosing::Only);
        return false;
    };
    let mut cells = icons.cells();
    let moving: Vec<(String, Cell)> = cells
        .iter()
        .filter(|(key, _)| icons.chosen.contains(*key))
        .map(|(key, cell)| (key.clone(), *cell))
        .collect();
    cells.retain(|key, _| !icons.chosen.contains(key));
    let mut taken = BTreeSet::new();
    taken.extend(cells.values().copied());
    for (key, cell) in moving {
        let rect = icons.grid.rect(cell);
        let middle = Point {
            x: rect.x + by.x + rect.w / 2,
            y: rect.y + by.y + rect.h / 2,
        };
        let cell = icons.grid.nearest(icons.grid.at(middle), &taken);
        taken.insert(cell);
        cells.insert(key, cell);
    }
    icons.put.extend(cells);
    true
}

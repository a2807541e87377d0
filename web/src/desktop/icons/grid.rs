//! Where icons stand: cells of a grid, filled column by column, each icon where somebody put it if there is room.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::desktop::geometry::{Point, Rect, Size};

/// A cell on a desktop.
const CELL: Size = Size { w: 96, h: 102 };
/// The same where less room is given to each.
const CELL_DENSE: Size = Size { w: 84, h: 88 };
/// The columns of a phone.
const COLUMNS_COMPACT: i32 = 4;
/// The room around the grid.
const MARGIN: i32 = 14;

/// A place of the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cell {
    /// Counted from the left.
    pub col: i32,
    /// Counted from the top.
    pub row: i32,
}

/// The grid, as large as the desk has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The size of a cell.
    pub cell: Size,
    /// How many columns there are.
    pub cols: i32,
    /// How many rows there are.
    pub rows: i32,
    /// Whether it is filled row by row and nobody chooses places, as on a phone.
    pub compact: bool,
}

impl Default for Grid {
    fn default() -> Self {
        Self::of(Size::default(), false, false)
    }
}

impl Grid {
    /// The grid of a desk of this size.
    #[must_use]
    pub fn of(room: Size, compact: bool, dense: bool) -> Self {
        let (w, h) = (room.w - 2 * MARGIN, room.h - 2 * MARGIN);
        let cell = match (compact, dense) {
            (true, _) => Size {
                w: (w / COLUMNS_COMPACT).max(1),
                ..CELL
            },
            (false, true) => CELL_DENSE,
            (false, false) => CELL,
        };
        Self {
            cell,
            cols: (w / cell.w).max(1),
            rows: (h / cell.h).max(1),
            compact,
        }
    }

    /// The rectangle of a cell on the layer of the icons.
    #[must_use]
    pub fn rect(&self, cell: Cell) -> Rect {
        Rect {
            x: MARGIN + cell.col * self.cell.w,
            y: MARGIN + cell.row * self.cell.h,
            w: self.cell.w,
            h: self.cell.h,
        }
    }

    /// The cell under a point, or the one nearest to it.
    #[must_use]
    pub fn at(&self, point: Point) -> Cell {
        Cell {
            col: (point.x - MARGIN).div_euclid(self.cell.w).clamp(0, self.cols - 1),
            row: (point.y - MARGIN).div_euclid(self.cell.h).clamp(0, self.rows - 1),
        }
    }

    fn has(&self, cell: Cell) -> bool {
        (0..self.cols).contains(&cell.col) && (0..self.rows).contains(&cell.row)
    }

    /// All cells in the order in which they are filled; beyond the last column the rows go on below the edge.
    fn cells(self) -> impl Iterator<Item = Cell> {
        let (cols, rows, compact) = (self.cols, self.rows, self.compact);
        let inside = (0..cols * rows).map(move |at| match compact {
            true => Cell {
                col: at % cols,
                row: at / cols,
            },
            false => Cell {
                col: at / rows,
                row: at % rows,
            },
        });
        let below = (rows..).flat_map(move |row| (0..cols).map(move |col| Cell { col, row }));
        inside.chain(below)
    }

    /// The cell of each icon: where it was put, if that is on the grid and free; the others fill what is left, in order.
    #[must_use]
    pub fn arrange(&self, keys: &[String], put: &BTreeMap<String, Cell>) -> BTreeMap<String, Cell> {
        let mut cells = BTreeMap::new();
        let mut taken = BTreeSet::new();
        if !self.compact {
            for key in keys {
                if let Some(cell) = put.get(key).filter(|cell| self.has(**cell))
                    && taken.insert(*cell)
                {
                    cells.insert(key.clone(), *cell);
                }
            }
        }
        let mut free = self.cells().filter(|cell| !taken.contains(cell));
        for key in keys {
            if !cells.contains_key(key)
                && let Some(cell) = free.next()
            {
                cells.insert(key.clone(), cell);
            }
        }
        cells
    }

    /// The free cell that is nearest to a wanted one.
    #[must_use]
    pub fn nearest(&self, wanted: Cell, taken: &BTreeSet<Cell>) -> Cell {
        let distance = |cell: &Cell| (cell.col - wanted.col).abs() + (cell.row - wanted.row).abs();
        let all = usize::try_from(self.cols * self.rows).unwrap_or_default() + taken.len();
        let free = self.cells().take(all).filter(|cell| !taken.contains(cell));
        free.min_by_key(distance).unwrap_or(wanted)
    }
}

//! Stories of the icons.

use std::collections::BTreeMap;

use super::grid::{Cell, Grid};
use super::reduce::{Action, Choosing, Icons, Outcome, reduce};
use crate::desktop::geometry::{Point, Size};
use crate::desktop::reduce::Direction;

fn keys(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn cell(col: i32, row: i32) -> Cell {
    Cell { col, row }
}

/// A desk of four rows with these icons.
fn desk(shown: &str) -> Icons {
    let grid = Grid::of(Size { w: 800, h: 450 }, false, false);
    after(Icons::default(), [Action::Fit(grid), Action::Show(keys(shown))])
}

fn after(icons: Icons, actions: impl IntoIterator<Item = Action>) -> Icons {
    actions.into_iter().fold(icons, |icons, action| reduce(icons, action).0)
}

/// The middle of a cell.
fn middle(icons: &Icons, at: Cell) -> Point {
    let rect = icons.grid.rect(at);
    Point {
        x: rect.x + rect.w / 2,
        y: rect.y + rect.h / 2,
    }
}

/// The rim of a cell, where what is dropped stands beside what is there and does not join it.
fn rim(icons: &Icons, at: Cell) -> Point {
    let rect = icons.grid.rect(at);
    Point {
        x: rect.x + 2,
        ..middle(icons, at)
    }
}

fn carry(icons: Icons, key: &str, to: Cell) -> Icons {
    let from = rim(&icons, icons.cells()[key]);
    let to = rim(&icons, to);
    after(
        icons,
        [Action::Grab(key.to_owned(), from), Action::Drag(to), Action::Release],
    )
}

#[test]
fn icons_fill_the_grid_column_by_column() {
    let cells = desk("a b c d e").cells();
    assert_eq!(
        (cells["a"], cells["d"], cells["e"]),
        (cell(0, 0), cell(0, 3), cell(1, 0))
    );
}

#[test]
fn what_is_there_keeps_its_place_when_something_else_comes_or_goes() {
    let icons = after(desk("b c"), [Action::Show(keys("a b c"))]);
    assert_eq!(icons.cells()["b"], cell(0, 0));
    assert_eq!(icons.cells()["a"], cell(0, 2));
    let icons = after(icons, [Action::Show(keys("a c"))]);
    assert_eq!((icons.cells()["c"], icons.cells()["a"]), (cell(0, 1), cell(0, 2)));
}

#[test]
fn a_dragged_icon_stands_where_it_is_dropped_or_in_the_nearest_free_cell() {
    let icons = carry(desk("a b c"), "a", cell(3, 2));
    assert_eq!(icons.cells()["a"], cell(3, 2));
    assert_eq!(icons.cells()["b"], cell(0, 1), "the others stay");
    let icons = carry(icons, "b", cell(3, 2));
    let b = icons.cells()["b"];
    assert_eq!((b.col - 3).abs() + (b.row - 2).abs(), 1, "{b:?}");
}

#[test]
fn several_chosen_icons_are_carried_together() {
    let icons = after(
        desk("a b c"),
        [
            Action::Choose("a".to_owned(), Choosing::Only),
            Action::Choose("b".to_owned(), Choosing::Toggle),
        ],
    );
    let cells = carry(icons, "b", cell(4, 1)).cells();
    assert_eq!(
        (cells["a"], cells["b"], cells["c"]),
        (cell(4, 0), cell(4, 1), cell(0, 2))
    );
}

#[test]
fn a_click_is_no_drag_and_leaves_one_icon_chosen() {
    let mut icons = desk("a b");
    icons.chosen = keys("a b").into_iter().collect();
    let at = middle(&icons, cell(0, 0));
    let (icons, keeps) = reduce(after(icons, [Action::Grab("a".to_owned(), at)]), Action::Release);
    assert_eq!(keeps, Outcome::Nothing);
    assert_eq!(icons.chosen.into_iter().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_small_browser_shows_every_icon_and_a_large_one_finds_them_where_they_were() {
    let icons = carry(desk("a b c d e"), "a", cell(6, 3));
    let small = Grid::of(Size { w: 260, h: 250 }, false, false);
    let shrunk = after(icons.clone(), [Action::Fit(small)]);
    let cells = shrunk.cells();
    let mut places: Vec<Cell> = cells.values().copied().collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!((places.len(), cells.len()), (5, 5), "none covers another");
    assert_eq!(after(shrunk, [Action::Fit(icons.grid)]).cells()["a"], cell(6, 3));
}

#[test]
fn on_a_phone_they_stand_row_by_row_whatever_was_chosen_elsewhere() {
    let phone = Grid::of(Size { w: 390, h: 700 }, true, false);
    let put = BTreeMap::from([("a".to_owned(), cell(3, 3))]);
    let cells = phone.arrange(&keys("a b c d e"), &put);
    assert_eq!(
        (cells["a"], cells["d"], cells["e"]),
        (cell(0, 0), cell(3, 0), cell(0, 1))
    );
}

#[test]
fn the_rubber_band_chooses_what_it_touches_and_gives_back_what_it_leaves() {
    let icons = desk("a b c");
    let band = [
        Action::Band(Point { x: 0, y: 0 }, false),
        Action::Drag(middle(&icons, cell(0, 1))),
    ];
    let icons = after(icons, band);
    assert_eq!(icons.chosen.iter().collect::<Vec<_>>(), ["a", "b"]);
    let icons = after(icons, [Action::Drag(Point { x: 40, y: 60 })]);
    assert_eq!(icons.chosen.iter().collect::<Vec<_>>(), ["a"]);
    assert!(after(icons, [Action::Cancel]).chosen.is_empty());
}

#[test]
fn arrow_keys_go_to_what_lies_ahead() {
    let step = |direction| Action::Step(direction, false);
    let icons = after(desk("a b c d e f"), [step(Direction::Down)]);
    assert_eq!(icons.cursor.as_deref(), Some("a"), "the first key enters the grid");
    let walked = [
        Direction::Right,
        Direction::Down,
        Direction::Left,
        Direction::Up,
        Direction::Up,
    ]
    .into_iter()
    .scan(icons, |icons, direction| {
        *icons = after(icons.clone(), [step(direction)]);
        icons.cursor.clone()
    })
    .collect::<Vec<_>>();
    assert_eq!(walked, ["e", "f", "b", "a", "a"]);
}

#[test]
fn sorting_fills_the_grid_in_the_order_given() {
    let icons = carry(desk("a b c"), "a", cell(5, 2));
    let (icons, keeps) = reduce(icons, Action::Sort(keys("c a b")));
    assert_eq!(keeps, Outcome::Keep);
    assert_eq!((icons.cells()["c"], icons.cells()["b"]), (cell(0, 0), cell(0, 2)));
}

#[test]
fn what_is_dropped_on_an_icon_joins_it_and_what_is_dropped_between_two_does_not() {
    let icons = desk("a b c d");
    let from = middle(&icons, icons.cells()["a"]);
    let on = middle(&icons, icons.cells()["c"]);
    let held = |to| after(icons.clone(), [Action::Grab("a".to_owned(), from), Action::Drag(to)]);
    assert_eq!(held(on).onto().as_deref(), Some("c"));
    let (after_it, outcome) = reduce(held(on), Action::Release);
    assert_eq!(outcome, Outcome::Join(keys("a"), "c".to_owned()));
    assert_eq!(
        after_it.cells(),
        icons.cells(),
        "the desk does not jump before it is known what comes of it"
    );

    let edge = rim(&icons, icons.cells()["c"]);
    assert_eq!(held(edge).onto(), None);
    assert_eq!(reduce(held(edge), Action::Release).1, Outcome::Keep);
}

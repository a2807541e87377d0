//! Stories of the window manager.

use super::geometry::{Edge, Point, Rect, Size, Zone};
use super::keys::{Press, Shortcut, shortcut};
use super::layout::Layout;
use super::reduce::{Action, Direction, Effect, Turn, reduce};
use super::state::{Desk, Part, Placement, Spec, WindowId};

const PAGE: Size = Size { w: 1440, h: 900 };

fn spec(app: &str) -> Spec {
    Spec {
        app: app.to_owned(),
        subject: String::new(),
        title: app.to_owned(),
        size: Size { w: 800, h: 500 },
        min: Size { w: 320, h: 240 },
        single: false,
    }
}

fn after(desk: Desk, actions: impl IntoIterator<Item = Action>) -> Desk {
    actions.into_iter().fold(desk, |desk, action| reduce(desk, action).0)
}

/// A desk with windows of these apps, numbered from 1, each at (100, 100) and 800 × 500.
fn desk_with(apps: &[&str]) -> Desk {
    let mut desk = after(Desk::new(PAGE), apps.iter().map(|app| Action::Open(spec(app))));
    for window in &mut desk.windows {
        window.frame = rect(100, 100, 800, 500);
    }
    desk
}

fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
    Rect { x, y, w, h }
}

fn at(x: i32, y: i32) -> Point {
    Point { x, y }
}

fn drawn(desk: &Desk, id: u32) -> Rect {
    desk.bounds(desk.window(WindowId(id)).unwrap())
}

fn placement(desk: &Desk, id: u32) -> Placement {
    desk.window(WindowId(id)).unwrap().placement
}

fn gesture(part: Part, from: Point, to: Point) -> [Action; 3] {
    [Action::Grab(WindowId(1), part, from), Action::Drag(to), Action::Release]
}

#[test]
fn a_new_window_is_in_front_and_has_the_focus() {
    let (desk, effects) = reduce(desk_with(&["a"]), Action::Open(spec("b")));
    assert_eq!(desk.order, [WindowId(1), WindowId(2)]);
    assert_eq!(desk.active, Some(WindowId(2)));
    assert_eq!(effects, [Effect::Focus(Some(WindowId(2))), Effect::Save]);
}

#[test]
fn windows_of_one_app_do_not_cover_each_other() {
    let desk = after(
        Desk::new(PAGE),
        [
            Action::Open(spec("a")),
            Action::Open(spec("a")),
            Action::Open(spec("a")),
        ],
    );
    let corners: Vec<_> = (1..=3).map(|id| (drawn(&desk, id).x, drawn(&desk, id).y)).collect();
    assert!(
        corners.is_sorted() && corners[0].0 < corners[1].0 && corners[1].0 < corners[2].0,
        "{corners:?}"
    );
}

#[test]
fn an_app_with_a_single_window_is_brought_to_the_front_instead_of_opened_twice() {
    let single = Spec {
        single: true,
        ..spec("a")
    };
    let desk = after(
        Desk::new(PAGE),
        [
            Action::Open(single.clone()),
            Action::Open(spec("b")),
            Action::Open(single),
        ],
    );
    assert_eq!(desk.windows.len(), 2);
    assert_eq!(desk.active, Some(WindowId(1)));
}

#[test]
fn an_app_has_a_window_for_each_subject_and_finds_them_again() {
    let about = |subject: &str| {
        Action::Open(Spec {
            single: true,
            subject: subject.to_owned(),
            ..spec("a")
        })
    };
    let desk = after(Desk::new(PAGE), [about("web"), about("store"), about("web")]);
    assert_eq!(desk.active, Some(WindowId(1)));
    let again = Layout::of(&desk).restore(PAGE, |app| Some(spec(app)));
    let subjects = again.windows.iter().map(|window| window.subject.as_str());
    assert_eq!(subjects.collect::<Vec<_>>(), ["store", "web"]);
}

#[test]
fn focus_changes_the_depth_and_never_the_order_in_the_document() {
    let desk = after(desk_with(&["a", "b", "c"]), [Action::Focus(WindowId(1))]);
    assert_eq!(desk.order, [WindowId(2), WindowId(3), WindowId(1)]);
    assert_eq!(
        desk.windows.iter().map(|window| window.id.0).collect::<Vec<_>>(),
        [1, 2, 3]
    );
}

#[test]
fn closing_hands_the_focus_to_the_window_behind_and_remembers_the_place() {
    let moved = Action::Move(WindowId(2), Direction::Right);
    let (desk, effects) = reduce(after(desk_with(&["a", "b"]), [moved]), Action::Close(WindowId(2)));
    assert_eq!(desk.active, Some(WindowId(1)));
    assert_eq!(effects, [Effect::Focus(Some(WindowId(1))), Effect::Save]);
    let desk = after(desk, [Action::Open(spec("b"))]);
    assert_eq!(drawn(&desk, 3), rect(116, 100, 800, 500));
}

#[test]
fn the_last_window_closed_leaves_the_focus_to_the_desk() {
    let (desk, effects) = reduce(desk_with(&["a"]), Action::Close(WindowId(1)));
    assert_eq!((desk.active, desk.windows.len()), (None, 0));
    assert!(effects.contains(&Effect::Focus(None)));
}

#[test]
fn the_dock_opens_brings_to_the_front_and_puts_away() {
    let desk = after(Desk::new(PAGE), [Action::Press(spec("a"))]);
    assert_eq!(desk.active, Some(WindowId(1)));
    let desk = after(desk, [Action::Press(spec("a"))]);
    assert!(desk.window(WindowId(1)).unwrap().minimised && desk.active.is_none());
    let desk = after(desk, [Action::Press(spec("b")), Action::Press(spec("a"))]);
    assert!(!desk.window(WindowId(1)).unwrap().minimised);
    assert_eq!(desk.active, Some(WindowId(1)));
}

#[test]
fn the_dock_goes_round_the_windows_of_an_app() {
    let mut desk = desk_with(&["a", "a", "a"]);
    let mut seen = vec![];
    for _ in 0..3 {
        desk = after(desk, [Action::Press(spec("a"))]);
        seen.push(desk.active.unwrap().0);
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3]);
}

#[test]
fn a_title_bar_drags_the_window_with_the_pointer() {
    let desk = after(desk_with(&["a"]), gesture(Part::Title, at(300, 110), at(350, 210)));
    assert_eq!(drawn(&desk, 1), rect(150, 200, 800, 500));
}

#[test]
fn a_small_tremble_is_a_click_and_not_a_drag() {
    let (desk, effects) = reduce(
        after(
            desk_with(&["a"]),
            [
                Action::Grab(WindowId(1), Part::Title, at(300, 110)),
                Action::Drag(at(302, 109)),
            ],
        ),
        Action::Release,
    );
    assert_eq!(drawn(&desk, 1), rect(100, 100, 800, 500));
    assert_eq!(effects, []);
}

#[test]
fn a_window_can_be_dragged_far_out_but_stays_in_reach() {
    for to in [at(-2000, 400), at(4000, 400), at(600, -500), at(600, 4000)] {
        let desk = after(
            desk_with(&["a"]),
            [
                Action::Grab(WindowId(1), Part::Title, at(300, 110)),
                Action::Drag(to),
                Action::Cancel,
            ],
        );
        assert_eq!(drawn(&desk, 1), rect(100, 100, 800, 500), "cancelled");
        let grabbed = [Action::Grab(WindowId(1), Part::Title, at(300, 110)), Action::Drag(to)];
        let window = drawn(&after(desk, grabbed), 1);
        assert!(window.right() >= 96 && window.x <= PAGE.w - 96, "{window:?}");
        assert!(window.y >= 32 && window.y <= PAGE.h - 40, "{window:?}");
    }
}

#[test]
fn each_edge_and_corner_resizes_and_leaves_the_opposite_one_where_it_is() {
    let cases = [
        (Edge::North, rect(100, 80, 800, 520)),
        (Edge::NorthEast, rect(100, 80, 830, 520)),
        (Edge::East, rect(100, 100, 830, 500)),
        (Edge::SouthEast, rect(100, 100, 830, 480)),
        (Edge::South, rect(100, 100, 800, 480)),
        (Edge::SouthWest, rect(130, 100, 770, 480)),
        (Edge::West, rect(130, 100, 770, 500)),
        (Edge::NorthWest, rect(130, 80, 770, 520)),
    ];
    for (edge, wanted) in cases {
        let desk = after(desk_with(&["a"]), gesture(Part::Edge(edge), at(500, 500), at(530, 480)));
        assert_eq!(drawn(&desk, 1), wanted, "{edge:?}");
    }
}

#[test]
fn no_edge_makes_a_window_smaller_than_its_app_can_be_used() {
    for edge in Edge::ALL {
        let (sx, sy) = edge.direction();
        let inwards = at(700 - 690 * sx, 450 - 400 * sy);
        let desk = after(desk_with(&["a"]), gesture(Part::Edge(edge), at(700, 450), inwards));
        let window = drawn(&desk, 1);
        assert!(window.w >= 320 && window.h >= 240, "{edge:?}: {window:?}");
        assert!(
            sx >= 0 || window.right() == 900,
            "{edge:?} moved the right edge: {window:?}"
        );
        assert!(
            sy >= 0 || window.bottom() == 600,
            "{edge:?} moved the bottom edge: {window:?}"
        );
    }
}

#[test]
fn the_edges_of_the_screen_offer_zones_and_letting_go_snaps() {
    let cases = [
        (at(0, 450), Zone::Left),
        (at(1439, 450), Zone::Right),
        (at(700, 33), Zone::Full),
        (at(2, 60), Zone::TopLeft),
        (at(1438, 60), Zone::TopRight),
        (at(2, 790), Zone::BottomLeft),
        (at(1438, 790), Zone::BottomRight),
    ];
    for (to, zone) in cases {
        let held = after(
            desk_with(&["a"]),
            [Action::Grab(WindowId(1), Part::Title, at(300, 110)), Action::Drag(to)],
        );
        assert_eq!(held.gesture.unwrap().preview, Some(zone));
        let desk = after(held, [Action::Release]);
        assert_eq!(placement(&desk, 1), Placement::Snapped(zone));
        let desk = after(desk, [Action::Place(WindowId(1), Placement::Floating)]);
        assert_eq!(
            drawn(&desk, 1),
            rect(100, 100, 800, 500),
            "it floats where it was picked up"
        );
    }
}

#[test]
fn halves_and_quarters_share_the_work_area_without_overlap() {
    let area = desk_with(&[]).area();
    let inside = |rect: Rect| rect.x >= area.x && rect.y >= area.y && rect.right() <= area.right();
    let zones = [Zone::TopLeft, Zone::TopRight, Zone::BottomLeft, Zone::BottomRight];
    for (i, a) in zones.iter().enumerate() {
        assert!(inside(a.rect(area)) && a.rect(area).bottom() <= area.bottom());
        for b in &zones[i + 1..] {
            let (a, b) = (a.rect(area), b.rect(area));
            let apart = a.right() < b.x || b.right() < a.x || a.bottom() < b.y || b.bottom() < a.y;
            assert!(apart, "{a:?} and {b:?}");
        }
    }
    assert!(Zone::Left.rect(area).right() < Zone::Right.rect(area).x);
    assert_eq!(Zone::Full.rect(area), area);
}

#[test]
fn a_maximised_window_is_torn_off_under_the_pointer() {
    let desk = after(desk_with(&["a"]), [Action::ToggleMaximise(WindowId(1))]);
    let grab = Action::Grab(WindowId(1), Part::Title, at(720, 40));
    let desk = after(desk, [grab, Action::Drag(at(720, 300)), Action::Release]);
    let window = drawn(&desk, 1);
    assert_eq!((window.w, window.h), (800, 500));
    assert_eq!(window.x, 720 - 400, "the pointer was at the middle, and still is");
}

#[test]
fn maximised_windows_have_no_edges_to_pull() {
    let desk = after(desk_with(&["a"]), [Action::ToggleMaximise(WindowId(1))]);
    let desk = after(desk, gesture(Part::Edge(Edge::East), at(1439, 400), at(900, 400)));
    assert_eq!(drawn(&desk, 1), desk.area());
}

#[test]
fn the_keyboard_sends_windows_to_halves_quarters_and_the_dock() {
    use Direction::{Down, Left, Right, Up};
    let snapped = Placement::Snapped;
    let cases: [(&[Direction], Placement); 8] = [
        (&[Left], snapped(Zone::Left)),
        (&[Left, Right], Placement::Floating),
        (&[Left, Up], snapped(Zone::TopLeft)),
        (&[Left, Up, Right], snapped(Zone::TopRight)),
        (&[Right, Down], snapped(Zone::BottomRight)),
        (&[Right, Down, Up], snapped(Zone::Right)),
        (&[Up], snapped(Zone::Full)),
        (&[Up, Down], Placement::Floating),
    ];
    for (keys, wanted) in cases {
        let desk = after(
            desk_with(&["a"]),
            keys.iter().map(|key| Action::Send(WindowId(1), *key)),
        );
        assert_eq!(placement(&desk, 1), wanted, "{keys:?}");
    }
    let desk = after(desk_with(&["a"]), [Action::Send(WindowId(1), Down)]);
    assert!(desk.window(WindowId(1)).unwrap().minimised);
}

#[test]
fn cycling_visits_every_window_and_brings_back_the_minimised() {
    let mut desk = after(desk_with(&["a", "b", "c"]), [Action::Minimise(WindowId(1))]);
    assert_eq!(desk.active, Some(WindowId(3)));
    let mut seen = vec![];
    for _ in 0..3 {
        desk = after(desk, [Action::Cycle(Turn::Next)]);
        seen.push(desk.active.unwrap().0);
    }
    assert_eq!(seen, [1, 2, 3]);
    let desk = after(desk, [Action::Cycle(Turn::Back)]);
    assert_eq!(desk.active, Some(WindowId(2)));
}

#[test]
fn the_keyboard_moves_and_stretches_from_where_the_window_is_drawn() {
    let desk = after(desk_with(&["a"]), [Action::Send(WindowId(1), Direction::Left)]);
    let half = drawn(&desk, 1);
    let desk = after(
        desk,
        [
            Action::Move(WindowId(1), Direction::Down),
            Action::Stretch(WindowId(1), Direction::Left),
        ],
    );
    assert_eq!(drawn(&desk, 1), rect(half.x, half.y + 16, half.w - 16, half.h));
}

#[test]
fn a_browser_that_shrinks_and_grows_again_finds_its_windows_where_they_were() {
    let far = after(desk_with(&["a"]), gesture(Part::Title, at(300, 110), at(900, 500)));
    let wide = drawn(&far, 1);
    let narrow = after(far, [Action::Fit(Size { w: 700, h: 500 })]);
    let shown = drawn(&narrow, 1);
    assert!(shown.x <= 700 - 96 && shown.y <= 500 - 40, "in reach: {shown:?}");
    assert_eq!(drawn(&after(narrow, [Action::Fit(PAGE)]), 1), wide);
}

#[test]
fn on_a_phone_a_window_fills_the_screen_and_cannot_be_dragged() {
    let desk = after(desk_with(&["a"]), [Action::Fit(Size { w: 390, h: 844 })]);
    let desk = after(desk, gesture(Part::Title, at(100, 40), at(200, 400)));
    assert_eq!(drawn(&desk, 1), desk.area());
    assert_eq!(drawn(&after(desk, [Action::Fit(PAGE)]), 1), rect(100, 100, 800, 500));
}

#[test]
fn a_window_that_closes_under_the_pointer_ends_the_gesture() {
    let desk = after(
        desk_with(&["a"]),
        [Action::Grab(WindowId(1), Part::Title, at(300, 110))],
    );
    let desk = after(
        desk,
        [Action::Close(WindowId(1)), Action::Drag(at(400, 400)), Action::Release],
    );
    assert_eq!(desk.gesture, None);
}

#[test]
fn a_desk_is_found_again_as_it_was_left() {
    let desk = after(
        desk_with(&["a", "b", "gone"]),
        [
            Action::Send(WindowId(1), Direction::Left),
            Action::Minimise(WindowId(2)),
            Action::Focus(WindowId(1)),
        ],
    );
    let text = serde_json::to_string(&Layout::of(&desk)).unwrap();
    let layout: Layout = serde_json::from_str(&text).unwrap();
    let again = layout.restore(PAGE, |app| (app != "gone").then(|| spec(app)));
    assert_eq!(again.windows.len(), 2);
    let active = again.window(again.active.unwrap()).unwrap();
    assert_eq!(
        (active.app.as_str(), active.placement),
        ("a", Placement::Snapped(Zone::Left))
    );
    assert!(again.windows.iter().any(|window| window.app == "b" && window.minimised));
}

#[test]
fn shortcuts_need_their_exact_modifiers() {
    let press = |code: &str, control, alt, shift| Press {
        code: code.to_owned(),
        control,
        alt,
        shift,
    };
    let cycle = Shortcut::Cycle(Turn::Next);
    assert_eq!(shortcut(&press("Backquote", false, true, false)), Some(cycle));
    assert_eq!(
        shortcut(&press("ArrowLeft", true, true, false)),
        Some(Shortcut::Send(Direction::Left))
    );
    assert_eq!(shortcut(&press("ArrowLeft", true, false, false)), None);
    assert_eq!(shortcut(&press("KeyW", true, false, false)), None);
}

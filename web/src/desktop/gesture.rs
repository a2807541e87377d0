//! Dragging and resizing by pointer: the part of the reducer that runs on every frame.

use super::geometry::{Point, Rect, Zone};
use super::state::{Desk, Gesture, Part, Place, Placement, WindowId};

/// How far the pointer moves before it means a drag and not a click.
const SLACK: i32 = 4;

/// The pointer goes down on a part of a window.
pub(super) fn grab(desk: &mut Desk, id: WindowId, part: Part, start: Point) {
    let Some(window) = desk.window(id) else { return };
    if desk.compact() || (window.placement == Placement::Snapped(Zone::Full) && part != Part::Title) {
        return;
    }
    desk.gesture = Some(Gesture {
        window: id,
        part,
        start,
        from: desk.bounds(window),
        before: Place {
            frame: window.frame,
            placement: window.placement,
        },
        moved: false,
        preview: None,
    });
}

/// The pointer moves.
pub(super) fn drag(desk: &mut Desk, at: Point) {
    let Some(mut gesture) = desk.gesture else { return };
    let (dx, dy) = (at.x - gesture.start.x, at.y - gesture.start.y);
    gesture.moved |= dx.abs() >= SLACK || dy.abs() >= SLACK;
    if !gesture.moved {
        return;
    }
    let (area, floating) = (desk.area(), desk.floating_area());
    let Some(window) = desk.window_mut(gesture.window) else {
        desk.gesture = None;
        return;
    };
    match gesture.part {
        Part::Title => {
            if window.placement != Placement::Floating {
                gesture.from = torn_off(window.frame, gesture.from, gesture.start);
                window.placement = Placement::Floating;
            }
            window.frame = gesture.from.moved(dx, dy).in_reach(floating, window.min);
            gesture.preview = Zone::at(at, area);
        }
        Part::Edge(edge) => {
            window.placement = Placement::Floating;
            let (sx, sy) = edge.direction();
            // An edge follows the pointer to the border of the area, and no further.
            let at = Point {
                x: at.x.clamp(floating.x, floating.right()),
                y: at.y.clamp(floating.y, floating.bottom()),
            };
            let pull = |sign: i32, from: i32, to: i32| if sign == 0 { 0 } else { to - from };
            let (dx, dy) = (pull(sx, gesture.start.x, at.x), pull(sy, gesture.start.y, at.y));
            window.frame = gesture.from.pulled(edge, dx, dy, window.min);
        }
    }
    desk.gesture = Some(gesture);
}

/// A snapped window that is dragged by its title takes its floating size again, under the pointer at the same share of
/// its width.
fn torn_off(frame: Rect, snapped: Rect, start: Point) -> Rect {
    let share = f64::from(start.x - snapped.x) / f64::from(snapped.w.max(1));
    #[expect(clippy::cast_possible_truncation, reason = "a share of a width in pixels")]
    let left = (share * f64::from(frame.w)).round() as i32;
    Rect {
        x: start.x - left,
        y: snapped.y,
        ..frame
    }
}

/// The pointer lets go. Says whether anything changed.
pub(super) fn release(desk: &mut Desk) -> bool {
    let Some(gesture) = desk.gesture.take() else {
        return false;
    };
    if let (Some(zone), Some(window)) = (gesture.preview, desk.window_mut(gesture.window)) {
        window.placement = Placement::Snapped(zone);
        // It floats again where it was picked up, not at the edge that it was dragged to.
        window.frame = gesture.before.frame;
    }
    gesture.moved
}

/// Escape: everything as it was.
pub(super) fn cancel(desk: &mut Desk) {
    let Some(gesture) = desk.gesture.take() else { return };
    if let Some(window) = desk.window_mut(gesture.window) {
        window.frame = gesture.before.frame;
        window.placement = gesture.before.placement;
    }
}

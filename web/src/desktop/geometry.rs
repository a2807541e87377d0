//! Points, rectangles and the places that a window can snap to, in whole CSS pixels.

use serde::{Deserialize, Serialize};

/// How close to an edge of the work area the pointer must be for a snap.
const SNAP_REACH: i32 = 10;
/// How far from a corner the quarter of that corner is offered.
const CORNER_REACH: i32 = 96;
/// The room between snapped windows, and between them and the edge of the work area.
const SNAP_GAP: i32 = 8;
/// How much of a window must stay in reach, so that it can be dragged back.
const GRIP: i32 = 96;
/// The height of a title bar, by which a window is dragged.
pub const TITLE_BAR: i32 = 40;

/// A place on the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The width.
    pub w: i32,
    /// The height.
    pub h: i32,
}

/// A rectangle on the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rect {
    /// Its left edge.
    pub x: i32,
    /// Its top edge.
    pub y: i32,
    /// Its width.
    pub w: i32,
    /// Its height.
    pub h: i32,
}

impl Rect {
    /// The x of its right edge.
    #[must_use]
    pub fn right(self) -> i32 {
        self.x + self.w
    }

    /// The y of its bottom edge.
    #[must_use]
    pub fn bottom(self) -> i32 {
        self.y + self.h
    }

    /// The same rectangle elsewhere.
    #[must_use]
    pub fn moved(self, dx: i32, dy: i32) -> Self {
        Self {
            x: self.x + dx,
            y: self.y + dy,
            ..self
        }
    }

    /// A rectangle of `size` in the middle of this one, a little above it as the eye likes it.
    #[must_use]
    pub fn centred(self, size: Size) -> Self {
        Self {
            x: self.x + (self.w - size.w) / 2,
            y: self.y + (self.h - size.h) * 2 / 5,
            w: size.w,
            h: size.h,
        }
    }

    /// This rectangle, no larger than `area` where its `min` allows, and so far inside that its title bar can be
    /// grabbed.
    #[must_use]
    pub fn in_reach(self, area: Rect, min: Size) -> Self {
        let w = self.w.min(area.w.max(min.w));
        let h = self.h.min(area.h.max(min.h));
        let grip = GRIP.min(w);
        let x = clamp(self.x, area.x - w + grip, area.right() - grip);
        let y = clamp(self.y, area.y, area.bottom() - TITLE_BAR);
        Self { x, y, w, h }
    }

    /// This rectangle with `edge` pulled by (`dx`, `dy`); the opposite edge stays, and it gets no smaller than `min`.
    #[must_use]
    pub fn pulled(self, edge: Edge, dx: i32, dy: i32, min: Size) -> Self {
        let (sx, sy) = edge.direction();
        let w = (self.w + sx * dx).max(min.w);
        let h = (self.h + sy * dy).max(min.h);
        Self {
            x: if sx < 0 { self.right() - w } else { self.x },
            y: if sy < 0 { self.bottom() - h } else { self.y },
            w,
            h,
        }
    }
}

/// Like `Ord::clamp`, for bounds that may cross on a very small screen: the lower one wins.
fn clamp(value: i32, low: i32, high: i32) -> i32 {
    value.min(high).max(low)
}

/// An edge or a corner that a window is resized by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The top edge.
    North,
    /// The corner at the top right.
    NorthEast,
    /// The right edge.
    East,
    /// The corner at the bottom right.
    SouthEast,
    /// The bottom edge.
    South,
    /// The corner at the bottom left.
    SouthWest,
    /// The left edge.
    West,
    /// The corner at the top left.
    NorthWest,
}

impl Edge {
    /// All of them, clockwise.
    pub const ALL: [Self; 8] = [
        Self::North,
        Self::NorthEast,
        Self::East,
        Self::SouthEast,
        Self::South,
        Self::SouthWest,
        Self::West,
        Self::NorthWest,
    ];

    /// The sign of growth along each axis when the pointer moves right or down.
    #[must_use]
    pub fn direction(self) -> (i32, i32) {
        match self {
            Self::North => (0, -1),
            Self::NorthEast => (1, -1),
            Self::East => (1, 0),
            Self::SouthEast => (1, 1),
            Self::South => (0, 1),
            Self::SouthWest => (-1, 1),
            Self::West => (-1, 0),
            Self::NorthWest => (-1, -1),
        }
    }

    /// The short name of the compass, which the style sheet uses.
    #[must_use]
    pub fn compass(self) -> &'static str {
        match self {
            Self::North => "n",
            Self::NorthEast => "ne",
            Self::East => "e",
            Self::SouthEast => "se",
            Self::South => "s",
            Self::SouthWest => "sw",
            Self::West => "w",
            Self::NorthWest => "nw",
        }
    }
}

/// A part of the work area that a window can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// All of it: the window is maximised.
    Full,
    /// The left half.
    Left,
    /// The right half.
    Right,
    /// The quarter at the top left.
    TopLeft,
    /// The quarter at the top right.
    TopRight,
    /// The quarter at the bottom left.
    BottomLeft,
    /// The quarter at the bottom right.
    BottomRight,
}

impl Zone {
    /// The zone that a window dragged to `at` would snap to.
    #[must_use]
    pub fn at(at: Point, area: Rect) -> Option<Self> {
        let left = at.x <= area.x + SNAP_REACH;
        let right = at.x >= area.right() - 1 - SNAP_REACH;
        let top = at.y <= area.y + SNAP_REACH;
        let near_top = at.y <= area.y + CORNER_REACH;
        let near_bottom = at.y >= area.bottom() - CORNER_REACH;
        match (left, right) {
            (true, _) if near_top => Some(Self::TopLeft),
            (true, _) if near_bottom => Some(Self::BottomLeft),
            (true, _) => Some(Self::Left),
            (_, true) if near_top => Some(Self::TopRight),
            (_, true) if near_bottom => Some(Self::BottomRight),
            (_, true) => Some(Self::Right),
            _ if top => Some(Self::Full),
            _ => None,
        }
    }

    /// Where a window in this zone is drawn.
    #[must_use]
    pub fn rect(self, area: Rect) -> Rect {
        if self == Self::Full {
            return area;
        }
        let (x, y) = (area.x + SNAP_GAP, area.y + SNAP_GAP);
        let (w, h) = (area.w - 2 * SNAP_GAP, area.h - 2 * SNAP_GAP);
        let (half_w, half_h) = ((w - SNAP_GAP) / 2, (h - SNAP_GAP) / 2);
        let (far_x, far_y) = (x + w - half_w, y + h - half_h);
        let rect = |x, y, w, h| Rect { x, y, w, h };
        match self {
            Self::Full => area,
            Self::Left => rect(x, y, half_w, h),
            Self::Right => rect(far_x, y, half_w, h),
            Self::TopLeft => rect(x, y, half_w, half_h),
            Self::TopRight => rect(far_x, y, half_w, half_h),
            Self::BottomLeft => rect(x, far_y, half_w, half_h),
            Self::BottomRight => rect(far_x, far_y, half_w, half_h),
        }
    }

    /// The zone as a person would say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "maximised",
            Self::Left => "left half",
            Self::Right => "right half",
            Self::TopLeft => "top left quarter",
            Self::TopRight => "top right quarter",
            Self::BottomLeft => "bottom left quarter",
            Self::BottomRight => "bottom right quarter",
        }
    }
}

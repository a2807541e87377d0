//! The window manager: `(desk, action) → (desk, effects)`, and nothing else.

use super::geometry::{Point, Rect, Size, Zone};
use super::gesture;
use super::state::{Desk, Part, Place, Placement, Spec, Window, WindowId};

/// How far a new window stands from one that it would cover exactly.
const CASCADE: i32 = 28;

/// How many places of closed windows are remembered.
const PLACES: usize = 40;

/// What happens to the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The page has this size now.
    Fit(Size),
    /// An app wants a window.
    Open(Spec),
    /// The app's place in the dock was pressed: open it, bring it to the front, go to its next window, or put away
    /// its only one when that has the focus already.
    Press(Spec),
    /// A window gets the focus, and comes to the front.
    Focus(WindowId),
    /// The desk itself was pressed: no window has the focus.
    Blur,
    /// A window closes.
    Close(WindowId),
    /// A window goes to the dock.
    Minimise(WindowId),
    /// A window fills a part of the work area, or floats.
    Place(WindowId, Placement),
    /// A window is maximised, or floats again where it is.
    ToggleMaximise(WindowId),
    /// A window is sent towards an edge of the screen by keyboard.
    Send(WindowId, Direction),
    /// The next window gets the focus, or the one before it.
    Cycle(Turn),
    /// The pointer goes down on a part of a window.
    Grab(WindowId, Part, Point),
    /// It moves.
    Drag(Point),
    /// It lets go.
    Release,
    /// The gesture is given up.
    Cancel,
    /// A window moves by keyboard.
    Move(WindowId, Direction),
    /// A window grows or shrinks by keyboard at its right or bottom edge.
    Stretch(WindowId, Direction),
    /// A window has another title.
    Retitle(WindowId, String),
}

/// A direction of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Up.
    Up,
    /// Down.
    Down,
}

impl Direction {
    /// How far a key press moves or stretches a window.
    const STEP: i32 = 16;

    fn step(self) -> (i32, i32) {
        match self {
            Self::Left => (-Self::STEP, 0),
            Self::Right => (Self::STEP, 0),
            Self::Up => (0, -Self::STEP),
            Self::Down => (0, Self::STEP),
        }
    }
}

/// Which way windows are cycled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// To the window that was opened after this one.
    Next,
    /// The other way round.
    Back,
}

/// What the page must do after an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Give the keyboard to a window, or to the desk.
    Focus(Option<WindowId>),
    /// Keep the desk: something that lasts has changed.
    Save,
    /// Say something to those who cannot see it.
    Announce(String),
}

/// What becomes of the desk, and what the page must do.
#[must_use]
pub fn reduce(mut desk: Desk, action: Action) -> (Desk, Vec<Effect>) {
    let effects = match action {
        Action::Fit(viewport) => {
            desk.viewport = viewport;
            vec![]
        }
        Action::Open(spec) => open(&mut desk, spec),
        Action::Press(spec) => press(&mut desk, spec),
        Action::Focus(id) => focus(&mut desk, id),
        Action::Blur => {
            desk.active = None;
            vec![]
        }
        Action::Close(id) => close(&mut desk, id),
        Action::Minimise(id) => minimise(&mut desk, id),
        Action::Place(id, placement) => place(&mut desk, id, placement),
        Action::ToggleMaximise(id) => match desk.window(id).map(|window| window.placement) {
            Some(Placement::Snapped(Zone::Full)) => place(&mut desk, id, Placement::Floating),
            _ => place(&mut desk, id, Placement::Snapped(Zone::Full)),
        },
        Action::Send(id, direction) => send(&mut desk, id, direction),
        Action::Cycle(turn) => cycle(&mut desk, turn),
        Action::Grab(id, part, at) => {
            let effects = focus(&mut desk, id);
            gesture::grab(&mut desk, id, part, at);
            effects
        }
        Action::Drag(at) => {
            gesture::drag(&mut desk, at);
            vec![]
        }
        Action::Release => {
            if gesture::release(&mut desk) {
                vec![Effect::Save]
            } else {
                vec![]
            }
        }
        Action::Cancel => {
            gesture::cancel(&mut desk);
            vec![]
        }
        Action::Move(id, direction) => {
            let (dx, dy) = direction.step();
            reframe(&mut desk, id, |drawn, _| drawn.moved(dx, dy))
        }
        Action::Stretch(id, direction) => {
            let (dw, dh) = direction.step();
            reframe(&mut desk, id, |drawn, min| Rect {
                w: (drawn.w + dw).max(min.w),
                h: (drawn.h + dh).max(min.h),
                ..drawn
            })
        }
        Action::Retitle(id, title) => {
            if let Some(window) = desk.window_mut(id) {
                window.title = title;
            }
            vec![]
        }
    };
    (desk, effects)
}

fn open(desk: &mut Desk, spec: Spec) -> Vec<Effect> {
    let key = spec.key();
    let present = desk
        .order
        .iter()
        .rev()
        .find(|id| desk.window(**id).is_some_and(|window| window.key() == key));
    if let (true, Some(id)) = (spec.single, present) {
        return focus(desk, *id);
    }
    let place = match (present, desk.places.get(&key)) {
        (None, Some(place)) => *place,
        _ => Place {
            frame: cascaded(desk, &spec),
            placement: Placement::Floating,
        },
    };
    let id = WindowId(desk.next);
    desk.next += 1;
    desk.windows.push(Window {
        id,
        app: spec.app,
        subject: spec.subject,
        title: spec.title,
        frame: place.frame,
        placement: place.placement,
        minimised: false,
        min: spec.min,
    });
    desk.order.push(id);
    focus(desk, id)
}

/// A frame in the middle of the work area, moved on while another window stands in exactly that place.
fn cascaded(desk: &Desk, spec: &Spec) -> Rect {
    let area = desk.area();
    let size = Size {
        w: spec.size.w.min(area.w - 2 * CASCADE).max(spec.min.w),
        h: spec.size.h.min(area.h - 2 * CASCADE).max(spec.min.h),
    };
    let mut frame = area.centred(size);
    while desk
        .windows
        .iter()
        .any(|window| (window.frame.x, window.frame.y) == (frame.x, frame.y))
    {
        frame = frame.moved(CASCADE, CASCADE);
    }
    frame
}

fn press(desk: &mut Desk, spec: Spec) -> Vec<Effect> {
    let windows: Vec<WindowId> = desk
        .order
        .iter()
        .copied()
        .filter(|id| {
            desk.window(*id).is_some_and(|window| {
                window.app == spec.app && (spec.subject.is_empty() || window.subject == spec.subject)
            })
        })
        .collect();
    match (windows.as_slice(), desk.active) {
        ([], _) => open(desk, spec),
        ([only], Some(active)) if *only == active => minimise(desk, active),
        // The one furthest back comes next, so that pressing again and again shows them all.
        ([next, ..], Some(active)) if windows.contains(&active) => focus(desk, *next),
        ([.., front], _) => focus(desk, *front),
    }
}

fn focus(desk: &mut Desk, id: WindowId) -> Vec<Effect> {
    let Some(window) = desk.window_mut(id) else {
        return vec![];
    };
    let restored = std::mem::take(&mut window.minimised);
    let in_front = desk.order.last() == Some(&id);
    if desk.active == Some(id) && in_front && !restored {
        return vec![];
    }
    desk.order.retain(|other| *other != id);
    desk.order.push(id);
    desk.active = Some(id);
    vec![Effect::Focus(Some(id)), Effect::Save]
}

/// The focus goes to whatever is in front now.
fn focus_front(desk: &mut Desk) -> Vec<Effect> {
    desk.active = desk.front();
    vec![Effect::Focus(desk.active), Effect::Save]
}

fn close(desk: &mut Desk, id: WindowId) -> Vec<Effect> {
    let Some(at) = desk.windows.iter().position(|window| window.id == id) else {
        return vec![];
    };
    let window = desk.windows.remove(at);
    desk.order.retain(|other| *other != id);
    desk.gesture.take_if(|gesture| gesture.window == id);
    let place = Place {
        frame: window.frame,
        placement: window.placement,
    };
    if desk.places.len() >= PLACES {
        desk.places.pop_first();
    }
    desk.places.insert(window.key(), place);
    focus_front(desk)
}

fn minimise(desk: &mut Desk, id: WindowId) -> Vec<Effect> {
    let Some(window) = desk.window_mut(id) else {
        return vec![];
    };
    window.minimised = true;
    let said = Effect::Announce(format!("{} minimised", window.title));
    desk.gesture.take_if(|gesture| gesture.window == id);
    let mut effects = focus_front(desk);
    effects.push(said);
    effects
}

fn place(desk: &mut Desk, id: WindowId, placement: Placement) -> Vec<Effect> {
    let Some(window) = desk.window_mut(id) else {
        return vec![];
    };
    window.placement = placement;
    let where_to = match placement {
        Placement::Floating => "restored",
        Placement::Snapped(zone) => zone.name(),
    };
    let said = Effect::Announce(format!("{}: {where_to}", window.title));
    let mut effects = focus(desk, id);
    effects.extend([Effect::Save, said]);
    effects
}

/// Left and right go to halves, up and down from a half to its quarters and on; up maximises, down restores and then
/// minimises.
fn send(desk: &mut Desk, id: WindowId, direction: Direction) -> Vec<Effect> {
    use {Direction as D, Placement::Floating, Placement::Snapped, Zone as Z};
    let Some(window) = desk.window(id) else { return vec![] };
    let placement = match (window.placement, direction) {
        (Snapped(Z::Right), D::Left) | (Snapped(Z::Left), D::Right) => Floating,
        (Snapped(Z::TopRight), D::Left) => Snapped(Z::TopLeft),
        (Snapped(Z::TopLeft), D::Right) => Snapped(Z::TopRight),
        (Snapped(Z::BottomRight), D::Left) => Snapped(Z::BottomLeft),
        (Snapped(Z::BottomLeft), D::Right) => Snapped(Z::BottomRight),
        (_, D::Left) => Snapped(Z::Left),
        (_, D::Right) => Snapped(Z::Right),
        (Snapped(Z::Left), D::Up) => Snapped(Z::TopLeft),
        (Snapped(Z::Right), D::Up) => Snapped(Z::TopRight),
        (Snapped(Z::BottomLeft), D::Up) | (Snapped(Z::TopLeft), D::Down) => Snapped(Z::Left),
        (Snapped(Z::BottomRight), D::Up) | (Snapped(Z::TopRight), D::Down) => Snapped(Z::Right),
        (Snapped(Z::Left), D::Down) => Snapped(Z::BottomLeft),
        (Snapped(Z::Right), D::Down) => Snapped(Z::BottomRight),
        (_, D::Up) => Snapped(Z::Full),
        (Snapped(Z::Full), D::Down) => Floating,
        (_, D::Down) => return minimise(desk, id),
    };
    place(desk, id, placement)
}

/// The windows in the order in which they were opened, as a ring: cycling on and on visits each once, which going by
/// the order of the last use would not.
fn cycle(desk: &mut Desk, turn: Turn) -> Vec<Effect> {
    let count = desk.windows.len();
    if count == 0 {
        return vec![];
    }
    let at = desk
        .active
        .and_then(|id| desk.windows.iter().position(|window| window.id == id));
    let next = match (at, turn) {
        (Some(at), Turn::Next) => (at + 1) % count,
        (Some(at), Turn::Back) => (at + count - 1) % count,
        (None, _) => return desk.order.last().copied().map_or_else(Vec::new, |id| focus(desk, id)),
    };
    let (id, title) = (desk.windows[next].id, desk.windows[next].title.clone());
    let mut effects = focus(desk, id);
    effects.push(Effect::Announce(title));
    effects
}

/// Gives a window a new frame, made from where it is drawn.
fn reframe(desk: &mut Desk, id: WindowId, change: impl FnOnce(Rect, Size) -> Rect) -> Vec<Effect> {
    let area = desk.floating_area();
    if desk.compact() {
        return vec![];
    }
    let Some(drawn) = desk.window(id).map(|window| desk.bounds(window)) else {
        return vec![];
    };
    let Some(window) = desk.window_mut(id) else {
        return vec![];
    };
    window.frame = change(drawn, window.min).in_reach(area, window.min);
    window.placement = Placement::Floating;
    vec![Effect::Save]
}

//! The window manager as views use it: they read the desk and dispatch actions; effects are carried out here.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::app::App;
use super::geometry::{Rect, Size};
use super::keys::{Press, Shortcut, shortcut};
use super::layout::{Layout, Shelf};
use super::reduce::{Action, Effect as Outcome, reduce};
use super::state::{Desk, WindowId};

/// Moving or stretching a window by keyboard, until Enter or Escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keying {
    /// The arrow keys move the window.
    Move(WindowId),
    /// The arrow keys stretch it.
    Stretch(WindowId),
}

/// The window manager; a context.
#[derive(Clone, Copy)]
pub struct WindowManager {
    /// The desk, to be read.
    pub desk: ReadSignal<Desk>,
    /// What was last said to those who cannot see it.
    pub said: RwSignal<String>,
    /// Whether arrow keys move or stretch a window now.
    pub keying: RwSignal<Option<Keying>>,
    /// Whether the launcher is wanted.
    pub launching: RwSignal<bool>,
    /// The apps.
    pub apps: StoredValue<&'static [App]>,
    set_desk: WriteSignal<Desk>,
    save: StoredValue<Arc<dyn Fn() + Send + Sync>>,
}

impl WindowManager {
    /// The desk of a person as it was left; a new one has the first app open.
    #[must_use]
    pub fn start(apps: &'static [App], shelf: impl Shelf + Copy + Send + Sync + 'static) -> Self {
        let known = |id: &str| apps.iter().find(|app| app.id == id).map(App::spec);
        let kept = Layout::load(&shelf);
        let fresh = kept.is_none();
        let desk = kept.unwrap_or_default().restore(viewport(), known);
        let (desk, set_desk) = signal(desk);
        let save = move || {
            // The page may be gone when the time comes.
            if let Some(layout) = desk.try_with_untracked(Layout::of) {
                layout.save(&shelf);
            }
        };
        let manager = Self {
            desk,
            said: RwSignal::new(String::new()),
            keying: RwSignal::new(None),
            launching: RwSignal::new(false),
            apps: StoredValue::new(apps),
            set_desk,
            save: StoredValue::new(Arc::new(save)),
        };
        manager.listen();
        if let (true, Some(first)) = (fresh, apps.first()) {
            manager.dispatch(Action::Open(first.spec()));
        }
        manager
    }

    /// Something happens to the desk.
    pub fn dispatch(&self, action: Action) {
        let outcomes = self.set_desk.try_update(|desk| {
            let (next, outcomes) = reduce(std::mem::take(desk), action);
            *desk = next;
            outcomes
        });
        let mut saves = false;
        for outcome in outcomes.unwrap_or_default() {
            match outcome {
                Outcome::Focus(id) => give_focus(id),
                Outcome::Announce(words) => self.said.set(words),
                Outcome::Save => saves = true,
            }
        }
        if saves {
            let save = self.save.get_value();
            save();
        }
    }

    /// What a window is about.
    #[must_use]
    pub fn subject(&self, id: WindowId) -> String {
        self.desk
            .with_untracked(|desk| desk.window(id).map(|window| window.subject.clone()))
            .unwrap_or_default()
    }

    /// Where a window is drawn.
    #[must_use]
    pub fn bounds(&self, id: WindowId) -> Memo<Rect> {
        let desk = self.desk;
        Memo::new(move |last: Option<&Rect>| {
            desk.with(|desk| desk.window(id).map(|window| desk.bounds(window)))
                .or(last.copied())
                .unwrap_or_default()
        })
    }

    /// The keys and the size of the page, for as long as the owner lives.
    fn listen(&self) {
        let manager = *self;
        let resized = window_event_listener(leptos::ev::resize, move |_| manager.dispatch(Action::Fit(viewport())));
        let pressed = window_event_listener(leptos::ev::keydown, move |event| manager.key(&event));
        on_cleanup(move || {
            resized.remove();
            pressed.remove();
        });
    }

    fn key(&self, event: &leptos::ev::KeyboardEvent) {
        let desk = self.desk;
        if event.key() == "Escape" && desk.with_untracked(|desk| desk.gesture.is_some()) {
            return self.dispatch(Action::Cancel);
        }
        let press = Press {
            code: event.code(),
            control: event.ctrl_key() || event.meta_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
        };
        let Some(meant) = shortcut(&press) else { return };
        let action = match (meant, desk.with_untracked(|desk| desk.active)) {
            (Shortcut::Launch, _) => {
                event.prevent_default();
                return self.launching.update(|open| *open = !*open);
            }
            (Shortcut::Cycle(turn), _) => Action::Cycle(turn),
            (Shortcut::Send(direction), Some(active)) => Action::Send(active, direction),
            (Shortcut::Close, Some(active)) => Action::Close(active),
            (_, None) => return,
        };
        event.prevent_default();
        self.dispatch(action);
    }
}

/// The element of a window.
#[must_use]
pub fn element_id(id: WindowId) -> String {
    format!("window-{}", id.0)
}

/// The size of the page.
fn viewport() -> Size {
    let side = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64()).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "a page is not millions of pixels wide")]
    web_sys::window().map_or_else(Size::default, |window| Size {
        w: side(window.inner_width()) as i32,
        h: side(window.inner_height()) as i32,
    })
}

/// Gives the keyboard to a window once it is drawn, unless something in it has the focus already.
fn give_focus(id: Option<WindowId>) {
    request_animation_frame(move || {
        let element = match id {
            Some(id) => document().get_element_by_id(&element_id(id)),
            None => document().get_element_by_id("desk"),
        };
        let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
            return;
        };
        let inside = document()
            .active_element()
            .is_some_and(|active| element.contains(Some(&active)));
        if !inside || id.is_none() {
            // What cannot take the focus leaves it where it is.
            let _ = element.focus();
        }
    });
}

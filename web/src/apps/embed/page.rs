//! How far the page of an app is: asked for, loading, shown, refused; and what is done to it.

use api::app::{App, AppState};
use leptos::html::{Div, Iframe};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Error;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// The steps of the zoom, in percent.
const ZOOMS: [u16; 9] = [50, 67, 80, 90, 100, 110, 125, 150, 200];

/// How far the page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The app is not there yet.
    Waiting,
    /// The server is asked for a way in.
    Asking,
    /// The page loads.
    Loading,
    /// It is there.
    Shown,
    /// The server refused, and said why.
    Refused(String),
}

/// Why there is no page to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The app does not run.
    Stopped,
    /// It runs, and is not ready yet.
    Starting,
    /// It has no container.
    NoContainer,
    /// There is no such app any more.
    Unknown,
}

/// Why an app has no page to show; absent where it has one.
#[must_use]
pub fn absence(app: Option<&App>) -> Option<Absence> {
    let Some(app) = app else {
        return Some(Absence::Unknown);
    };
    match app.state {
        // Opening it starts it.
        AppState::Stopped if app.wakes => None,
        AppState::Stopped => Some(Absence::Stopped),
        AppState::Starting => Some(Absence::Starting),
        AppState::Gone => Some(Absence::NoContainer),
        AppState::Ready | AppState::Unhealthy => None,
    }
}

/// The page of an app in a window.
#[derive(Clone, Copy)]
pub struct Page {
    /// The window.
    pub id: WindowId,
    /// The store.
    pub deck: Deck,
    /// The app, as it is now.
    pub app: Memo<Option<App>>,
    /// Its name, also once it is gone.
    pub name: Memo<String>,
    /// How far the page is.
    pub stage: RwSignal<Stage>,
    /// The first address that the frame was given; it is led on without changing it.
    pub address: RwSignal<Option<String>>,
    /// The zoom, in percent.
    pub zoom: RwSignal<u16>,
    frame: NodeRef<Iframe>,
    room: NodeRef<Div>,
    toasts: Toasts,
}

impl Page {
    /// The page that a window is about: goes in as soon as the app can be opened, and again whenever it comes back.
    #[must_use]
    pub fn open(id: WindowId, frame: NodeRef<Iframe>, room: NodeRef<Div>) -> Self {
        let deck = expect_context::<Deck>();
        let manager = expect_context::<WindowManager>();
        let subject = StoredValue::new(manager.subject(id));
        let app = Memo::new(move |_| subject.with_value(|subject| deck.apps.get(subject)));
        let name = Memo::new(move |before: Option<&String>| {
            let now = app.with(|app| app.as_ref().map(|app| app.name.clone()));
            now.or(before.cloned()).unwrap_or_else(|| "App".to_owned())
        });
        let page = Self {
            id,
            deck,
            app,
            name,
            stage: RwSignal::new(Stage::Waiting),
            address: RwSignal::new(None),
            zoom: RwSignal::new(100),
            frame,
            room,
            toasts: expect_context(),
        };
        let open = Memo::new(move |_| app.with(|app| absence(app.as_ref()).is_none()));
        Effect::new(move |_| {
            if open.get() {
                page.enter();
            }
        });
        Effect::new(move |_| {
            if app.with(Option::is_some) {
                manager.dispatch(Action::Retitle(id, name.get()));
            }
        });
        page
    }

    /// Why there is nothing to show; nothing is said before the apps have been listed.
    #[must_use]
    pub fn away(&self) -> Memo<Option<Absence>> {
        let page = *self;
        Memo::new(move |_| {
            let absence = page.app.with(|app| absence(app.as_ref()));
            absence.filter(|_| page.deck.listed.get())
        })
    }

    /// Goes in: asks for a way in, and leads the frame there.
    pub fn enter(self) {
        let Some(app) = self.app.get_untracked() else { return };
        self.stage.set(Stage::Asking);
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.open_app(&app.id).await {
                Ok(opened) => self.lead(opened.url),
                // The way in says so, over everything.
                Err(Error::Ended(_)) => {}
                // The window may have been closed meanwhile.
                Err(error) => {
                    self.stage.try_set(Stage::Refused(error.words()));
                }
            }
        });
    }

    /// Leads the frame to an address, without a trace in the history where it is there already.
    fn lead(self, url: String) {
        // The window may have been closed meanwhile.
        if self.stage.try_set(Stage::Loading).is_some() {
            return;
        }
        let within = self.frame.get_untracked().and_then(|frame| frame.content_window());
        match within {
            // Leading a frame elsewhere is all that another origin allows, and it is allowed.
            Some(within) if within.location().replace(&url).is_ok() => {}
            _ => self.address.set(Some(url)),
        }
    }

    /// The frame has loaded something.
    pub fn loaded(self) {
        if self.stage.get_untracked() == Stage::Loading {
            self.stage.set(Stage::Shown);
        }
    }

    /// Opens the app in a tab of its own.
    pub fn tab(self) {
        let Some(app) = self.app.get_untracked() else { return };
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.open_app(&app.id).await {
                Ok(opened) => {
                    // The tab does not know who opened it; whether the browser let it open is not told.
                    let _ = window().open_with_url_and_target_and_features(&opened.url, "_blank", "noopener");
                }
                Err(Error::Ended(_)) => {}
                Err(error) => self.toasts.wrong(format!("{} was not opened", app.name), error.words()),
            }
        });
    }

    /// The page fills the screen, until Escape.
    pub fn full_screen(self) {
        if let Some(room) = self.room.get_untracked() {
            // A browser that refuses leaves the window as it is.
            let _ = room.request_fullscreen();
        }
    }

    /// The next step of the zoom: larger, smaller, or as the page comes.
    pub fn zoom_by(self, steps: isize) {
        self.zoom.update(|zoom| *zoom = zoomed(*zoom, steps));
    }
}

/// The zoom so many steps on; none goes back to 100 %.
fn zoomed(zoom: u16, steps: isize) -> u16 {
    if steps == 0 {
        return 100;
    }
    let at = ZOOMS.iter().position(|step| *step >= zoom).unwrap_or(ZOOMS.len() - 1);
    let at = at.saturating_add_signed(steps).min(ZOOMS.len() - 1);
    ZOOMS[at]
}

#[cfg(test)]
mod tests {
    use super::zoomed;

    #[test]
    fn the_zoom_goes_in_steps_and_stops_at_the_ends() {
        assert_eq!((zoomed(100, 1), zoomed(100, -1), zoomed(150, 0)), (110, 90, 100));
        assert_eq!((zoomed(200, 1), zoomed(50, -1)), (200, 50));
    }
}

//! Where somebody is: starting, at the entrance, or at the desk.

use futures_util::future::BoxFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::apps::commands::{Sources, maker};
use crate::apps::deploy::offer::Offers;
use crate::apps::welcome::Greeter;
use crate::apps::{APPS, embed, items};
use crate::client::{self, Error, Session};
use crate::desktop::icons::manager::IconManager;
use crate::desktop::launcher::Launcher;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::view::DeskView;
use crate::desktop::view::about::open_shortcuts;
use crate::entrance::{Entrance, Reason};
use crate::kit::{Layers, provide_kit};
use crate::prefs::{LocalShelf, Prefs};
use crate::store::Deck;
use crate::store::own::Entries;
use crate::store::pictures::Pictures;

/// Where somebody is.
#[derive(Clone)]
enum Phase {
    /// Nobody knows yet.
    Starting,
    /// Nobody is logged in.
    Outside(Reason),
    /// At a desk; its session can be followed by another of the same person.
    Inside(RwSignal<Session>, Entries),
}

/// Everything.
#[component]
pub fn Root() -> impl IntoView {
    provide_kit();
    provide_context(Prefs::load(LocalShelf));
    let phase = RwSignal::new(Phase::Starting);
    let find_out = move || {
        spawn_local(async move {
            match arrive().await {
                Ok(session) => enter_desk(phase, session).await,
                Err(reason) => phase.set(Phase::Outside(reason)),
            }
        });
    };
    find_out();
    let enter = Callback::new(move |session| spawn_local(enter_desk(phase, session)));
    let retry = Callback::new(move |()| find_out());
    view! {
        <div class="wallpaper" aria-hidden="true"></div>
        {move || match phase.get() {
            Phase::Starting => view! { <p class="unseen" role="status">"Stardeck starts."</p> }.into_any(),
            Phase::Outside(reason) => view! { <Entrance reason=reason enter=enter retry=retry /> }.into_any(),
            Phase::Inside(session, entries) => {
                view! { <Inside session=session entries=entries phase=phase /> }.into_any()
            }
        }}
        <Layers />
    }
}

/// Goes to the desk of a person, once it is known what is on it: a desk that was not read must not be written.
async fn enter_desk(phase: RwSignal<Phase>, session: Session) {
    match session.desk().await {
        Ok(desk) => phase.set(Phase::Inside(RwSignal::new(session), desk.entries)),
        Err(Error::Ended(_)) => phase.set(Phase::Outside(Reason::Login)),
        Err(_) => phase.set(Phase::Outside(Reason::Unreachable)),
    }
}

/// The desk, and the entrance over it when the session has ended.
#[component]
fn Inside(session: RwSignal<Session>, entries: Entries, phase: RwSignal<Phase>) -> impl IntoView {
    let user = session.with_untracked(|session| session.user().clone());
    let is_new = entries.is_empty();
    let deck = Deck::follow(session, entries);
    provide_context(deck);
    provide_context(Pictures::new(deck));
    let manager = WindowManager::start(APPS, deck.own);
    provide_context(manager);
    if let Some(app) = take_from_address("#/apps/") {
        manager.dispatch(Action::Open(embed::APP.about(app)));
    }
    let items = items::items(deck, manager, expect_context());
    provide_context(items);
    let prefs = expect_context::<Prefs>();
    prefs.share(deck.own);
    let dense = Signal::derive(move || prefs.density.get() == "dense");
    provide_context(IconManager::start(items, manager.desk, dense, deck.own));
    let ended = Memo::new(move |_| session.get().ended().get());
    Effect::new(move |_| document().set_title(session.get().machine()));
    let offers = Offers::new(manager);
    provide_context(offers);
    let take = Callback::new(move |file| offers.take(file));
    let leave = Callback::new(move |()| {
        let going = session.get_untracked();
        spawn_local(async move {
            deck.own.flush().await;
            // Whether or not the server heard of it, this browser forgets the session.
            let _ = going.logout().await;
            phase.set(Phase::Outside(Reason::Login));
        });
    });
    let sources = Sources {
        deck,
        manager,
        items,
        prefs,
        sheets: expect_context(),
        toasts: expect_context(),
        leave,
    };
    let fetch = move || -> BoxFuture<'static, _> { Box::pin(async move { maker(sources).await.ok() }) };
    provide_context(Launcher::new(manager.launching, fetch));
    help_by_key(sources.sheets);
    let greeter = Greeter {
        deck,
        prefs,
        offers,
        sheets: sources.sheets,
    };
    greeter.greet(is_new);
    let same = user.id.clone();
    let enter = Callback::new(move |next: Session| {
        if next.user().id == same {
            session.set(next);
        } else {
            spawn_local(enter_desk(phase, next));
        }
    });
    let name = user.name.to_string();
    view! {
        <div inert=move || ended.get().is_some()>
            <DeskView leave=leave take=take />
        </div>
        {move || {
            ended
                .get()
                .map(|why| {
                    view! {
                        <div class="entrance-over">
                            <Entrance
                                reason=Reason::Ended(why, name.clone())
                                enter=enter
                                retry=Callback::new(|()| {})
                            />
                        </div>
                    }
                })
        }}
    }
}

/// A question mark shows the shortcuts, unless it is typed into something.
fn help_by_key(sheets: crate::kit::sheet::Sheets) {
    let pressed = window_event_listener(leptos::ev::keydown, move |event| {
        let typing = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|target| {
                target
                    .closest("input, textarea, select, [contenteditable]")
                    .ok()
                    .flatten()
                    .is_some()
            });
        if event.key() == "?" && !typing && !event.ctrl_key() && !event.alt_key() && !event.meta_key() {
            event.prevent_default();
            open_shortcuts(sheets);
        }
    });
    on_cleanup(move || pressed.remove());
}

/// Finds out who is here: by the setup token of the address, by the session of the browser, or not at all.
async fn arrive() -> Result<Session, Reason> {
    if let Some(token) = take_from_address("#setup=") {
        return Err(match client::setup_state().await {
            Ok(Some(state)) => Reason::Setup {
                machine: state.machine,
                token,
            },
            Ok(None) => Reason::SetUpAlready,
            Err(_) => Reason::Unreachable,
        });
    }
    match client::resume().await {
        Ok(session) => Ok(session),
        Err(Error::Unreachable | Error::Garbled) => Err(Reason::Unreachable),
        Err(error) if error.code() == Some("setup_needed") => {
            let state = client::setup_state().await.ok().flatten();
            Err(Reason::Setup {
                machine: state.map(|state| state.machine).unwrap_or_default(),
                token: String::new(),
            })
        }
        Err(_) => Err(Reason::Login),
    }
}

/// Takes what follows `mark` out of the address, where a bookmark or a glance over the shoulder would find it: the setup
/// token, or the app that a window is to be about. An address asks for a window and does nothing in it.
fn take_from_address(mark: &str) -> Option<String> {
    let window = web_sys::window()?;
    let hash = window.location().hash().ok()?;
    let rest = hash.strip_prefix(mark)?.to_owned();
    let path = window.location().pathname().ok()?;
    let history = window.history().ok()?;
    history
        .replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path))
        .ok()?;
    Some(rest)
}

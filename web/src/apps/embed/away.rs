//! What is shown while an app has no page: that it loads, that it was refused, or why it is not there and what to do.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::page::{Absence, Page, Stage};
use crate::client::{Error, Verb};
use crate::desktop::icons::items::Items;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::view::tile::Tile;
use crate::kit::button::{Button, Tone};
use crate::kit::toast::Toasts;

/// The page is on its way, or was refused.
#[component]
pub fn Opening(
    /// The page.
    page: Page,
) -> impl IntoView {
    let refused = Memo::new(move |_| match page.stage.get() {
        Stage::Refused(words) => Some(words),
        _ => None,
    });
    view! {
        <div class="embed-cover" class:is-clear=move || refused.with(Option::is_none)>
            <AppTile page=page />
            {move || match refused.get() {
                None => view! {
                    <p class="embed-words" role="status">
                        <span class="spinner" aria-hidden="true"></span>
                        {move || format!("{} opens…", page.name.get())}
                    </p>
                }
                .into_any(),
                Some(words) => view! {
                    <h3>{format!("{} was not opened", page.name.get())}</h3>
                    <p class="embed-words" role="alert">{words}</p>
                    <div class="embed-buttons">
                        <Button tone=Tone::Primary press=move |_| page.enter()>"Try again"</Button>
                    </div>
                }
                .into_any(),
            }}
        </div>
    }
}

/// The app is not there.
#[component]
pub fn Away(
    /// The page.
    page: Page,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let away = page.away();
    let title = move || {
        let name = page.name.get();
        match away.get() {
            Some(Absence::Starting) => format!("{name} starts…"),
            Some(Absence::Stopped) => format!("{name} is stopped"),
            _ => format!("{name} is gone"),
        }
    };
    let words = move || match away.get() {
        Some(Absence::Starting) => "It is shown as soon as it answers.",
        Some(Absence::Stopped) => "Its data is where it was. Start it, and it is shown here as soon as it answers.",
        Some(Absence::NoContainer) => "It has no container. Deploy its stack again, and it comes back here.",
        _ => "It is no longer on this machine, or no longer shared with you.",
    };
    let container = Memo::new(move |_| page.app.with(|app| app.as_ref()?.container.clone()));
    let may = move || {
        page.deck
            .session
            .with(|session| session.user().role != api::user::Role::Viewer)
    };
    view! {
        <div class="embed-cover">
            <AppTile page=page />
            <h3 aria-live="polite">
                <Show when=move || away.get() == Some(Absence::Starting)>
                    <span class="spinner" aria-hidden="true"></span>
                </Show>
                {title}
            </h3>
            <p class="embed-words">{words}</p>
            <div class="embed-buttons">
                {move || match (away.get(), container.get()) {
                    (Some(Absence::Stopped), Some(container)) if may() => {
                        Some(view! { <Start page=page container=container /> }.into_any())
                    }
                    (Some(Absence::NoContainer | Absence::Unknown), _) => {
                        let close = move |_| manager.dispatch(Action::Close(page.id));
                        Some(view! { <Button press=close>"Close the window"</Button> }.into_any())
                    }
                    _ => None,
                }}
            </div>
        </div>
    }
}

/// Starts the app's container.
#[component]
fn Start(page: Page, container: String) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let busy = RwSignal::new(false);
    let start = move |_| {
        busy.set(true);
        let (session, container) = (page.deck.session_now(), container.clone());
        spawn_local(async move {
            let result = session.act(&container, Verb::Start).await;
            // The window may have been closed meanwhile.
            busy.try_set(false);
            match result {
                Ok(_) | Err(Error::Ended(_)) => {}
                Err(error) => {
                    let name = page.name.try_get_untracked().unwrap_or_default();
                    toasts.wrong(format!("{name} was not started"), error.words());
                }
            }
        });
    };
    view! {
        <Button tone=Tone::Primary busy=busy press=start>
            "Start"
        </Button>
    }
}

#[component]
fn AppTile(page: Page) -> impl IntoView {
    let items = expect_context::<Items>();
    let manager = expect_context::<WindowManager>();
    let key = manager
        .desk
        .with_untracked(|desk| desk.window(page.id).map(crate::desktop::state::Window::key));
    let look = Memo::new(move |_| {
        let item = key.as_ref().and_then(|key| items.get(key))?;
        Some((item.face, item.name))
    });
    move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })
}

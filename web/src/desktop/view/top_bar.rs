//! The top bar: the machine, the window in front, how the machine is doing, the time, the person.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::about::{open_about, open_shortcuts};
use super::jobs::JobsButton;
use super::notices::NoticesButton;
use super::settings::SettingsButton;
use super::window_menu;
use crate::desktop::app::Place;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::time;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::menu::{Anchor, Entry, Item, Menus};
use crate::kit::meter::Meter;
use crate::kit::sheet::Sheets;
use crate::store::Deck;

/// The top bar.
#[component]
pub fn TopBar(
    /// Logs out.
    leave: Callback<()>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let day = Memo::new(move |_| time::day(deck.now.get()));
    let hour = Memo::new(move |_| time::of_day(deck.now.get()));
    let launching = expect_context::<WindowManager>().launching;
    view! {
        <header class="top-bar">
            <h1 class="top-bar-machine">
                <span class="top-bar-mark" aria-hidden="true"></span>
                {move || deck.session.get().machine().to_owned()}
            </h1>
            <WindowMenuButton />
            <span class="top-bar-space"></span>
            <HostLoad />
            <JobsButton />
            <button
                type="button"
                class="top-bar-button panel-button"
                aria-label="Find apps, stacks, actions and settings"
                aria-keyshortcuts="Control+K"
                title="Find (Ctrl K)"
                on:click=move |_| launching.set(true)
            >
                <Icon glyph=Glyph::Search size=15 />
            </button>
            <NoticesButton />
            <SettingsButton />
            <time class="top-bar-clock">
                <span class="top-bar-day">{move || day.get()}</span>
                {move || hour.get()}
            </time>
            <UserMenuButton leave=leave />
        </header>
    }
}

/// The title of the window in front, which opens its menu.
#[component]
fn WindowMenuButton() -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let menus = expect_context::<Menus>();
    let active = Memo::new(move |_| {
        manager.desk.with(|desk| {
            let window = desk.window(desk.active?)?;
            Some((window.id, window.title.clone()))
        })
    });
    let open = move |event: MouseEvent| {
        if let Some((id, _)) = active.get_untracked() {
            window_menu::open(menus, Anchor::of(&event), manager, id);
        }
    };
    view! {
        <Show when=move || active.with(Option::is_some)>
            <button type="button" class="top-bar-button" aria-haspopup="menu" on:click=open>
                {move || active.get().map(|(_, title)| title)}
                <Icon glyph=Glyph::ChevronDown size=13 />
            </button>
        </Show>
    }
}

/// How the machine is doing.
#[component]
fn HostLoad() -> impl IntoView {
    let host = expect_context::<Deck>().system;
    let load = move |pick: fn(&api::system::Host) -> f64| {
        Signal::derive(move || host.with(|system| system.as_ref().map_or(0.0, |system| pick(&system.host))))
    };
    let words = move |say: fn(&api::system::Host) -> String| {
        Signal::derive(move || host.with(|system| system.as_ref().map(|system| say(&system.host)).unwrap_or_default()))
    };
    view! {
        <Show when=move || host.with(Option::is_some)>
            <Meter
                label="Load"
                share=load(|host| f64::from(host.load) / 100.0 / f64::from(host.cpus.max(1)))
                words=words(|host| format!("{:.2}", f64::from(host.load) / 100.0))
            />
            <Meter
                label="Memory"
                share=load(|host| ratio(host.memory_used, host.memory))
                words=words(|host| time::bytes(host.memory_used))
            />
        </Show>
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for a bar of 36 pixels")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The person: the account, what there is to know, and the way out.
#[component]
fn UserMenuButton(leave: Callback<()>) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let menus = expect_context::<Menus>();
    let sheets = expect_context::<Sheets>();
    let manager = expect_context::<WindowManager>();
    let name = move || deck.session.get().user().name.to_string();
    let open = move |event: MouseEvent| {
        let anchor = Anchor::of(&event);
        spawn_local(async move {
            if let Ok(entries) = entries(deck, sheets, manager, leave).await {
                menus.open(anchor, "You", entries);
            }
        });
    };
    view! {
        <button
            type="button"
            class="top-bar-button top-bar-user"
            aria-haspopup="menu"
            aria-label=move || format!("{}: account, shortcuts, about, log out", name())
            on:click=open
        >
            <span class="avatar" aria-hidden="true">
                {move || name().chars().next().map(|first| first.to_uppercase().to_string())}
            </span>
        </button>
    }
}

#[wasm_split(panels, fallible)]
fn entries(
    deck: Deck,
    sheets: Sheets,
    manager: WindowManager,
    leave: Callback<()>,
) -> Result<Vec<Entry>, SplitLoaderError> {
    let session = deck.session_now();
    let role = match session.user().role {
        api::user::Role::Administrator => "administrator",
        api::user::Role::Member => "member",
        api::user::Role::Viewer => "viewer",
    };
    let mut entries = vec![Entry::Heading(format!("{}, {role}", session.user().name))];
    let apps = manager.apps.get_value().iter();
    entries.extend(apps.filter(|app| app.place == Place::UserMenu).map(|app| {
        Entry::Item(Item::new(app.name, app.glyph, move || {
            manager.dispatch(Action::Open(app.spec()));
        }))
    }));
    entries.push(Entry::Rule);
    entries.push(Entry::Item(
        Item::new("Keyboard shortcuts", Glyph::Keyboard, move || open_shortcuts(sheets)).keys("?"),
    ));
    entries.push(Entry::Item(Item::new("About Stardeck", Glyph::Info, move || {
        open_about(sheets, deck);
    })));
    entries.push(Entry::Rule);
    entries.push(Entry::Item(Item::new("Log out", Glyph::LogOut, move || leave.run(()))));
    Ok(entries)
}

//! What the launcher finds: apps, stacks, actions, settings.

use std::sync::Arc;

use api::stack::{Stack, StackState};
use api::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::client::{Error, StackVerb};
use crate::desktop::icons::item::{Face, Home};
use crate::desktop::icons::items::Items;
use crate::desktop::launcher::{Command, Commands};
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::view::about::{open_about, open_shortcuts};
use crate::kit::Deed;
use crate::kit::icon::Glyph;
use crate::kit::sheet::Sheets;
use crate::kit::toast::Toasts;
use crate::prefs::{ACCENTS, Prefs, THEMES, WALLPAPERS};
use crate::store::Deck;

/// What commands are made of.
#[derive(Clone, Copy)]
pub struct Sources {
    /// The store.
    pub deck: Deck,
    /// The windows.
    pub manager: WindowManager,
    /// What stands on the desk.
    pub items: Items,
    /// How the desk looks.
    pub prefs: Prefs,
    /// What is read above everything.
    pub sheets: Sheets,
    /// What is said.
    pub toasts: Toasts,
    /// Logs out.
    pub leave: Callback<()>,
}

/// What makes the commands, for the launcher.
#[wasm_split(panels, fallible)]
pub fn maker(sources: Sources) -> Result<Commands, SplitLoaderError> {
    Ok(Arc::new(move || commands(sources)))
}

/// All commands, as they are now: first what is opened, then what is done.
fn commands(sources: Sources) -> Vec<Command> {
    let mut all = apps(sources);
    all.extend(windows(sources));
    all.extend(stacks(sources));
    all.extend(actions(sources));
    all.extend(settings(sources.prefs));
    all
}

fn command(
    group: &'static str,
    title: impl Into<String>,
    face: Face,
    hint: impl Into<String>,
    run: impl Fn() + Send + Sync + 'static,
) -> Command {
    Command {
        title: title.into(),
        group,
        face,
        hint: hint.into(),
        run: Deed::new(run),
    }
}

fn apps(sources: Sources) -> Vec<Command> {
    let manager = sources.manager;
    let mut items = sources.items.all.get();
    items.retain(|item| item.home != Home::None || item.key == super::account::APP.id);
    items
        .into_iter()
        .map(|item| {
            let spec = item.spec;
            command("App", item.name, item.face, item.life.words(), move || {
                manager.dispatch(Action::Open(spec.clone()));
            })
        })
        .collect()
}

/// The windows that are open, where an app has several or is not to be found by its own name.
fn windows(sources: Sources) -> Vec<Command> {
    let (manager, items) = (sources.manager, sources.items);
    let windows = manager.desk.with(|desk| desk.windows.clone());
    let named = |window: &crate::desktop::state::Window| items.now(&window.key()).is_none();
    let face = Face::Glyph(Glyph::Window, "slate");
    windows
        .iter()
        .filter(|window| named(window))
        .map(|window| {
            let id = window.id;
            command("Window", window.title.clone(), face.clone(), "open", move || {
                manager.dispatch(Action::Focus(id));
            })
        })
        .collect()
}

fn stacks(sources: Sources) -> Vec<Command> {
    if sources.deck.session.with(|session| session.user().role == Role::Viewer) {
        return vec![];
    }
    let all = sources.deck.stacks.all();
    all.iter().flat_map(|stack| stack_commands(sources, stack)).collect()
}

fn stack_commands(sources: Sources, stack: &Stack) -> Vec<Command> {
    let (hint, verbs): (_, &[StackVerb]) = match stack.state {
        StackState::Running => ("running", &[StackVerb::Restart, StackVerb::Stop]),
        StackState::Degraded => ("needs a look", &[StackVerb::Start, StackVerb::Restart, StackVerb::Stop]),
        StackState::Stopped => ("stopped", &[StackVerb::Start]),
        StackState::Down | StackState::Working => return vec![],
    };
    verbs
        .iter()
        .map(|verb| {
            let (verb, name) = (*verb, stack.name.clone());
            let glyph = match verb {
                StackVerb::Start => Glyph::Play,
                StackVerb::Stop => Glyph::Stop,
                StackVerb::Restart => Glyph::Restart,
                StackVerb::Down => Glyph::Unplugged,
            };
            let title = format!("{} {name}", verb.word());
            command("Stack", title, Face::Glyph(glyph, "indigo"), hint, move || {
                let (session, name) = (sources.deck.session_now(), name.clone());
                spawn_local(async move {
                    match session.act_on_stack(&name, verb).await {
                        Ok(_) | Err(Error::Ended(_)) => {}
                        Err(error) => sources.toasts.wrong(format!("{name}: nothing was done"), error.words()),
                    }
                });
            })
        })
        .collect()
}

fn actions(sources: Sources) -> Vec<Command> {
    let Sources {
        deck,
        manager,
        sheets,
        leave,
        ..
    } = sources;
    let face = |glyph| Face::Glyph(glyph, "slate");
    let mut all = vec![];
    if manager.desk.with(|desk| desk.active.is_some()) {
        let minimise = move || {
            let ids = manager
                .desk
                .with_untracked(|desk| desk.windows.iter().map(|window| window.id).collect::<Vec<_>>());
            for id in ids {
                manager.dispatch(Action::Minimise(id));
            }
        };
        all.push(command("Action", "Show the desk", face(Glyph::Minimise), "", minimise));
    }
    all.extend([
        command("Action", "Keyboard shortcuts", face(Glyph::Keyboard), "?", move || {
            open_shortcuts(sheets);
        }),
        command("Action", "About Stardeck", face(Glyph::Info), "", move || {
            open_about(sheets, deck);
        }),
        command("Action", "Log out", face(Glyph::LogOut), "", move || leave.run(())),
    ]);
    all
}

fn settings(prefs: Prefs) -> Vec<Command> {
    let of = |name: &str, all: &[(&'static str, &'static str)], value: RwSignal<&'static str>| {
        let setting = |(kept, label): &(&'static str, &'static str)| {
            let kept = *kept;
            let hint = if value.get() == kept { "chosen" } else { "" };
            let title = format!("{name}: {}", label.to_lowercase());
            command(
                "Setting",
                title,
                Face::Glyph(Glyph::Sliders, "slate"),
                hint,
                move || {
                    value.set(kept);
                },
            )
        };
        all.iter().map(setting).collect::<Vec<_>>()
    };
    let mut all = of("Theme", &THEMES, prefs.theme);
    all.extend(of("Accent", &ACCENTS, prefs.accent));
    all.extend(of("Wallpaper", &WALLPAPERS, prefs.wallpaper));
    all
}

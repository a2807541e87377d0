//! What stands on the desk: the built-in apps, and the apps of the machine.

use api::app::{App as WebApp, AppState};
use api::container::Container;
use api::job::Job;
use api::stack::Stack;
use api::update::ImageCheck;
use api::user::Role;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::containers::acts::Acts;
use super::containers::say::failed;
use super::{APPS, app_settings, embed, group};
use crate::desktop::app::{App, Place};
use crate::desktop::icons::item::{Badge, Face, Home, Item, Kind, Life, Ways};
use crate::desktop::icons::items::Items;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::Spec;
use crate::kit::dialog::prompt::Prompts;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Entry, Item as Line};
use crate::store::order::by_text;
use crate::store::{Deck, progress};

/// Everything that can stand on the desk or in the dock.
#[must_use]
pub fn items(deck: Deck, manager: WindowManager, prompts: Prompts) -> Items {
    let acts = Acts::new(deck);
    let all = Memo::new(move |_| {
        let jobs: Vec<Job> = deck.jobs.all().into_iter().filter(|job| !job.state.is_over()).collect();
        let apps = by_text(deck.apps.all(), |app| {
            format!("{}\n{}", app.name.to_lowercase(), app.id)
        });
        let mut items: Vec<Item> = APPS.iter().map(built_in).collect();
        for app in &apps {
            let stack = deck.stacks.get(&app.stack);
            let container = app.container.as_ref().and_then(|id| deck.containers.get(id));
            items.push(Item {
                badge: badge(app, stack.as_ref(), container.as_ref()),
                ..web_app(app, &jobs)
            });
        }
        items
    });
    let ways = Ways {
        menu: Box::new(move |item| Box::pin(menu(deck, manager, acts, item.clone()))),
        group: group::spec,
    };
    Items::new(all, deck.own, ways, prompts)
}

fn built_in(app: &App) -> Item {
    Item {
        key: app.id.to_owned(),
        name: app.name.to_owned(),
        face: Face::Glyph(app.glyph, app.tint),
        life: Life::Plain,
        badge: None,
        spec: app.spec(),
        kind: Kind::BuiltIn,
        home: if app.place == Place::Dock {
            Home::Desk
        } else {
            Home::None
        },
    }
}

fn web_app(app: &WebApp, jobs: &[Job]) -> Item {
    let spec = Spec {
        title: app.name.clone(),
        ..embed::APP.about(app.id.clone())
    };
    Item {
        key: spec.key(),
        name: app.name.clone(),
        face: app.icon.clone().map_or(Face::Monogram, Face::Picture),
        life: life(app, jobs),
        badge: None,
        spec,
        kind: Kind::App,
        home: if app.hidden { Home::None } else { Home::Desk },
    }
}

/// How an app is: what is done to its stack says more than what its container does meanwhile.
fn life(app: &WebApp, jobs: &[Job]) -> Life {
    if let Some(job) = jobs.iter().find(|job| job.object == app.stack) {
        return Life::Busy(progress::percent(job));
    }
    match app.state {
        AppState::Ready => Life::Up,
        AppState::Unhealthy => Life::Doubtful,
        AppState::Starting => Life::Busy(None),
        AppState::Stopped | AppState::Gone => Life::Off,
    }
}

/// What is to be looked at: trouble comes before news.
fn badge(app: &WebApp, stack: Option<&Stack>, container: Option<&Container>) -> Option<Badge> {
    if app.state == AppState::Unhealthy {
        return Some(Badge::Trouble("its health check fails"));
    }
    if container.is_some_and(failed) {
        return Some(Badge::Trouble("it ended with an error"));
    }
    let stack = stack?;
    if stack.trouble.is_some() {
        return Some(Badge::Trouble("its last deploy failed"));
    }
    let is_news = |image: &ImageCheck| image.is_news() && image.services.contains(&app.service);
    stack.updates.iter().any(is_news).then_some(Badge::Update)
}

async fn menu(deck: Deck, manager: WindowManager, acts: Acts, item: Item) -> Vec<Entry> {
    let spec = item.spec.clone();
    let mut entries = vec![Entry::Item(Line::new("Open", Glyph::Window, move || {
        manager.dispatch(Action::Open(spec.clone()));
    }))];
    if item.kind != Kind::App {
        return entries;
    }
    let another = Spec {
        single: false,
        ..item.spec.clone()
    };
    entries.push(Entry::Item(Line::new("Open in a new window", Glyph::Plus, move || {
        manager.dispatch(Action::Open(another.clone()));
    })));
    if let Ok(more) = of_app(deck, manager, acts, item.spec.subject).await {
        entries.extend(more);
    }
    entries
}

/// What can be done with an app of the machine.
#[wasm_split(panels, fallible)]
fn of_app(deck: Deck, manager: WindowManager, acts: Acts, id: String) -> Result<Vec<Entry>, SplitLoaderError> {
    let mut entries = vec![];
    let app = untrack(|| deck.apps.find(|app| app.id == id));
    let container = app.and_then(|app| {
        let id = app.container?;
        untrack(|| deck.containers.find(|container| container.id == id))
    });
    if let Some(container) = container {
        entries.extend(untrack(|| acts.menu(&container)));
    }
    if deck.session.with_untracked(|session| session.user().role) != Role::Viewer {
        let settings = Line::new("Settings…", Glyph::Sliders, move || app_settings::open(manager, &id));
        // Removing stands last, apart from the rest.
        let at = entries.len() - entries.iter().rev().take_while(|entry| is_last(entry)).count();
        entries.insert(at, Entry::Item(settings));
    }
    Ok(entries)
}

fn is_last(entry: &Entry) -> bool {
    match entry {
        Entry::Item(item) => item.danger,
        Entry::Rule => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use api::app::{App as WebApp, AppState, Scheme};
    use api::job::{Job, JobKind, JobState};
    use api::name::StackName;
    use api::stack::{Stack, StackState};
    use api::time::Timestamp;
    use api::update::{ImageCheck, ImageState};

    use super::{badge, life, web_app};
    use crate::desktop::icons::item::{Badge, Face, Life};

    fn app(state: AppState) -> WebApp {
        WebApp {
            id: "a1".to_owned(),
            name: "Notes".to_owned(),
            stack: "office".to_owned(),
            service: "notes".to_owned(),
            container: None,
            port: 80,
            scheme: Scheme::Http,
            path: "/".to_owned(),
            state,
            icon: None,
            wakes: false,
            hidden: false,
        }
    }

    fn job(object: &str) -> Job {
        Job {
            id: "1".to_owned(),
            kind: JobKind::Deploy,
            object: object.to_owned(),
            by: "ada".to_owned(),
            state: JobState::Running,
            steps: vec![],
            created: Timestamp(0),
            started: None,
            finished: None,
            error: None,
        }
    }

    #[test]
    fn an_icon_is_as_its_app_and_busy_while_a_job_is_at_work_on_it() {
        assert_eq!(life(&app(AppState::Ready), &[job("games")]), Life::Up);
        assert_eq!(life(&app(AppState::Stopped), &[]), Life::Off);
        assert_eq!(life(&app(AppState::Stopped), &[job("office")]), Life::Busy(None));
    }

    #[test]
    fn trouble_is_shown_before_news_and_news_only_of_its_own_service() {
        let image = |service: &str| ImageCheck {
            image: "docker.io/library/notes:1".to_owned(),
            services: vec![service.to_owned()],
            state: ImageState::Newer,
            digest: None,
            newer_tags: vec![],
            trouble: None,
        };
        let stack = |service, trouble: Option<&str>| Stack {
            name: StackName::parse("office").unwrap(),
            state: StackState::Running,
            wanted: true,
            generation: Some(1),
            changed_on_disk: false,
            services: vec![],
            job: None,
            trouble: trouble.map(str::to_owned),
            updates: vec![image(service)],
            created: Timestamp(0),
        };
        let notes = app(AppState::Ready);
        assert_eq!(badge(&notes, Some(&stack("notes", None)), None), Some(Badge::Update));
        assert_eq!(badge(&notes, Some(&stack("database", None)), None), None);
        let failed = badge(&notes, Some(&stack("notes", Some("No image."))), None);
        assert_eq!(failed, Some(Badge::Trouble("its last deploy failed")));
        let sick = badge(&app(AppState::Unhealthy), None, None);
        assert_eq!(sick, Some(Badge::Trouble("its health check fails")));
    }

    #[test]
    fn an_app_opens_a_window_of_its_own() {
        let item = web_app(&app(AppState::Ready), &[]);
        assert_eq!((item.key.as_str(), item.spec.title.as_str()), ("web:a1", "Notes"));
        assert_eq!(item.face, Face::Monogram);
    }
}

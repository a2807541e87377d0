//! Follows the event stream for as long as the session lasts, through breaks and restarts of the server.

use api::app::App;
use api::container::Container;
use api::event::Change;
use api::job::Job;
use api::stack::Stack;
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::future::{Either, LocalBoxFuture, join5, select};
use futures_util::{FutureExt, StreamExt};
use leptos::prelude::*;

use super::backoff::Backoff;
use super::browser::{now, random, sleep};
use super::own::Changes;
use super::sync::{Step, Sync};
use super::{Deck, Link};
use crate::client::{Ended, Error, Events, Session};

/// How long nothing may be heard of a call before the stream is doubted, in milliseconds.
const POLL: f64 = 5_000.0;

/// How long a stream may be silent, in milliseconds. The server says every ten seconds that it lives.
const SILENCE: i64 = 30_000;

/// How a stream ended.
enum End {
    Broke,
    Session,
}

/// Follows the stream. Ends only with the session.
pub(super) async fn follow(deck: Deck, session: Session, mut hurry: UnboundedReceiver<()>) {
    let mut sync = Sync::default();
    let mut backoff = Backoff::default();
    loop {
        let end = match session.events(sync.after()).await {
            Ok(events) => stream(deck, &session, &mut sync, &mut backoff, events, &mut hurry).await,
            Err(Error::Ended(_)) => End::Session,
            Err(_) => End::Broke,
        };
        if matches!(end, End::Session) {
            return;
        }
        sync.broke();
        let wait = backoff.next(random());
        #[expect(clippy::cast_possible_truncation, reason = "a wait in milliseconds")]
        let again = now() + wait as i64;
        deck.link.update(|link| {
            let since = match link {
                Link::Broken { since, .. } => *since,
                _ => now(),
            };
            *link = Link::Broken { since, again };
        });
        while hurry.try_recv().is_ok() {}
        select(sleep(wait).boxed_local(), hurry.next()).await;
    }
}

/// Takes the frames of one open stream until it breaks.
async fn stream(
    deck: Deck,
    session: &Session,
    sync: &mut Sync,
    backoff: &mut Backoff,
    mut events: Events,
    hurry: &mut UnboundedReceiver<()>,
) -> End {
    let mut heard = now();
    let mut silence = watch_silence();
    loop {
        // Whoever hurries the feed doubts that the stream still lives: it is opened anew.
        let doubt = select(hurry.next(), &mut silence);
        let frame = match select(events.next().boxed_local(), doubt).await {
            Either::Left((frame, _)) => frame,
            Either::Right((Either::Right(_), _)) if now() - heard < SILENCE => {
                silence = watch_silence();
                continue;
            }
            Either::Right(_) => return End::Broke,
        };
        let Some(frame) = frame else { return End::Broke };
        heard = now();
        let mut steps = sync.frame(frame);
        let wants_list = steps.contains(&Step::List);
        if wants_list {
            match list(deck, session).await {
                Ok(sequence) => steps.extend(sync.listed(sequence)),
                Err(Error::Ended(_)) => return End::Session,
                Err(_) => return End::Broke,
            }
        }
        backoff.reset();
        deck.link
            .maybe_update(|link| std::mem::replace(link, Link::Live) != Link::Live);
        for step in steps {
            if let Step::End = step {
                session.end(Ended::Over);
                return End::Session;
            }
            apply(deck, step);
        }
    }
}

/// Is over when it is time to ask for how long nothing was heard.
fn watch_silence() -> LocalBoxFuture<'static, ()> {
    sleep(SILENCE as f64).boxed_local()
}

/// Fetches all lists. They stand at different events: what any of them lacks is applied to all, which changes nothing
/// in those that have it.
async fn list(deck: Deck, session: &Session) -> Result<u64, Error> {
    let lists = join5(
        session.containers(),
        session.stacks(),
        session.apps(),
        session.jobs(),
        session.desk(),
    );
    let (containers, stacks, apps, jobs, desk) = lists.await;
    let ((containers, sequence), stacks, apps, jobs, desk) = (containers?, stacks?, apps?, jobs?, desk?);
    let mut entries = Changes::new();
    entries.extend(desk.entries.into_iter().map(|(key, value)| (key, Some(value))));
    deck.own.hear(entries);
    let keyed = |item: Container| (item.id.clone(), item);
    deck.containers.replace(containers.into_iter().map(keyed));
    let keyed = |item: Stack| (item.name.to_string(), item);
    deck.stacks.replace(stacks.items.into_iter().map(keyed));
    let keyed = |item: App| (item.id.clone(), item);
    deck.apps.replace(apps.items.into_iter().map(keyed));
    let keyed = |item: Job| (item.id.clone(), item);
    deck.jobs.replace(jobs.items.into_iter().map(keyed));
    deck.listed.set(true);
    let others = [stacks.sequence, apps.sequence, jobs.sequence];
    Ok(others.into_iter().fold(sequence, u64::min))
}

fn apply(deck: Deck, step: Step) {
    match step {
        Step::Apply(change) => change_of(deck, *change),
        Step::Podman(state) => deck.podman.set(state),
        Step::Version(version) => deck.version.set(Some(version)),
        Step::List | Step::End => {}
    }
}

fn change_of(deck: Deck, change: Change) {
    match change {
        Change::Container { container } => {
            let id = container.id.clone();
            deck.containers.put(&id, container);
        }
        Change::ContainerRemoved { id } => deck.containers.remove(&id),
        Change::Stack { stack } => {
            let name = stack.name.to_string();
            deck.stacks.put(&name, stack);
        }
        Change::StackRemoved { name } => deck.stacks.remove(name.as_str()),
        Change::App { app } => {
            let id = app.id.clone();
            deck.apps.put(&id, app);
        }
        Change::AppRemoved { id } => deck.apps.remove(&id),
        Change::Job { job } => {
            let id = job.id.clone();
            deck.jobs.put(&id, job);
        }
        Change::Desk { entries } => deck.own.hear(entries),
        Change::Podman { state } => deck.podman.set(state),
    }
}

/// Asks how the machine is doing every few seconds. A call that finds nobody is a sign that the stream is dead too,
/// which a browser may otherwise learn minutes later.
pub(super) async fn watch_system(deck: Deck, session: Session) {
    let mut missed = false;
    loop {
        if !super::hidden() {
            match session.system().await {
                Ok(system) => {
                    missed = false;
                    deck.system.set(Some(system));
                }
                Err(Error::Ended(_)) => return,
                Err(Error::Unreachable) if !missed && deck.link.get_untracked() == Link::Live => {
                    missed = true;
                    deck.hurry();
                }
                Err(_) => {}
            }
        }
        sleep(POLL).await;
    }
}

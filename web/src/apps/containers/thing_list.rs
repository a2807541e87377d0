//! The lists of images, volumes and networks.

use std::collections::BTreeSet;

use api::disk::DiskUsage;
use api::time::Timestamp;
use api::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::detail::fact;
use super::make::Make;
use super::pull::Pull;
use super::things::{Facts, Thing, of_image, of_network, of_volume};
use crate::client::{Error, Session, ThingKind};
use crate::desktop::time::{bytes, duration};
use crate::kit::Deed;
use crate::kit::button::IconButton;
use crate::kit::dialog::{Question, Questions};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// A list of things of one kind; cheap to copy.
#[derive(Clone, Copy)]
struct Things {
    deck: Deck,
    kind: ThingKind,
    questions: Questions,
    toasts: Toasts,
    /// Absent until they were listed once.
    all: RwSignal<Option<Vec<Thing>>>,
    /// What it all takes on the disk, once that is known: Podman needs seconds to say.
    usage: RwSignal<Option<DiskUsage>>,
    wrong: RwSignal<Option<String>>,
    under_way: RwSignal<BTreeSet<String>>,
}

impl Things {
    /// Lists them now, and again when containers come and go, which use them, or a job ends.
    fn follow(kind: ThingKind) -> Self {
        let deck = expect_context::<Deck>();
        let things = Self {
            deck,
            kind,
            questions: expect_context(),
            toasts: expect_context(),
            all: RwSignal::new(None),
            usage: RwSignal::new(None),
            wrong: RwSignal::new(None),
            under_way: RwSignal::new(BTreeSet::new()),
        };
        let users = Memo::new(move |_| {
            let all = deck.containers.all().into_iter();
            let users: Vec<_> = all.map(|it| (it.id, it.state.is_up())).collect();
            // A job that is over may have fetched or made something.
            let over = deck.jobs.all().into_iter().filter(|job| job.state.is_over());
            (users, over.count())
        });
        Effect::new(move |_| {
            // Read, not only tracked: a memo that nobody has read does not know yet what it depends on.
            users.with(|_| ());
            deck.session.track();
            things.list();
        });
        things
    }

    fn list(self) {
        let session = self.deck.session_now();
        spawn_local(async move {
            self.take(list(&session, self.kind).await);
            if self.kind == ThingKind::Network {
                return;
            }
            if let Ok(usage) = session.disk_usage().await {
                self.usage.try_set(Some(usage));
                // The look at the disk is what tells how large each volume is.
                if self.kind == ThingKind::Volume {
                    self.take(list(&session, self.kind).await);
                }
            }
        });
    }

    fn take(self, listed: Result<Vec<Thing>, Error>) {
        match listed {
            Ok(all) => {
                self.wrong.try_set(None);
                self.all.try_set(Some(all));
            }
            Err(error) => _ = self.wrong.try_set(Some(error.words())),
        }
    }

    /// What all of the kind take, and what is left.
    fn foot(self) -> Option<String> {
        self.usage.with(|usage| {
            let usage = usage.as_ref()?;
            let share = match self.kind {
                ThingKind::Image => usage.images,
                ThingKind::Volume => usage.volumes,
                ThingKind::Network => return None,
            };
            let (taken, free, total) = (bytes(share.bytes), bytes(usage.free), bytes(usage.total));
            Some(format!("{taken} in all · {free} of {total} are free"))
        })
    }

    fn remove(self, thing: &Thing) {
        let thing = thing.clone();
        self.questions.ask(Question {
            title: format!("Remove {}?", thing.name),
            consequences: thing.consequences(),
            go: "Remove".to_owned(),
            danger: true,
            run: Deed::new(move || self.removed(thing.clone())),
        });
    }

    fn removed(self, thing: Thing) {
        let session = self.deck.session_now();
        self.under_way.try_update(|ids| ids.insert(thing.id.clone()));
        spawn_local(async move {
            match session.remove_thing(thing.kind, &thing.id, thing.foreign).await {
                Ok(()) => self.toasts.done(format!("{} removed", thing.name)),
                // The way in says so, over everything.
                Err(Error::Ended(_)) => {}
                Err(error) => self
                    .toasts
                    .wrong(format!("{} was not removed", thing.name), error.words()),
            }
            self.under_way.try_update(|ids| ids.remove(&thing.id));
            self.list();
        });
    }
}

async fn list(session: &Session, kind: ThingKind) -> Result<Vec<Thing>, Error> {
    let mut all: Vec<Thing> = match kind {
        ThingKind::Image => session.images().await?.into_iter().map(Thing::from).collect(),
        ThingKind::Volume => session.volumes().await?.into_iter().map(Thing::from).collect(),
        ThingKind::Network => session.networks().await?.into_iter().map(Thing::from).collect(),
    };
    all.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    Ok(all)
}

async fn look(session: &Session, kind: ThingKind, id: &str) -> Result<Facts, Error> {
    match kind {
        ThingKind::Image => session.image(id).await.map(of_image),
        ThingKind::Volume => session.volume(id).await.map(of_volume),
        ThingKind::Network => session.network(id).await.map(of_network),
    }
}

/// What stands where, for each kind.
struct Words {
    list: &'static str,
    amount: &'static str,
    none: &'static str,
    hint: &'static str,
    create: Option<&'static str>,
}

fn words(kind: ThingKind) -> Words {
    match kind {
        ThingKind::Image => Words {
            list: "Images",
            amount: "Size",
            none: "No images yet",
            hint: "Deploying something fetches the images that it needs; or fetch one by its name.",
            create: None,
        },
        ThingKind::Volume => Words {
            list: "Volumes",
            amount: "Size",
            none: "No volumes yet",
            hint: "A volume keeps data when its container goes. Stacks make theirs by themselves.",
            create: Some("New volume"),
        },
        ThingKind::Network => Words {
            list: "Networks",
            amount: "Addresses",
            none: "No networks yet",
            hint: "Containers of one network find each other by name. Stacks make theirs by themselves.",
            create: Some("New network"),
        },
    }
}

/// A list, with what can be made and removed.
#[component]
pub fn ThingList(
    /// Of what.
    kind: ThingKind,
    /// The words that must be found.
    search: RwSignal<String>,
) -> impl IntoView {
    let things = Things::follow(kind);
    let words = words(kind);
    let shown = Memo::new(move |_| {
        let search = search.with(|search| search.to_lowercase());
        let found = |thing: &&Thing| {
            let text = format!("{} {} {} {}", thing.name, thing.beside, thing.id, thing.users.join(" ")).to_lowercase();
            search.split_whitespace().all(|word| text.contains(word))
        };
        things
            .all
            .with(|all| all.iter().flatten().filter(found).cloned().collect::<Vec<_>>())
    });
    let may = things.deck.session.with_untracked(|session| session.user().role) != Role::Viewer;
    view! {
        {(kind == ThingKind::Image && may).then(|| view! { <Pull /> })}
        {words.create.filter(|_| may).map(|word| view! { <Make kind=kind word=word made=move |()| things.list() /> })}
        <Show when=move || things.wrong.with(Option::is_some)>
            <p class="things-wrong">{move || things.wrong.get()}</p>
        </Show>
        <Show
            when=move || shown.with(|shown| !shown.is_empty())
            fallback=move || {
                let known = things.all.with(Option::is_some);
                known
                    .then(|| {
                        view! {
                            <div class="empty">
                                <Icon glyph=Glyph::Layers size=40 />
                                <h3>{words.none}</h3>
                                <p>{words.hint}</p>
                            </div>
                        }
                    })
            }
        >
            <div class="table things" role="table" aria-label=words.list>
                <div role="rowgroup">
                    <div class="table-head" role="row">
                        <span role="columnheader">"Name"</span>
                        <span role="columnheader">{words.amount}</span>
                        <span role="columnheader" class="cell-ports">"Used by"</span>
                        <span role="columnheader" class="cell-stack">"Made"</span>
                        <span role="columnheader"><span class="unseen">"Actions"</span></span>
                    </div>
                </div>
                <div class="table-body" role="rowgroup">
                    <For each=move || shown.get() key=|thing| format!("{thing:?}") let:thing>
                        <ThingRow things=things thing=thing may=may />
                    </For>
                </div>
            </div>
        </Show>
        {move || things.foot().map(|words| view! { <p class="table-foot">{words}</p> })}
    }
}

#[component]
fn ThingRow(things: Things, thing: Thing, may: bool) -> impl IntoView {
    let open = RwSignal::new(false);
    let facts = RwSignal::new(None::<Facts>);
    let (kind, id) = (thing.kind, thing.id.clone());
    let unfold = move |_| {
        open.update(|open| *open = !*open);
        if !open.get_untracked() || facts.with_untracked(Option::is_some) {
            return;
        }
        let (session, id) = (things.deck.session_now(), id.clone());
        spawn_local(async move {
            match look(&session, kind, &id).await {
                Ok(read) => _ = facts.try_set(Some(read)),
                Err(error) => _ = things.wrong.try_set(Some(error.words())),
            }
        });
    };
    let deck = things.deck;
    let created = thing.created;
    let made = move || created.map(|at| format!("{} ago", duration(Timestamp(deck.now.get()).seconds_since(at))));
    let users = match thing.users.as_slice() {
        [] if thing.in_use => "others".to_owned(),
        users => users.join(", "),
    };
    let (id, busy_id) = (thing.id.clone(), thing.id.clone());
    let busy = Memo::new(move |_| things.under_way.with(|ids| ids.contains(&busy_id)));
    let fixed = thing.in_use || !may || id == "podman";
    let remove = if thing.in_use {
        format!("{} is used by {users}", thing.name)
    } else {
        format!("Remove {}", thing.name)
    };
    let removed = thing.clone();
    view! {
        <div class="row" role="row" class:is-busy=busy class:is-off=!thing.in_use>
            <div class="cell-name" role="cell">
                <button
                    type="button"
                    class="unfold"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-label=format!("Look at {}", thing.name)
                    on:click=unfold
                >
                    <Icon glyph=Glyph::ChevronDown size=14 />
                </button>
                <strong title=thing.id.clone()>{thing.name.clone()}</strong>
                {thing.foreign.then(|| view! { <span class="chip" title="Not made by this Stardeck">"foreign"</span> })}
                <small>{thing.beside.clone()}</small>
            </div>
            <div class="cell-status" role="cell"><span>{thing.amount.clone()}</span></div>
            <div class="cell-ports" role="cell"><span title=users.clone()>{users.clone()}</span></div>
            <div class="cell-stack" role="cell"><span>{made}</span></div>
            <div class="cell-acts" role="cell">
                <IconButton
                    label=remove
                    glyph=Glyph::Trash
                    disabled=Signal::derive(move || fixed || busy.get())
                    press=move |_| things.remove(&removed)
                />
            </div>
        </div>
        <Show when=move || open.get() && facts.with(Option::is_some)>
            <div class="detail" role="row">
                <div role="cell">
                    <dl>
                        {move || {
                            let facts = facts.get().unwrap_or_default().into_iter();
                            facts.map(|(name, lines)| fact(name, lines)).collect::<Vec<_>>()
                        }}
                    </dl>
                </div>
            </div>
        </Show>
    }
}

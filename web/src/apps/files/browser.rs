//! The list of a folder: where browsing can begin at its side, the way to it above, and a folder made in it.

use api::filesystem::{Entry, EntryKind, Folder, Root, RootKind};
use api::time::Timestamp;
use api::user::Role;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Error;
use crate::desktop::time::{bytes, duration};
use crate::kit::button::{Button, IconButton, Tone};
use crate::kit::field::verbatim::Verbatim;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::sheet::Sheets;
use crate::store::Deck;

/// What is known of the folders that are looked at; cheap to copy.
#[derive(Clone, Copy)]
struct Browsing {
    deck: Deck,
    roots: RwSignal<Vec<Root>>,
    folder: RwSignal<Option<Folder>>,
    here: RwSignal<Option<String>>,
    wrong: RwSignal<Option<String>>,
}

impl Browsing {
    fn start(deck: Deck, here: RwSignal<Option<String>>) -> Self {
        let browsing = Self {
            deck,
            roots: RwSignal::new(vec![]),
            folder: RwSignal::new(None),
            here,
            wrong: RwSignal::new(None),
        };
        let session = deck.session_now();
        spawn_local(async move {
            match session.roots().await {
                Ok(known) => {
                    // The home is where people look first.
                    let first = known.roots.iter().find(|root| root.kind == RootKind::Home);
                    let first = first.or(known.roots.first()).map(|root| root.path.clone());
                    browsing.roots.try_set(known.roots);
                    if let Some(first) = first {
                        browsing.go(first);
                    }
                }
                Err(error) => browsing.fail(&error),
            }
        });
        browsing
    }

    fn go(self, path: String) {
        let session = self.deck.session_now();
        self.here.try_set(Some(path.clone()));
        spawn_local(async move {
            let read = session.browse(&path, None).await;
            // Somebody may have gone elsewhere, or away, meanwhile.
            if self.here.try_get_untracked().flatten().as_ref() != Some(&path) {
                return;
            }
            match read {
                Ok(folder) => {
                    self.wrong.set(None);
                    self.folder.set(Some(folder));
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn more(self) {
        let Some((path, cursor)) = self.folder.with_untracked(|folder| {
            folder
                .as_ref()
                .and_then(|it| Some((it.path.clone(), it.cursor.clone()?)))
        }) else {
            return;
        };
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.browse(&path, Some(&cursor)).await {
                Ok(next) => {
                    self.folder.try_update(|folder| {
                        if let Some(folder) = folder.as_mut().filter(|it| it.path == next.path) {
                            folder.items.extend(next.items);
                            folder.cursor = next.cursor;
                        }
                    });
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn make(self, name: &str) {
        let Some(here) = self.here.get_untracked() else { return };
        let path = format!("{}/{name}", here.trim_end_matches('/'));
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.make_folder(path.clone()).await {
                Ok(()) => self.go(path),
                Err(error) => self.fail(&error),
            }
        });
    }

    fn fail(self, error: &Error) {
        // The way in says that a session is over, above everything.
        if !matches!(error, Error::Ended(_)) {
            self.wrong.try_set(Some(error.words()));
        }
    }
}

/// A folder and the way to it.
#[component]
pub fn Browser(
    /// The store.
    deck: Deck,
    /// The folder that is looked at.
    here: RwSignal<Option<String>>,
) -> impl IntoView {
    let browsing = Browsing::start(deck, here);
    let may = deck.session.with_untracked(|session| session.user().role) != Role::Viewer;
    let entries = move || {
        browsing
            .folder
            .with(|folder| folder.as_ref().map(|it| it.items.clone()).unwrap_or_default())
    };
    let more = Memo::new(move |_| {
        browsing
            .folder
            .with(|folder| folder.as_ref().is_some_and(|it| it.cursor.is_some()))
    });
    let cut = Memo::new(move |_| {
        browsing
            .folder
            .with(|folder| folder.as_ref().is_some_and(|it| it.truncated))
    });
    let empty = Memo::new(move |_| {
        browsing
            .folder
            .with(|folder| folder.as_ref().is_some_and(|it| it.items.is_empty()))
    });
    view! {
        <div class="files">
            <nav class="side" aria-label="Places">
                <For each=move || browsing.roots.get() key=|root| root.path.clone() let:root>
                    <Place browsing=browsing root=root />
                </For>
            </nav>
            <div class="files-main">
                <Way browsing=browsing may=may />
                <Show when=move || browsing.wrong.with(Option::is_some)>
                    <p class="files-wrong" role="alert">{move || browsing.wrong.get()}</p>
                </Show>
                <div class="files-list" role="table" aria-label="Folder" tabindex="0">
                    <div role="rowgroup">
                        <div class="files-head" role="row">
                            <span role="columnheader">"Name"</span>
                            <span role="columnheader" class="files-size">"Size"</span>
                            <span role="columnheader" class="files-owner">"Owner"</span>
                            <span role="columnheader" class="files-rights">"Permissions"</span>
                            <span role="columnheader" class="files-when">"Changed"</span>
                        </div>
                    </div>
                    <div role="rowgroup">
                        <For each=entries key=|entry| format!("{entry:?}") let:entry>
                            <EntryRow browsing=browsing entry=entry />
                        </For>
                    </div>
                </div>
                <Show when=move || empty.get()>
                    <p class="files-note">"Nothing is in it that is shown here: hidden files stay hidden."</p>
                </Show>
                <Show when=move || more.get()>
                    <Button press=move |_| browsing.more()>"Show more"</Button>
                </Show>
                <Show when=move || cut.get()>
                    <p class="files-note">"There is more in this folder than is looked at."</p>
                </Show>
            </div>
        </div>
    }
}

/// Where browsing can begin.
#[component]
fn Place(browsing: Browsing, root: Root) -> impl IntoView {
    let last = root.path.rsplit('/').next().unwrap_or_default().to_owned();
    let (name, glyph) = match root.kind {
        RootKind::Stacks => ("Stacks".to_owned(), Glyph::Layers),
        RootKind::Home => ("Home".to_owned(), Glyph::Home),
        RootKind::Added => (last, Glyph::Folder),
    };
    let space = root.space.map(|space| format!("{} free", bytes(space.free)));
    let (path, below, gone) = (root.path.clone(), root.path.clone(), root.space.is_none());
    let chosen = Memo::new(move |_| {
        browsing
            .here
            .with(|here| here.as_ref().is_some_and(|here| here.starts_with(&below)))
    });
    view! {
        <button
            type="button"
            class="side-item"
            title=root.path
            disabled=gone
            aria-pressed=move || chosen.get().to_string()
            on:click=move |_| browsing.go(path.clone())
        >
            <Icon glyph=glyph size=15 />
            <span>{name}</span>
            <small>{space}</small>
        </button>
    }
}

/// The way to the folder, and a new one in it.
#[component]
fn Way(browsing: Browsing, may: bool) -> impl IntoView {
    let naming = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    let parent = Memo::new(move |_| {
        browsing
            .folder
            .with(|folder| folder.as_ref().and_then(|it| it.parent.clone()))
    });
    let writable = Memo::new(move |_| may && browsing.folder.with(|it| it.as_ref().is_some_and(|it| it.writable)));
    let up = move |_| {
        if let Some(parent) = parent.get_untracked() {
            browsing.go(parent);
        }
    };
    // Inside another form, as where a folder is chosen for it, the event is not to go further.
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        event.stop_propagation();
        let wanted = name.with_untracked(|name| name.trim().to_owned());
        if !wanted.is_empty() {
            browsing.make(&wanted);
            name.set(String::new());
            naming.set(false);
        }
    };
    view! {
        <div class="files-way">
            <IconButton
                label="Up"
                glyph=Glyph::Back
                disabled=Signal::derive(move || parent.get().is_none())
                press=up
            />
            <p>{move || browsing.here.get()}</p>
            <Show when=move || writable.get() && !naming.get()>
                <Button press=move |_| naming.set(true)>
                    <Icon glyph=Glyph::Plus size=14 />
                    "New folder"
                </Button>
            </Show>
        </div>
        <Show when=move || naming.get()>
            <form class="files-new" on:submit=submit>
                <Verbatim
                    get=name
                    set=move |text| name.set(text)
                    attr:class="files-input"
                    attr:placeholder="Name"
                    attr:aria-label="Name of the new folder"
                />
                <Button press=move |_| naming.set(false)>"Cancel"</Button>
                <Button tone=Tone::Primary submit=true disabled=Signal::derive(move || name.with(|it| it.trim().is_empty()))>
                    "Make it"
                </Button>
            </form>
        </Show>
    }
}

#[component]
fn EntryRow(browsing: Browsing, entry: Entry) -> impl IntoView {
    let glyph = match entry.kind {
        EntryKind::Folder => Glyph::Folder,
        EntryKind::File => Glyph::File,
        EntryKind::Link => Glyph::External,
        EntryKind::Other => Glyph::Unplugged,
    };
    let kind = match entry.kind {
        EntryKind::Folder | EntryKind::File => None,
        EntryKind::Link => Some("link"),
        EntryKind::Other => Some("device or socket"),
    };
    let enter = entry.path.clone().filter(|_| entry.kind == EntryKind::Folder);
    let deck = browsing.deck;
    let modified = entry.modified;
    let when = move || format!("{} ago", duration(Timestamp(deck.now.get()).seconds_since(modified)));
    let name = match enter {
        Some(path) => view! {
            <button type="button" on:click=move |_| browsing.go(path.clone())>
                {entry.name}
            </button>
        }
        .into_any(),
        None => view! { <span>{entry.name}</span> }.into_any(),
    };
    view! {
        <div class="files-row" role="row" class:is-folder=entry.kind == EntryKind::Folder>
            <div role="cell" class="files-name">
                <Icon glyph=glyph size=16 />
                {name}
                {kind.map(|kind| view! { <small>{kind}</small> })}
            </div>
            <div role="cell" class="files-size">{entry.size.map(bytes)}</div>
            <div role="cell" class="files-owner">{entry.owner}</div>
            <div role="cell" class="files-rights"><code>{entry.permissions}</code></div>
            <div role="cell" class="files-when">{when}</div>
        </div>
    }
}

/// Lets a folder of the machine be chosen.
#[component]
pub fn FolderButton(
    /// A folder is chosen; where it was to go may be gone by then.
    chosen: Callback<String>,
) -> impl IntoView {
    let (deck, sheets) = (expect_context::<Deck>(), expect_context::<Sheets>());
    let open = move |_| {
        sheets.open(
            "Choose a folder",
            move || view! { <FolderPicker deck=deck sheets=sheets chosen=chosen /> },
        );
    };
    view! { <IconButton label="Choose a folder…" glyph=Glyph::Folder press=open /> }
}

/// A folder to be chosen, in a sheet.
#[component]
fn FolderPicker(
    /// The store.
    deck: Deck,
    /// Where it is shown.
    sheets: Sheets,
    /// A folder is chosen.
    chosen: Callback<String>,
) -> impl IntoView {
    let here = RwSignal::new(None::<String>);
    let choose = move |_| {
        if let Some(path) = here.get_untracked() {
            chosen.run(path);
        }
        sheets.close();
    };
    view! {
        <div class="files-picker">
            <Browser deck=deck here=here />
            <footer>
                <p>{move || here.get()}</p>
                <Button tone=Tone::Primary disabled=Signal::derive(move || here.with(Option::is_none)) press=choose>
                    "Choose this folder"
                </Button>
            </footer>
        </div>
    }
}

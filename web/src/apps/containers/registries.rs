//! The passwords for registries: whose they are, given anew, forgotten. What was given is never shown.

use api::registry::{Registry, SetRegistry};
use api::time::Timestamp;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Error;
use crate::desktop::time::duration;
use crate::kit::Deed;
use crate::kit::button::{Button, IconButton};
use crate::kit::dialog::{Question, Questions};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// The list of registries; cheap to copy.
#[derive(Clone, Copy)]
struct Kept {
    deck: Deck,
    questions: Questions,
    toasts: Toasts,
    all: RwSignal<Option<Vec<Registry>>>,
    wrong: RwSignal<Option<String>>,
    field: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Kept {
    fn read(self) {
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.registries().await {
                Ok(all) => _ = self.all.try_set(Some(all)),
                Err(error) => self.fail(&error),
            }
        });
    }

    fn fail(self, error: &Error) {
        // The way in says that a session is over, above everything.
        if !matches!(error, Error::Ended(_)) {
            self.field.try_set(error.field().map(str::to_owned));
            self.wrong.try_set(Some(error.words()));
        }
    }

    /// Keeps a password, and says whether that was done.
    fn keep(self, request: SetRegistry, done: impl Fn() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.wrong.set(None);
        self.field.set(None);
        let session = self.deck.session_now();
        spawn_local(async move {
            let kept = session.set_registry(&request).await;
            // The section may have been left meanwhile, and its form is gone.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match kept {
                Ok(kept) => {
                    self.toasts.done(format!("The password for {} is kept", kept.host));
                    done();
                    self.read();
                }
                Err(error) => self.fail(&error),
            }
        });
    }

    fn forget(self, host: &str) {
        let host = host.to_owned();
        let run = move || {
            let (session, host) = (self.deck.session_now(), host.clone());
            spawn_local(async move {
                match session.remove_registry(&host).await {
                    Ok(()) => self.toasts.done(format!("The password for {host} is forgotten")),
                    Err(error) => self.fail(&error),
                }
                self.read();
            });
        };
        self.questions.ask(Question {
            title: "Forget this password?".to_owned(),
            consequences: vec![
                "Images that this registry gives to nobody without it are not fetched any more.".to_owned(),
                "What was fetched already stays.".to_owned(),
            ],
            go: "Forget".to_owned(),
            danger: true,
            run: Deed::new(run),
        });
    }
}

/// The section.
#[component]
pub fn Registries() -> impl IntoView {
    let kept = Kept {
        deck: expect_context(),
        questions: expect_context(),
        toasts: expect_context(),
        all: RwSignal::new(None),
        wrong: RwSignal::new(None),
        field: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    kept.read();
    let some = Memo::new(move |_| kept.all.with(|all| all.as_ref().is_some_and(|all| !all.is_empty())));
    let rows = move || {
        let all = kept.all.get().unwrap_or_default().into_iter();
        all.map(|it| view! { <Row kept=kept registry=it /> }).collect_view()
    };
    view! {
        <Form kept=kept />
        <Show when=move || kept.wrong.with(Option::is_some)>
            <p class="things-wrong" role="alert">{move || kept.wrong.get()}</p>
        </Show>
        <Show
            when=move || some.get()
            fallback=move || {
                kept.all
                    .with(Option::is_some)
                    .then(|| {
                        view! {
                            <div class="empty">
                                <Icon glyph=Glyph::Lock size=40 />
                                <h3>"No passwords yet"</h3>
                                <p>
                                    "Public images need none. For private ones, give a registry’s name, yours there, and a password or token: it is kept encrypted, and used for every fetch from there."
                                </p>
                            </div>
                        }
                    })
            }
        >
            <div class="table things is-registries" role="table" aria-label="Registries">
                <div role="rowgroup">
                    <div class="table-head" role="row">
                        <span role="columnheader">"Registry"</span>
                        <span role="columnheader">"Logs in as"</span>
                        <span role="columnheader" class="cell-stack">"Given"</span>
                        <span role="columnheader"><span class="unseen">"Actions"</span></span>
                    </div>
                </div>
                <div class="table-body" role="rowgroup">{rows}</div>
            </div>
        </Show>
    }
}

#[component]
fn Row(kept: Kept, registry: Registry) -> impl IntoView {
    let (now, created) = (kept.deck.now, registry.created);
    let given = move || format!("{} ago", duration(Timestamp(now.get()).seconds_since(created)));
    let host = registry.host.clone();
    view! {
        <div class="row" role="row">
            <div class="cell-plain" role="cell"><strong>{registry.host.clone()}</strong></div>
            <div class="cell-status" role="cell"><span>{registry.username}</span></div>
            <div class="cell-stack" role="cell"><span>{given} " by " {registry.by}</span></div>
            <div class="cell-acts" role="cell">
                <IconButton
                    label=format!("Forget the password for {}", registry.host)
                    glyph=Glyph::Trash
                    press=move |_| kept.forget(&host)
                />
            </div>
        </div>
    }
}

/// A password to be kept.
#[component]
fn Form(kept: Kept) -> impl IntoView {
    let [host, username, password] = [(); 3].map(|()| RwSignal::new(String::new()));
    let filled = Memo::new(move |_| {
        [host, username, password]
            .iter()
            .all(|text| text.with(|text| !text.trim().is_empty()))
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !filled.get_untracked() {
            return;
        }
        let request = SetRegistry {
            host: host.get_untracked().trim().to_owned(),
            username: username.get_untracked().trim().to_owned(),
            password: password.get_untracked().into(),
        };
        kept.keep(request, move || {
            for text in [host, username, password] {
                text.set(String::new());
            }
        });
    };
    let field = move |label: &'static str,
                      name: &'static str,
                      kind: &'static str,
                      hint: &'static str,
                      value: RwSignal<String>| {
        view! {
            <input
                type=kind
                name=format!("registry-{name}")
                // What is kept here is the machine's: it is no login of the person who types it.
                autocomplete=if kind == "password" { "new-password" } else { "off" }
                autocapitalize="none"
                spellcheck="false"
                placeholder=hint
                aria-label=label
                aria-invalid=move || (kept.field.get().as_deref() == Some(name)).then_some("true")
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        }
    };
    view! {
        <form class="things-new" method="post" on:submit=submit>
            {field("Registry", "host", "text", "ghcr.io", host)}
            {field("User name at the registry", "username", "text", "User name", username)}
            {field("Password or token", "password", "password", "Password or token", password)}
            <Button submit=true busy=Signal::from(kept.busy) disabled=Signal::derive(move || !filled.get())>
                "Keep"
            </Button>
        </form>
    }
}

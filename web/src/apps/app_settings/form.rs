//! The window: the fields, and what saving them means.

use std::time::Duration;

use api::app::{AppDetail, IconFrom, Scheme};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::{AUDIENCES, Draft, moves};
use super::icon::IconField;
use crate::apps::{service, stack};
use crate::client::{Error, StackVerb};
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::button::{Button, Tone};
use crate::kit::field::verbatim::Verbatim;
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// The settings of one app; cheap to copy.
#[derive(Clone, Copy)]
struct Form {
    deck: Deck,
    toasts: Toasts,
    app: StoredValue<String>,
    detail: RwSignal<Option<AppDetail>>,
    draft: RwSignal<Draft>,
    wrong: RwSignal<Option<String>>,
    field: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Form {
    /// Reads them; what is filled in is kept where `keep` says so.
    fn read(self, keep: bool) {
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.app(&self.app.get_value()).await {
                Ok(detail) if keep => _ = self.detail.try_set(Some(detail)),
                Ok(detail) => self.show(detail),
                Err(error) => self.fail(&error),
            }
        });
    }

    fn show(self, detail: AppDetail) {
        self.draft.try_set(Draft::of(&detail));
        self.detail.try_set(Some(detail));
    }

    fn fail(self, error: &Error) {
        // The way in says that a session is over, above everything.
        if !matches!(error, Error::Ended(_)) {
            self.field.try_set(error.field().map(str::to_owned));
            self.wrong.try_set(Some(error.words()));
        }
    }

    /// Saves; with `restart`, the stack is restarted after it.
    fn save(self, restart: bool) {
        let Some(detail) = self.detail.get_untracked().filter(|_| !self.busy.get_untracked()) else {
            return;
        };
        let settings = match self.draft.with_untracked(|draft| draft.settings(&detail)) {
            Ok(settings) => settings,
            Err(fault) => {
                self.field.set(Some(fault.field.to_owned()));
                return self.wrong.set(Some(fault.words.to_owned()));
            }
        };
        self.busy.set(true);
        self.wrong.set(None);
        self.field.set(None);
        let session = self.deck.session_now();
        spawn_local(async move {
            let saved = session.set_app(&detail.app.id, &settings).await;
            let saved = match (saved, api::name::StackName::parse(&detail.app.stack)) {
                (Ok(saved), Ok(stack)) if restart => {
                    session.act_on_stack(&stack, StackVerb::Restart).await.map(|_| saved)
                }
                (saved, _) => saved,
            };
            self.busy.try_set(false);
            match saved {
                Ok(saved) => {
                    self.toasts.done(format!("{} is set", saved.app.name));
                    self.show(saved);
                }
                Err(error) => self.fail(&error),
            }
        });
    }
}

/// The settings of an app.
#[component]
pub fn Settings(
    /// The window.
    window: WindowId,
    /// The app.
    app: String,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let manager = expect_context::<WindowManager>();
    let form = Form {
        deck,
        toasts: expect_context(),
        app: StoredValue::new(app),
        detail: RwSignal::new(None),
        draft: RwSignal::new(Draft::default()),
        wrong: RwSignal::new(None),
        field: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    form.read(false);
    Effect::new(move |_| {
        if let Some(name) = form.detail.with(|detail| detail.as_ref().map(|it| it.app.name.clone())) {
            manager.dispatch(Action::Retitle(window, format!("{name} — Settings")));
        }
    });
    let from = Signal::derive(move || {
        form.detail
            .with(|it| it.as_ref().map_or(IconFrom::Nothing, |it| it.icon_from))
    });
    // The picture is fetched and made smaller before the app has it.
    let changed = Callback::new(move |()| set_timeout(move || form.read(true), Duration::from_millis(200)));
    let ready = Memo::new(move |_| form.detail.with(Option::is_some));
    view! {
        <div class="app-settings">
            <Show when=move || form.wrong.with(Option::is_some)>
                <p class="app-wrong is-above" role="alert">{move || form.wrong.get()}</p>
            </Show>
            {move || {
                ready
                    .get()
                    .then(|| form.detail.get_untracked())
                    .flatten()
                    .map(|detail| {
                        view! {
                            <Fields form=form detail=detail>
                                <IconField app=form.app.get_value() from=from changed=changed />
                            </Fields>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Fields(form: Form, detail: AppDetail, children: Children) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let role = form.deck.session.with_untracked(|session| session.user().role);
    let labels = detail.labels.clone();
    let changed = Memo::new(move |_| {
        form.detail
            .with(|detail| detail.as_ref().is_some_and(|it| Draft::of(it) != form.draft.get()))
    });
    // Another port or path is another page: what is open of the app is of no use after it.
    let moved = Memo::new(move |_| {
        form.detail.with(|detail| {
            detail.as_ref().is_some_and(|it| {
                let next = form.draft.with(|draft| draft.settings(it));
                next.is_ok_and(|next| moves(&it.settings, &next))
            })
        })
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.save(false);
    };
    let scheme = match labels.scheme {
        Some(Scheme::Https) => "https",
        _ => "http",
    };
    let port = labels.port.unwrap_or(detail.app.port).to_string();
    let (stack_name, service) = (detail.app.stack.clone(), detail.app.service.clone());
    let (opened, opened_service, stack_name_again) = (stack_name.clone(), service.clone(), stack_name.clone());
    let audiences = AUDIENCES.iter().filter(|(least, ..)| *least <= role);
    let audiences: Vec<_> = audiences
        .map(|(_, word, label)| view! { <option value=*word>{*label}</option> })
        .collect();
    let as_labels = labels
        .seen_by
        .and_then(|role| AUDIENCES.iter().find(|(one, ..)| *one == role));
    let as_labels = as_labels.map_or("Everybody", |(.., label)| *label);
    view! {
        <form class="app-page" on:submit=submit>
            <div class="app-scroll">
                {children()}
                <Text form=form label="Name" field="name" hint=labels.name.unwrap_or(detail.app.service) get=|it| &it.name set=|it, to| it.name = to />
                <fieldset>
                    <legend>"Where it is"</legend>
                    <div class="app-row">
                        <Pick form=form label="Spoken to by" get=|it| &it.scheme set=|it, to| it.scheme = to>
                            <option value="">{format!("as found ({scheme})")}</option>
                            <option value="http">"HTTP"</option>
                            <option value="https">"HTTPS"</option>
                        </Pick>
                        <Text form=form label="Port in the container" field="port" hint=port get=|it| &it.port set=|it, to| it.port = to />
                        <Text form=form label="Path" field="path" hint=labels.path.unwrap_or_else(|| "/".to_owned()) get=|it| &it.path set=|it, to| it.path = to />
                    </div>
                    <Switch form=form label="Its certificate may be its own word" get=|it| it.self_signed set=|it, to| it.self_signed = to />
                    <Switch form=form label="Tell it its container's address as its name" get=|it| it.told_address set=|it, to| it.told_address = to />
                </fieldset>
                <fieldset>
                    <legend>"On the desk"</legend>
                    <Pick form=form label="Who may see it" get=|it| &it.seen_by set=|it, to| it.seen_by = to>
                        <option value="">{format!("as its labels say ({as_labels})")}</option>
                        {audiences}
                    </Pick>
                    <Pick form=form label="Sleep when nobody uses it" get=|it| &it.sleep set=|it, to| it.sleep = to>
                        <option value="">"as its labels say"</option>
                        <option value="0">"never"</option>
                        <option value="900">"after 15 minutes"</option>
                        <option value="3600">"after an hour"</option>
                        <option value="14400">"after 4 hours"</option>
                        <Show when=move || form.draft.with(|it| odd(&it.sleep))>
                            <option value=form.draft.with_untracked(|it| it.sleep.clone())>
                                {format!("after {} s", form.draft.with_untracked(|it| it.sleep.clone()))}
                            </option>
                        </Show>
                    </Pick>
                    <Switch form=form label="Keep it off the desk" get=|it| it.hidden set=|it, to| it.hidden = to />
                </fieldset>
                <fieldset>
                    <legend>"Its container"</legend>
                    <p class="app-note">
                        {format!("It is the service {service} of the stack {stack_name}: image, ports, volumes, variables, limits, and when it starts by itself.")}
                    </p>
                    <div class="app-buttons">
                        <Button press=move |_| service::open(manager, &opened, &opened_service)>"Settings of its container…"</Button>
                        <Button press=move |_| stack::open(manager, &stack_name_again)>"Open the stack"</Button>
                    </div>
                </fieldset>
            </div>
            <footer class="app-foot">
                <p>
                    {move || match (changed.get(), moved.get()) {
                        (false, _) => "What is empty is as the app's labels say.",
                        (true, true) => "Pages of it that are open load anew.",
                        (true, false) => "Not saved.",
                    }}
                </p>
                <Show when=move || moved.get()>
                    <Button press=move |_| form.save(true)>"Save & restart"</Button>
                </Show>
                <Button
                    tone=Tone::Primary
                    submit=true
                    busy=Signal::from(form.busy)
                    disabled=Signal::derive(move || !changed.get())
                >
                    "Save"
                </Button>
            </footer>
        </form>
    }
}

fn odd(sleep: &str) -> bool {
    !["", "0", "900", "3600", "14400"].contains(&sleep)
}

#[component]
fn Text(
    form: Form,
    label: &'static str,
    field: &'static str,
    hint: String,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> impl IntoView {
    view! {
        <label class="app-field">
            <span>{label}</span>
            <Verbatim
                get=Signal::derive(move || form.draft.with(|draft| get(draft).clone()))
                set=move |text| form.draft.update(|draft| set(draft, text))
                attr:class="app-input"
                attr:placeholder=hint
                attr:aria-invalid=move || (form.field.get().as_deref() == Some(field)).then_some("true")
            />
        </label>
    }
}

#[component]
fn Pick(
    form: Form,
    label: &'static str,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
    children: Children,
) -> impl IntoView {
    view! {
        <label class="app-field">
            <span>{label}</span>
            <select
                class="app-input"
                prop:value=move || form.draft.with(|draft| get(draft).clone())
                on:change=move |event| form.draft.update(|draft| set(draft, event_target_value(&event)))
            >
                {children()}
            </select>
        </label>
    }
}

#[component]
fn Switch(form: Form, label: &'static str, get: fn(&Draft) -> bool, set: fn(&mut Draft, bool)) -> impl IntoView {
    view! {
        <label class="app-switch">
            <span>{label}</span>
            <input
                type="checkbox"
                role="switch"
                prop:checked=move || form.draft.with(get)
                on:change=move |event| form.draft.update(|draft| set(draft, event_target_checked(&event)))
            />
        </label>
    }
}

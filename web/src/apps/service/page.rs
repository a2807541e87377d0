//! The window: the form on the left, and on its right what it changes in the file and what there is to say about that.

use api::compose::{Diagnostic, Severity};
use api::name::StackName;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::draft::{Draft, auto_start_way, way};
use super::form::Fields;
use crate::apps::stack;
use crate::apps::stack::diff;
use crate::apps::stack::files::{Conflict, said};
use crate::apps::stack::flow::{Flow, Page};
use crate::apps::stack::history::changes;
use crate::apps::stack::job::JobStrip;
use crate::apps::stack::plan::PlanPage;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::banner::Banner;
use crate::kit::button::{Button, Tone};
use crate::kit::icon::{Glyph, Icon};
use crate::reader;
use crate::store::Deck;

/// What the form stands on: the text, and what it says of the service.
#[derive(Clone, Debug, PartialEq)]
struct Base {
    text: String,
    /// Absent where the text has no such service.
    service: Option<Value>,
    auto_start: Option<Value>,
}

/// A form over the text of a stack; cheap to copy.
#[derive(Clone, Copy)]
struct Form {
    flow: Flow,
    name: StoredValue<String>,
    base: RwSignal<Option<Base>>,
    draft: RwSignal<Draft>,
    diagnostics: RwSignal<Vec<Diagnostic>>,
    /// Why the fields cannot be written into the text.
    unfit: RwSignal<Option<String>>,
}

impl Form {
    fn of(flow: Flow, name: String) -> Self {
        let form = Self {
            flow,
            name: StoredValue::new(name),
            base: RwSignal::new(None),
            draft: RwSignal::new(Draft::default()),
            diagnostics: RwSignal::new(vec![]),
            unfit: RwSignal::new(None),
        };
        // Each time that other files are there, the form begins anew with them.
        let text = Memo::new(move |_| flow.detail.with(|it| it.as_ref().map(|it| it.files.compose.clone())));
        Effect::new(move |_| {
            if let Some(text) = text.get() {
                form.begin(text);
            }
        });
        Effect::new(move |_| {
            let draft = form.draft.get();
            if let Some(base) = form.base.get() {
                form.write(draft, base);
            }
        });
        form
    }

    fn begin(self, text: String) {
        let service = way(&self.name.get_value());
        spawn_local(async move {
            let read = async |path| reader::value(text.clone(), path).await;
            let (Ok(service), Ok(auto_start)) = (read(service).await, read(auto_start_way()).await) else {
                return self.fail(UNREAD);
            };
            let draft = service.as_ref().map(|it| Draft::of(it, auto_start.as_ref()));
            let base = Base {
                text,
                service,
                auto_start,
            };
            self.draft.try_set(draft.unwrap_or_default());
            self.base.try_set(Some(base));
        });
    }

    /// Writes what is filled in into the text, and has that read.
    fn write(self, draft: Draft, base: Base) {
        let Some(service) = base.service else { return };
        let edits = draft.edits(&self.name.get_value(), &service, base.auto_start.as_ref());
        spawn_local(async move {
            let Ok(edited) = reader::edited(base.text, edits).await else {
                return self.fail(UNREAD);
            };
            // The window may be closed by now, or the form be another.
            if self.draft.try_get_untracked() != Some(draft) {
                return;
            }
            match edited {
                Ok(text) => {
                    self.unfit.set(None);
                    self.flow.compose.set(text.clone());
                    let env = self.flow.env.get_untracked();
                    let reading = reader::read(self.flow.name().to_string(), text, env).await;
                    if let Ok(reading) = reading {
                        self.diagnostics.try_set(reading.diagnostics);
                    }
                }
                Err(why) => self.fail(&format!("That cannot be written into the file: {why}.")),
            }
        });
    }

    /// Throws away what is filled in.
    fn undo(self) {
        let again = |base: &Base| Some(Draft::of(base.service.as_ref()?, base.auto_start.as_ref()));
        if let Some(draft) = self.base.with_untracked(|base| base.as_ref().and_then(again)) {
            self.draft.set(draft);
        }
    }

    fn fail(self, why: &str) {
        self.unfit.try_set(Some(why.to_owned()));
    }

    /// What there is to say about this service, and about the whole where it is an error.
    fn notes(self) -> Vec<Diagnostic> {
        let here = format!("services.{}", self.name.get_value());
        let about = |it: &Diagnostic| it.severity == Severity::Error || it.path.starts_with(&here);
        self.diagnostics
            .with(|all| all.iter().filter(|it| about(it)).cloned().collect())
    }

    fn is_good(self) -> bool {
        let fits = self.unfit.with(Option::is_none);
        fits && self
            .diagnostics
            .with(|all| all.iter().all(|it| it.severity != Severity::Error))
    }
}

/// Said when the chunk that reads compose files cannot be had.
const UNREAD: &str = "What reads compose files could not be loaded. It is tried again when you type on.";

/// The window.
#[component]
pub fn ServiceWindow(
    /// The window.
    id: WindowId,
) -> impl IntoView {
    let (deck, manager) = (expect_context::<Deck>(), expect_context::<WindowManager>());
    let subject = manager.subject(id);
    let (stack, service) = subject.split_once('/')?;
    let stack = StackName::parse(stack).ok()?;
    let title = format!("{service} of {stack} — Settings");
    Effect::new(move |_| manager.dispatch(Action::Retitle(id, title.clone())));
    let flow = Flow::of(stack, deck);
    provide_context(flow);
    let form = Form::of(flow, service.to_owned());
    let wrong = Signal::derive(move || flow.wrong.get().unwrap_or_default());
    let page = move || match (flow.conflict.get(), flow.page.get()) {
        (Some(theirs), _) => view! { <Conflict flow=flow theirs=theirs /> }.into_any(),
        (None, Page::Plan(generation, plan)) => view! { <PlanPage generation=generation plan=plan /> }.into_any(),
        (None, _) => view! { <FormPage form=form /> }.into_any(),
    };
    Some(view! {
        <div class="stack">
            <Show when=move || flow.wrong.with(Option::is_some)>
                <Banner glyph=Glyph::Warning title="The server refused." text=wrong />
            </Show>
            <JobStrip />
            <div class="stack-page">{page}</div>
        </div>
    })
}

#[component]
fn FormPage(form: Form) -> impl IntoView {
    let flow = form.flow;
    let manager = expect_context::<WindowManager>();
    let there = Memo::new(move |_| form.base.with(|base| base.as_ref().map(|base| base.service.is_some())));
    let changed = Memo::new(move |_| flow.is_changed());
    let good = Memo::new(move |_| form.is_good());
    let idle = Signal::derive(move || !changed.get() || !good.get());
    let diff = move || {
        let before = flow
            .detail
            .with(|it| it.as_ref().map(|it| it.files.compose.clone()).unwrap_or_default());
        flow.compose.with(|now| {
            let lines = diff::lines(&before, now);
            (!lines.is_empty()).then(|| changes(&lines))
        })
    };
    let notes = move || form.notes().iter().map(said).collect_view();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !idle.get_untracked() {
            flow.plan(None);
        }
    };
    let open = move |_| stack::open(manager, flow.name().as_str());
    view! {
        <Show when=move || there.get() == Some(false)>
            <div class="empty">
                <Icon glyph=Glyph::Layers size=40 />
                <h3>"No such service"</h3>
                <p>"The compose file of its stack does not say anything of it."</p>
                <Button press=open>"Open the stack"</Button>
            </div>
        </Show>
        <Show when=move || there.get() == Some(true)>
            <form class="stack-page" on:submit=submit>
                <div class="service-two">
                    <div class="app-scroll">
                        <Fields draft=form.draft />
                    </div>
                    <section class="service-beside" aria-label="What it changes">
                        <h3 class="stack-label">"What it changes in compose.yaml"</h3>
                        <Show
                            when=move || changed.get()
                            fallback=|| view! { <p class="stack-words">"Nothing yet. What this form has no field for stays as it is, to the byte."</p> }
                        >
                            {diff}
                        </Show>
                        <p class="stack-words is-wrong" role="alert">{move || form.unfit.get()}</p>
                        <ul class="stack-notes" aria-label="What there is to say about it">
                            {notes}
                        </ul>
                    </section>
                </div>
                <footer class="stack-foot">
                    <p>
                        {move || {
                            if changed.get() {
                                "Restarting shows first what it does."
                            } else {
                                "What is saved holds from the next deploy on."
                            }
                        }}
                    </p>
                    <Button disabled=Signal::derive(move || !changed.get()) press=move |_| form.undo()>
                        "Undo all"
                    </Button>
                    <Button disabled=idle press=move |_| flow.save()>"Save"</Button>
                    <Button
                        tone=Tone::Primary
                        submit=true
                        busy=Signal::derive(move || flow.busy.get())
                        disabled=idle
                    >
                        "Save & restart…"
                    </Button>
                </footer>
            </form>
        </Show>
    }
}

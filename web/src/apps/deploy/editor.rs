//! The first page: the text, with what there is to say beside its lines, and what was found in it.

use api::compose::{Diagnostic, Severity};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::address::Address;
use super::command::CommandLine;
use super::flow::{Flow, Way};
use super::quick::QuickForm;
use super::{env, offer};
use crate::kit::button::{Button, Tone};
use crate::kit::choices::{Choices, Choosable};
use crate::kit::field::TextField;
use crate::kit::field::verbatim::Verbatim;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::toast::Toasts;
use crate::reader::{Found, Reading, Shows};

/// The page.
#[component]
pub fn Editor() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let good = Memo::new(move |_| flow.is_good());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if good.get_untracked() {
            flow.plan();
        }
    };
    let words = move || match (good.get(), flow.way.get()) {
        (true, Way::Address) => "It is fetched, and you see what it would do before anything is done.",
        (true, _) => "Next you see what it would do, before anything is done.",
        (false, Way::Address) => "It needs a name and an address.",
        (false, Way::Form) => "It needs a name and an image.",
        (false, _) if flow.reading.with(|reading| reading.diagnostics.is_empty()) => {
            "It needs a name and at least one service."
        }
        (false, _) => "It can be deployed once it has a name and no errors.",
    };
    let choices = WAYS
        .iter()
        .map(|(_, value, label)| Choosable { value, label })
        .collect();
    let way = Signal::derive(move || word_of(flow.way.get()));
    view! {
        <form class="deploy-page" on:submit=submit>
            <div class="deploy-scroll">
                <div class="deploy-ways">
                    <Choices
                        legend="From"
                        about="deploy-way"
                        choices=choices
                        value=way
                        choose=move |word| flow.way.set(way_of(word))
                    />
                </div>
                <TextField
                    label="Name"
                    name="stack-name"
                    autocomplete="off"
                    value=flow.name
                    hint="The stack gets this name, and its containers begin with it."
                    focus=true
                />
                {move || match flow.way.get() {
                    Way::Text => view! { <ComposeText /> }.into_any(),
                    Way::Form => view! { <QuickForm /> }.into_any(),
                    Way::Line => view! { <CommandLine /> }.into_any(),
                    Way::Address => view! { <Address /> }.into_any(),
                }}
                <Show when=move || flow.way.get() != Way::Address>
                    <Elsewhere />
                    <Variables />
                    <Services />
                </Show>
            </div>
            <footer class="deploy-foot">
                <p>{words}</p>
                <Button
                    tone=Tone::Primary
                    submit=true
                    busy=Signal::derive(move || flow.busy.get())
                    disabled=Signal::derive(move || !good.get())
                >
                    "Deploy…"
                </Button>
            </footer>
        </form>
    }
}

const WAYS: [(Way, &str, &str); 4] = [
    (Way::Text, "text", "Compose file"),
    (Way::Form, "form", "Quick"),
    (Way::Line, "line", "docker run"),
    (Way::Address, "address", "URL or Git"),
];

fn word_of(way: Way) -> &'static str {
    WAYS.iter()
        .find(|(one, ..)| *one == way)
        .map_or("text", |(_, word, _)| word)
}

fn way_of(word: &str) -> Way {
    WAYS.iter()
        .find(|(_, one, _)| *one == word)
        .map_or(Way::Text, |(way, ..)| *way)
}

/// The compose file: numbers on the left, what is said about a line on its right.
#[component]
fn ComposeText() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let toasts = expect_context::<Toasts>();
    let lines = Memo::new(move |_| flow.compose.with(|text| text.split('\n').count().max(12)));
    let input = NodeRef::<Input>::new();
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        // The same file can be chosen again once it was changed.
        input.set_value("");
        let Some(file) = file else { return };
        spawn_local(async move {
            // The window may be closed meanwhile.
            if let (Some(offer), false) = (offer::read(file, toasts).await, flow.compose.is_disposed()) {
                flow.open(offer);
            }
        });
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <div class="deploy-heading">
            <span class="deploy-label" id="deploy-compose">
                "Compose file"
            </span>
            <input
                node_ref=input
                type="file"
                hidden
                aria-label="A compose file of this computer"
                accept=".yaml,.yml,.env,text/yaml"
                on:change=chosen
            />
            <Button press=open>
                <Icon glyph=Glyph::Upload size=14 />
                "Open a file…"
            </Button>
        </div>
        <div class="deploy-editor">
            <ol class="deploy-numbers" aria-hidden="true">
                {move || {
                    (1_u32..)
                        .take(lines.get())
                        .map(|line| {
                            let worst = Memo::new(move |_| flow.reading.with(|reading| worst(&reading.about(line))));
                            view! { <li data-is=move || worst.get()>{line}</li> }
                        })
                        .collect_view()
                }}
            </ol>
            <textarea
                class="deploy-text"
                rows=lines
                wrap="off"
                spellcheck="false"
                autocapitalize="none"
                aria-labelledby="deploy-compose"
                aria-describedby="deploy-notes"
                placeholder="Paste a compose file, or drop one anywhere on the desk."
                prop:value=flow.compose
                on:input=move |event| flow.compose.set(event_target_value(&event))
            ></textarea>
            <ul class="deploy-notes" id="deploy-notes" aria-label="What there is to say about lines">
                {move || notes(&flow.reading.read(), lines.get())}
            </ul>
        </div>
    }
}

/// The compose file that is made meanwhile, to be looked at and taken over.
#[component]
pub(super) fn Made() -> impl IntoView {
    let flow = expect_context::<Flow>();
    view! {
        <section class="deploy-made" aria-label="The compose file that it makes">
            <div class="deploy-heading">
                <span class="deploy-label">"compose.yaml"</span>
                <Show when=move || flow.compose.with(|text| !text.is_empty())>
                    <Button press=move |_| flow.way.set(Way::Text)>"Edit as text"</Button>
                </Show>
            </div>
            <pre tabindex="0" aria-label="Compose file">{move || flow.compose.get()}</pre>
        </section>
    }
}

/// The variables that the text asks for, and the whole `.env`.
#[component]
fn Variables() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let asked = Memo::new(move |_| flow.reading.with(|reading| reading.asked.clone()));
    let field = move |name: String| {
        let (key, of) = (name.clone(), name.clone());
        let value = Memo::new(move |_| flow.env.with(|text| env::get(text, &of)));
        view! {
            <label class="deploy-variable">
                <code>{name}</code>
                <Verbatim
                    get=value
                    set=move |value: String| flow.env.update(|text| *text = env::set(text, &key, &value))
                    attr:class="deploy-input"
                    attr:placeholder="empty"
                />
            </label>
        }
    };
    view! {
        <Show when=move || asked.with(|asked| !asked.is_empty())>
            <fieldset class="deploy-asked">
                <legend class="deploy-label">"It asks for"</legend>
                <For each=move || asked.get() key=Clone::clone let:name>
                    {field(name)}
                </For>
            </fieldset>
        </Show>
        <Show when=move || flow.way.get() == Way::Text>
            <details class="deploy-env">
                <summary>"Variables (.env)"</summary>
                <textarea
                    class="deploy-text"
                    rows="4"
                    spellcheck="false"
                    autocapitalize="none"
                    aria-label="Variables"
                    placeholder="NAME=value"
                    prop:value=flow.env
                    on:input=move |event| flow.env.set(event_target_value(&event))
                ></textarea>
            </details>
        </Show>
    }
}

/// What is said about lines, each at its line.
fn notes(reading: &Reading, lines: usize) -> impl IntoView + use<> {
    let note = |line: u32| {
        let about = reading.about(line);
        let words = about.iter().map(|it| words(it)).collect::<Vec<_>>().join(" ");
        let top = format!("{}px", 20 * line.saturating_sub(1));
        let title = words.clone();
        (!words.is_empty()).then(|| {
            view! {
                <li style:top=top data-is=worst(&about) title=title>
                    <span class="unseen">{format!("Line {line}: ")}</span>
                    {words}
                </li>
            }
        })
    };
    (1_u32..).take(lines).filter_map(note).collect_view()
}

/// What is said about the whole, or about another file.
#[component]
fn Elsewhere() -> impl IntoView {
    let flow = expect_context::<Flow>();
    move || {
        let reading = flow.reading.read();
        let others = reading.elsewhere().into_iter();
        others
            .map(|it| view! { <p class="deploy-note" data-is=name(it.severity)>{words(it)}</p> })
            .collect_view()
    }
}

#[component]
fn Services() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let services = Memo::new(move |_| flow.reading.with(|reading| reading.services.clone()));
    view! {
        <Show when=move || services.with(|services| !services.is_empty())>
            <h3 class="deploy-label">"Services found"</h3>
            <ul class="deploy-services" aria-label="Services found">
                {move || services.get().into_iter().map(service).collect_view()}
            </ul>
        </Show>
    }
}

fn service(found: Found) -> impl IntoView {
    let image = if found.image.is_empty() {
        "built here".to_owned()
    } else {
        found.image
    };
    let shows = match found.shows {
        Shows::Named(port) => Some(format!("icon for port {port}")),
        Shows::Asked(port) => Some(format!("icon if port {port} has a page")),
        Shows::Nothing => None,
    };
    view! {
        <li>
            <strong>{found.name}</strong>
            <small>{image}</small>
            {shows.map(|words| view! { <span class="chip">{words}</span> })}
        </li>
    }
}

/// A diagnostic, and what to do about it.
pub(super) fn words(diagnostic: &Diagnostic) -> String {
    match &diagnostic.hint {
        Some(hint) => format!("{}: {hint}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// The name that the style sheet has for what is worst.
fn worst(diagnostics: &[&Diagnostic]) -> Option<&'static str> {
    diagnostics.iter().map(|it| it.severity).min().map(name)
}

pub(super) fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

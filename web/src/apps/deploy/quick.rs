//! Quick deploy: one container as a form, and the compose file that it makes beside it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::address::Line as TextLine;
use super::draft::{Draft, Line, name_of};
use super::editor::Made;
use super::flow::{Flow, UNREAD};
use crate::apps::files::browser::FolderButton;
use crate::kit::button::{Button, IconButton};
use crate::kit::field::verbatim::Verbatim;
use crate::kit::icon::{Glyph, Icon};
use crate::reader;

/// A line of a list while it is filled in.
#[derive(Clone, Copy)]
struct Filled {
    id: usize,
    left: RwSignal<String>,
    right: RwSignal<String>,
    fixed: RwSignal<bool>,
}

/// A list of lines; cheap to copy.
#[derive(Clone, Copy)]
struct Lines {
    all: RwSignal<Vec<Filled>>,
    next: StoredValue<usize>,
}

impl Lines {
    fn new() -> Self {
        Self {
            all: RwSignal::new(vec![]),
            next: StoredValue::new(0),
        }
    }

    fn add(self) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let line = Filled {
            id,
            left: RwSignal::new(String::new()),
            right: RwSignal::new(String::new()),
            fixed: RwSignal::new(false),
        };
        self.all.update(|all| all.push(line));
    }

    fn remove(self, id: usize) {
        self.all.update(|all| all.retain(|line| line.id != id));
    }

    fn texts(self) -> Vec<Line> {
        let text = |line: &Filled| Line {
            left: line.left.get(),
            right: line.right.get(),
            fixed: line.fixed.get(),
        };
        self.all.with(|all| all.iter().map(text).collect())
    }
}

/// The form.
#[component]
pub fn QuickForm() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let [image, memory, processors] = [(); 3].map(|()| RwSignal::new(String::new()));
    let restart = RwSignal::new("unless-stopped".to_owned());
    let (ports, volumes, variables) = (Lines::new(), Lines::new(), Lines::new());
    let draft = Memo::new(move |_| Draft {
        name: flow.name.get(),
        image: image.get(),
        ports: ports.texts(),
        volumes: volumes.texts(),
        variables: variables.texts(),
        memory: memory.get(),
        processors: processors.get(),
        restart: restart.get(),
    });
    let given = StoredValue::new(String::new());
    Effect::new(move |_| {
        let wished = name_of(&image.get());
        let mine = |name: &String| name.is_empty() || given.with_value(|given| given == name);
        if flow.name.with_untracked(mine) {
            given.set_value(wished.clone());
            flow.name.set(wished);
        }
    });
    Effect::new(move |_| {
        let asked = draft.get();
        let Some(request) = asked.request() else {
            return flow.compose.set(String::new());
        };
        spawn_local(async move {
            let answer = reader::form(request).await;
            // The window may be closed by now, or the form be another.
            if draft.try_get_untracked().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(text) => flow.compose.set(text),
                Err(_) => flow.wrong.set(Some(UNREAD.to_owned())),
            }
        });
    });
    view! {
        <div class="deploy-two">
            <div class="deploy-form">
                <TextLine label="Image" value=image placeholder="nginx:1.27 or ghcr.io/owner/app" />
                <List
                    legend="Ports"
                    add="Add a port"
                    lines=ports
                    names=("On this machine", "In the container")
                    hints=("any", "80")
                    between="→"
                />
                <List
                    legend="Volumes"
                    add="Add a volume"
                    lines=volumes
                    names=("Name or folder", "In the container")
                    hints=("data", "/data")
                    between="→"
                    folders=true
                />
                <List
                    legend="Variables"
                    add="Add a variable"
                    lines=variables
                    names=("Variable", "Value")
                    hints=("NAME", "value")
                    between="="
                />
                <div class="deploy-pair is-three">
                    <TextLine label="Memory" value=memory placeholder="no limit" />
                    <TextLine label="Processors" value=processors placeholder="no limit" />
                    <label class="deploy-line">
                        <span class="deploy-label">"Start again"</span>
                        <select
                            class="deploy-input"
                            prop:value=restart
                            on:change=move |event| restart.set(event_target_value(&event))
                        >
                            <option value="unless-stopped">"always, until stopped"</option>
                            <option value="on-failure">"when it fails"</option>
                            <option value="no">"never"</option>
                        </select>
                    </label>
                </div>
            </div>
            <Made />
        </div>
    }
}

#[component]
fn List(
    legend: &'static str,
    add: &'static str,
    lines: Lines,
    names: (&'static str, &'static str),
    hints: (&'static str, &'static str),
    between: &'static str,
    #[prop(optional)] folders: bool,
) -> impl IntoView {
    let field = move |name: &'static str, hint: &'static str, value: RwSignal<String>| {
        view! {
            <Verbatim
                get=value
                set=move |text| value.set(text)
                attr:class="deploy-input"
                attr:aria-label=name
                attr:placeholder=hint
            />
        }
    };
    view! {
        <fieldset class="deploy-list">
            <legend class="deploy-label">{legend}</legend>
            <For each=move || lines.all.get() key=|line| line.id let:line>
                <div class="deploy-entry">
                    {field(names.0, hints.0, line.left)}
                    {folders.then(|| view! { <FolderButton chosen=Callback::new(move |path| _ = line.left.try_set(path)) /> })}
                    <i aria-hidden="true">{between}</i>
                    {field(names.1, hints.1, line.right)}
                    {folders
                        .then(|| {
                            view! {
                                <IconButton
                                    label="Read only"
                                    glyph=Glyph::Lock
                                    pressed=Signal::from(line.fixed)
                                    press=move |_| line.fixed.update(|fixed| *fixed = !*fixed)
                                />
                            }
                        })}
                    <IconButton label="Take this line away" glyph=Glyph::Close press=move |_| lines.remove(line.id) />
                </div>
            </For>
            <Button press=move |_| lines.add()>
                <Icon glyph=Glyph::Plus size=14 />
                {add}
            </Button>
        </fieldset>
    }
}

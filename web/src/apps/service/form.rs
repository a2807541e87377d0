//! The fields of a service.

use leptos::prelude::*;

use super::draft::{Draft, Form, Item, Variable, from_folder};
use crate::apps::files::browser::FolderButton;
use crate::kit::button::{Button, IconButton};
use crate::kit::field::verbatim::Verbatim;
use crate::kit::icon::{Glyph, Icon};

/// The fields.
#[component]
pub fn Fields(
    /// What is filled in.
    draft: RwSignal<Draft>,
) -> impl IntoView {
    let odd = move || {
        draft.with(|it| {
            Some(it.restart.clone())
                .filter(|word| !["", "always", "unless-stopped", "on-failure"].contains(&word.as_str()))
        })
    };
    view! {
        <Text draft=draft label="Image" hint="built from its files" get=|it| &it.image set=|it, to| it.image = to />
        <List
            draft=draft
            legend="Ports"
            one="Port"
            add="Add a port"
            hint="8080:80"
            get=|it| &it.ports
            set=|it| &mut it.ports
        />
        <List
            draft=draft
            legend="Volumes"
            one="Volume"
            add="Add a volume"
            hint="data:/data"
            folders=true
            get=|it| &it.volumes
            set=|it| &mut it.volumes
        />
        <Variables draft=draft />
        <fieldset>
            <legend>"Limits"</legend>
            <div class="app-row">
                <Text draft=draft label="Memory" hint="no limit" get=|it| &it.memory set=|it, to| it.memory = to />
                <Text draft=draft label="Processors" hint="no limit" get=|it| &it.processors set=|it, to| it.processors = to />
            </div>
        </fieldset>
        <fieldset>
            <legend>"Starting"</legend>
            <label class="app-field">
                <span>"Start again"</span>
                <select
                    class="app-input"
                    prop:value=move || draft.with(|it| it.restart.clone())
                    on:change=move |event| draft.update(|it| it.restart = event_target_value(&event))
                >
                    <option value="">"never"</option>
                    <option value="always">"always"</option>
                    <option value="unless-stopped">"always, until stopped"</option>
                    <option value="on-failure">"when it fails"</option>
                    {untrack(odd).map(|word| view! { <option value=word.clone()>{word.clone()}</option> })}
                </select>
            </label>
            <label class="app-switch">
                <span>"Its stack comes up when the machine does"</span>
                <input
                    type="checkbox"
                    role="switch"
                    prop:checked=move || draft.with(|it| it.auto_start)
                    on:change=move |event| draft.update(|it| it.auto_start = event_target_checked(&event))
                />
            </label>
        </fieldset>
    }
}

#[component]
fn Text(
    draft: RwSignal<Draft>,
    label: &'static str,
    hint: &'static str,
    get: fn(&Draft) -> &String,
    set: fn(&mut Draft, String),
) -> impl IntoView {
    view! {
        <label class="app-field">
            <span>{label}</span>
            <Verbatim
                get=Signal::derive(move || draft.with(|it| get(it).clone()))
                set=move |text| draft.update(|it| set(it, text))
                attr:class="app-input"
                attr:placeholder=hint
            />
        </label>
    }
}

/// A field of a line; where its line is gone by now, it is empty.
fn field(
    label: String,
    hint: &'static str,
    fixed: bool,
    get: impl Fn() -> Option<String> + Send + Sync + 'static,
    set: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <Verbatim
            get=Signal::derive(move || get().unwrap_or_default())
            set=set
            attr:class="app-input"
            attr:aria-label=label
            attr:placeholder=hint
            attr:readonly=fixed
            attr:title=fixed.then_some("Change it in the stack’s files.")
        />
    }
}

/// A list of lines as they are written in the file.
#[component]
fn List(
    draft: RwSignal<Draft>,
    legend: &'static str,
    one: &'static str,
    add: &'static str,
    hint: &'static str,
    get: fn(&Draft) -> &Vec<Item>,
    set: fn(&mut Draft) -> &mut Vec<Item>,
    /// Whether what stands on the left may be a folder of the machine.
    #[prop(optional)]
    folders: bool,
) -> impl IntoView {
    let count = Memo::new(move |_| draft.with(|it| get(it).len()));
    let line = move |at: usize| {
        let fixed = draft.with_untracked(|it| get(it).get(at).is_some_and(|it| it.form == Form::Fixed));
        let read = move || draft.with(|it| get(it).get(at).map(|it| it.text.clone()));
        let change = move |change: &dyn Fn(&str) -> String| {
            draft.try_update(|it| {
                if let Some(item) = set(it).get_mut(at) {
                    item.text = change(&item.text);
                }
            });
        };
        let write = move |text: String| change(&|_| text.clone());
        let chosen = Callback::new(move |folder: String| change(&|line| from_folder(line, &folder)));
        let label = format!("{one} {}", at + 1);
        let away = format!("Take {} {} away", one.to_lowercase(), at + 1);
        view! {
            <div class="service-line">
                {field(label, hint, fixed, read, write)}
                {(folders && !fixed).then(|| view! { <FolderButton chosen=chosen /> })}
                <IconButton label=away glyph=Glyph::Close press=move |_| draft.update(|it| _ = set(it).remove(at)) />
            </div>
        }
    };
    view! {
        <fieldset>
            <legend>{legend}</legend>
            {move || (0..count.get()).map(line).collect_view()}
            <Button press=move |_| draft.update(|it| set(it).push(Item::default()))>
                <Icon glyph=Glyph::Plus size=14 />
                {add}
            </Button>
        </fieldset>
    }
}

#[component]
fn Variables(draft: RwSignal<Draft>) -> impl IntoView {
    let count = Memo::new(move |_| draft.with(|it| it.variables.len()));
    let change = move |at: usize, change: &dyn Fn(&mut Variable)| {
        draft.update(|it| {
            if let Some(variable) = it.variables.get_mut(at) {
                change(variable);
            }
        });
    };
    let line = move |at: usize| {
        let name = move || draft.with(|it| it.variables.get(at).map(|it| it.name.clone()));
        let value = move || draft.with(|it| it.variables.get(at).map(|it| it.value.clone()));
        let number = at + 1;
        view! {
            <div class="service-line">
                {field(
                    format!("Variable {number}"),
                    "NAME",
                    false,
                    name,
                    move |text| change(at, &|it| it.name.clone_from(&text)),
                )}
                <i aria-hidden="true">"="</i>
                {field(
                    format!("Value of variable {number}"),
                    "value",
                    false,
                    value,
                    move |text| change(at, &|it| it.value.clone_from(&text)),
                )}
                <IconButton
                    label=format!("Take variable {number} away")
                    glyph=Glyph::Close
                    press=move |_| draft.update(|it| _ = it.variables.remove(at))
                />
            </div>
        }
    };
    view! {
        <fieldset>
            <legend>"Variables"</legend>
            {move || (0..count.get()).map(line).collect_view()}
            <Button press=move |_| draft.update(|it| it.variables.push(Variable::default()))>
                <Icon glyph=Glyph::Plus size=14 />
                "Add a variable"
            </Button>
        </fieldset>
    }
}

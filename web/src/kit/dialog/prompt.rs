//! Asks for a word: a name, a group.

use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::kit::button::{Button, Tone};
use crate::kit::late::Late;

/// A question that a word answers.
pub struct Prompt {
    /// What is asked.
    pub title: String,
    /// What the word is.
    pub label: &'static str,
    /// What stands in the field at first.
    pub value: String,
    /// Words that are offered.
    pub offers: Vec<String>,
    /// The word on the button that goes ahead.
    pub go: &'static str,
    /// Goes ahead with the word, which is not empty.
    pub run: Box<dyn Fn(String) + Send + Sync>,
}

/// Asks for words; a context.
#[derive(Clone, Copy)]
pub struct Prompts {
    asked: StoredValue<Option<Prompt>>,
    shown: RwSignal<bool>,
}

impl Prompts {
    /// Nothing is asked.
    #[must_use]
    pub fn new() -> Self {
        Self {
            asked: StoredValue::new(None),
            shown: RwSignal::new(false),
        }
    }

    /// Asks.
    pub fn ask(&self, prompt: Prompt) {
        self.asked.set_value(Some(prompt));
        self.shown.set(true);
    }
}

impl Default for Prompts {
    fn default() -> Self {
        Self::new()
    }
}

/// Where words are asked for; once on a page.
#[component]
pub fn WordLayer() -> impl IntoView {
    let prompts = expect_context::<Prompts>();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let (Some(dialog), true) = (dialog.get(), prompts.shown.get())
            && !dialog.open()
        {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let close = Callback::new(move |()| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="word-title" on:close=move |_| prompts.shown.set(false)>
            <Show when=move || prompts.shown.get()>
                <Late name="The question" content=move || Box::pin(form(prompts, close)) />
            </Show>
        </dialog>
    }
}

#[wasm_split(word, fallible)]
fn form(prompts: Prompts, close: Callback<()>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <WordForm prompts=prompts close=close /> }.into_any())
}

#[component]
fn WordForm(prompts: Prompts, close: Callback<()>) -> impl IntoView {
    let of = move |pick: fn(&Prompt) -> String| {
        prompts
            .asked
            .with_value(|asked| asked.as_ref().map(pick).unwrap_or_default())
    };
    let value = RwSignal::new(of(|prompt| prompt.value.clone()));
    let offers = prompts
        .asked
        .with_value(|asked| asked.as_ref().map(|prompt| prompt.offers.clone()).unwrap_or_default());
    let input = NodeRef::<leptos::html::Input>::new();
    input.on_load(|input| {
        request_animation_frame(move || {
            // A page that cannot give the focus works all the same.
            let _ = input.focus();
            input.select();
        });
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let word = value.get_untracked().trim().to_owned();
        if word.is_empty() {
            return;
        }
        let prompt = prompts.asked.try_update_value(Option::take).flatten();
        close.run(());
        if let Some(prompt) = prompt {
            (prompt.run)(word);
        }
    };
    view! {
        <form class="dialog-form" method="dialog" on:submit=submit>
            <h2 id="word-title">{of(|prompt| prompt.title.clone())}</h2>
            <div class="field">
                <label for="word">{of(|prompt| prompt.label.to_owned())}</label>
                <input
                    node_ref=input
                    class="field-input"
                    id="word"
                    name="word"
                    list="word-offers"
                    autocomplete="off"
                    maxlength="64"
                    required
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                />
                <datalist id="word-offers">
                    {offers.into_iter().map(|offer| view! { <option value=offer></option> }).collect_view()}
                </datalist>
            </div>
            <div class="dialog-buttons">
                <Button press=move |_| close.run(())>"Cancel"</Button>
                <Button tone=Tone::Primary submit=true>
                    {of(|prompt| prompt.go.to_owned())}
                </Button>
            </div>
        </form>
    }
}

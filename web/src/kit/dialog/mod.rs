//! Questions that must be answered before anything else: what will happen, and yes or no.
//!
//! Whoever asks puts a [`Question`] to [`Questions`], a context; [`QuestionLayer`] draws it as the browser's own modal
//! dialog, which keeps the focus inside, closes on Escape, and gives the focus back.

pub mod password;
pub mod prompt;

use leptos::html::Dialog;
use leptos::prelude::*;

use super::Deed;
use super::button::{Button, Tone};

/// A question.
#[derive(Clone)]
pub struct Question {
    /// What is asked, with the name of what it is about.
    pub title: String,
    /// What will happen, what is lost, and what stays: a sentence each.
    pub consequences: Vec<String>,
    /// The word on the button that goes ahead.
    pub go: String,
    /// Whether it cannot be taken back.
    pub danger: bool,
    /// Goes ahead.
    pub run: Deed,
}

/// Asks questions; a context.
#[derive(Clone, Copy)]
pub struct Questions {
    asked: RwSignal<Option<Question>>,
}

impl Questions {
    /// Nothing is asked.
    #[must_use]
    pub fn new() -> Self {
        Self {
            asked: RwSignal::new(None),
        }
    }

    /// Asks.
    pub fn ask(&self, question: Question) {
        self.asked.set(Some(question));
    }
}

impl Default for Questions {
    fn default() -> Self {
        Self::new()
    }
}

/// Where questions are drawn; once on a page.
#[component]
pub fn QuestionLayer() -> impl IntoView {
    let questions = expect_context::<Questions>();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let (Some(dialog), true) = (dialog.get(), questions.asked.with(Option::is_some))
            && !dialog.open()
        {
            // Refused only where it is open already.
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let go = move |deed: &Deed| {
        close();
        deed.run();
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            role="alertdialog"
            aria-labelledby="question-title"
            aria-describedby="question-body"
            on:close=move |_| questions.asked.set(None)
        >
            {move || {
                questions
                    .asked
                    .get()
                    .map(|question| {
                        let Question { title, consequences, go: word, danger, run } = question;
                        view! {
                            <h2 id="question-title">{title}</h2>
                            <div id="question-body">
                                {consequences.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                            </div>
                            <div class="dialog-buttons">
                                <Button press=move |_| close()>"Cancel"</Button>
                                <Button
                                    tone=if danger { Tone::Danger } else { Tone::Primary }
                                    press=move |_| go(&run)
                                >
                                    {word}
                                </Button>
                            </div>
                        }
                    })
            }}
        </dialog>
    }
}

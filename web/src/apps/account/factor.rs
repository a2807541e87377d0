//! The second factor: setting it up, and removing it.

use api::session::NewFactor;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::own::OwnAccount;
use super::say;
use crate::client::Error;
use crate::kit::Deed;
use crate::kit::button::{Button, Tone};
use crate::kit::dialog::{Question, Questions};
use crate::kit::field::TextField;
use crate::kit::status::{Condition, Dot};

/// The part of the window.
#[component]
pub fn FactorPart() -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let begun = RwSignal::new(None::<NewFactor>);
    view! {
        <section class="account-part" aria-labelledby="account-factor">
            <h3 id="account-factor">"Second factor"</h3>
            {move || match (begun.get(), own.factor.get()) {
                (Some(factor), _) => view! { <Confirm factor=factor begun=begun /> }.into_any(),
                (None, Some(true)) => view! { <InForce /> }.into_any(),
                (None, Some(false)) => view! { <Begin begun=begun /> }.into_any(),
                (None, None) => view! { <p>"Stardeck is asked…"</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Begin(begun: RwSignal<Option<NewFactor>>) -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let busy = RwSignal::new(false);
    let begin = move |_| {
        busy.set(true);
        spawn_local(async move {
            let result = own.elevated(async |session| session.begin_factor().await).await;
            busy.set(false);
            match result {
                Ok(factor) => begun.set(factor),
                Err(error) => own.wrong("The second factor was not begun", &error),
            }
        });
    };
    view! {
        <p>"With it, logging in asks for the password and for six digits that an app on your phone shows."</p>
        <div class="account-acts">
            <Button busy=busy press=begin>
                "Set up"
            </Button>
        </div>
    }
}

/// What the app takes in, and the first code that shows that it has.
#[component]
fn Confirm(factor: NewFactor, begun: RwSignal<Option<NewFactor>>) -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let session = own.deck.session_now();
        spawn_local(async move {
            let result = session.confirm_factor(code.get_untracked()).await;
            busy.set(false);
            match result {
                Ok(()) => {
                    own.factor.set(Some(true));
                    begun.set(None);
                    own.done("The second factor is in force");
                }
                Err(error @ Error::Refused(_)) => wrong.set(Some(error.words())),
                Err(error) => own.wrong("The second factor is not in force", &error),
            }
        });
    };
    view! {
        <ol class="account-steps">
            <li>
                <p>"Give this key to an authenticator app:"</p>
                <code class="account-secret">{say::groups(factor.secret.expose_secret())}</code>
                <a href=factor.address.expose_secret().to_owned()>"Open in an app on this device"</a>
            </li>
            <li>
                <p>"Type the six digits that it shows. Your other sessions end then."</p>
                <form method="post" on:submit=submit>
                    <TextField
                        label="First code"
                        name="code-first"
                        autocomplete="one-time-code"
                        inputmode="numeric"
                        value=code
                        error=wrong
                        focus=true
                    />
                    <div class="account-acts">
                        <Button press=move |_| begun.set(None)>"Cancel"</Button>
                        <Button tone=Tone::Primary submit=true busy=busy>
                            "Turn on"
                        </Button>
                    </div>
                </form>
            </li>
        </ol>
    }
}

#[component]
fn InForce() -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let questions = expect_context::<Questions>();
    let remove = move || {
        spawn_local(async move {
            match own.elevated(async |session| session.remove_factor().await).await {
                Ok(Some(())) => own.done("The second factor was removed"),
                Ok(None) => {}
                Err(error) => own.wrong("The second factor was not removed", &error),
            }
        });
    };
    let ask = move |_| {
        questions.ask(Question {
            title: "Remove the second factor?".to_owned(),
            consequences: vec![
                "The password alone then opens your account.".to_owned(),
                "The key in your app is worth nothing any more.".to_owned(),
            ],
            go: "Remove".to_owned(),
            danger: true,
            run: Deed::new(remove),
        });
    };
    view! {
        <p class="account-state">
            <Dot condition=Condition::Good />
            "In force: logging in asks for the code of your app as well."
        </p>
        <div class="account-acts">
            <Button press=ask>"Remove…"</Button>
        </div>
    }
}

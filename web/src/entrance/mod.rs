//! The way in: one screen for the first administrator, for logging in, and for logging in again.

mod form;
mod sending;

use api::session::{LoginRequest, SetupRequest};
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::client::{self, Challenge, Ended, Error, Session};
use crate::kit::button::{Button, Tone};
use crate::kit::field::TextField;
use crate::kit::field::password::PasswordField;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;
use sending::Sending;

/// Why somebody stands at the entrance.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// There is no administrator yet. The token may have come with the address.
    Setup {
        /// The machine's name, if it is known.
        machine: String,
        /// The one-time token, if it came with the address.
        token: String,
    },
    /// Nobody is logged in.
    Login,
    /// A setup address was opened, and there is an administrator already.
    SetUpAlready,
    /// The session is over; whose it was.
    Ended(Ended, String),
    /// The server did not answer.
    Unreachable,
}

/// The entrance. Whoever gets through it has a session. Most visits do not need it: it is fetched when it is shown.
#[component]
pub fn Entrance(
    /// Why somebody stands here.
    reason: Reason,
    /// What happens with the session.
    enter: Callback<Session>,
    /// Asks the server again who is there.
    retry: Callback<()>,
) -> impl IntoView {
    view! { <Late name="The entrance" content=move || Box::pin(content(reason.clone(), enter, retry)) /> }
}

#[wasm_split(panels, fallible)]
fn content(reason: Reason, enter: Callback<Session>, retry: Callback<()>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Card reason=reason enter=enter retry=retry /> }.into_any())
}

#[component]
fn Card(
    /// Why somebody stands here.
    reason: Reason,
    /// What happens with the session.
    enter: Callback<Session>,
    /// Asks the server again who is there.
    retry: Callback<()>,
) -> impl IntoView {
    let setup = matches!(reason, Reason::Setup { .. });
    let (heading, lead) = words(&reason);
    let sending = Sending::new();
    let lead = move || match sending.challenge.with(Option::is_some) {
        true => "One more step: your account has a second factor.",
        false => lead,
    };
    let body = match reason {
        Reason::Unreachable => view! {
            <div class="entrance-form">
                <Button tone=Tone::Primary press=move |_| retry.run(())>
                    "Try again"
                </Button>
            </div>
        }
        .into_any(),
        Reason::Setup { token, .. } => view! { <SetupForm token=token sending=sending enter=enter /> }.into_any(),
        Reason::Ended(_, name) => view! { <Login name=name sending=sending enter=enter /> }.into_any(),
        Reason::Login | Reason::SetUpAlready => {
            view! { <Login name=String::new() sending=sending enter=enter /> }.into_any()
        }
    };
    view! {
        <main class="entrance">
            <section class="entrance-card" class:is-setup=setup aria-labelledby="entrance-heading">
                <div class="entrance-mark" aria-hidden="true"></div>
                <h1 id="entrance-heading">{heading}</h1>
                <p class="entrance-lead">{lead}</p>
                {body}
            </section>
        </main>
    }
}

fn words(reason: &Reason) -> (String, &'static str) {
    match reason {
        Reason::Setup { machine, .. } if machine.is_empty() => (
            "Welcome to Stardeck".to_owned(),
            "Make the first account. It administers this machine's containers.",
        ),
        Reason::Setup { machine, .. } => (
            format!("Welcome to {machine}"),
            "Make the first account. It administers this machine's containers.",
        ),
        Reason::Login => ("Stardeck".to_owned(), "Log in to this machine."),
        Reason::SetUpAlready => (
            "Stardeck".to_owned(),
            "This Stardeck has its administrator already. Log in with that account.",
        ),
        Reason::Ended(Ended::Over, _) => (
            "Your session has ended".to_owned(),
            "Log in again to go on: your desk is as you left it.",
        ),
        Reason::Ended(Ended::Changed, _) => (
            "Somebody else logged in".to_owned(),
            "This browser now holds another session. Log in again to go on here.",
        ),
        Reason::Unreachable => (
            "Stardeck does not answer".to_owned(),
            "Is it running on the machine, and is the network up?",
        ),
    }
}

/// One step after the other, in the same place.
#[component]
fn Login(name: String, sending: Sending, enter: Callback<Session>) -> impl IntoView {
    let name = RwSignal::new(name);
    move || match sending.challenge.get() {
        None => view! { <PasswordStep name=name sending=sending enter=enter /> }.into_any(),
        Some(challenge) => view! { <CodeStep challenge=challenge sending=sending enter=enter /> }.into_any(),
    }
}

#[component]
fn PasswordStep(name: RwSignal<String>, sending: Sending, enter: Callback<Session>) -> impl IntoView {
    let known = name.with_untracked(|name| !name.is_empty());
    let password = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = LoginRequest {
            name: name.get_untracked(),
            password: password.get_untracked().into(),
        };
        sending.send(async move { client::login(&request).await }, enter);
    };
    view! {
        <form class="entrance-form" method="post" on:submit=submit>
            <TextField
                label="User name"
                name="username"
                autocomplete="username"
                value=name
                error=sending.of("username")
                focus=!known
            />
            <PasswordField
                label="Password"
                name="password"
                autocomplete="current-password"
                value=password
                error=sending.of("password")
                focus=known
            />
            <FormTrouble sending=sending />
            <Button tone=Tone::Primary submit=true busy=sending.busy>
                "Log in"
            </Button>
        </form>
    }
}

#[component]
fn CodeStep(challenge: Challenge, sending: Sending, enter: Callback<Session>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (challenge, code) = (challenge.clone(), code.get_untracked());
        sending.send(async move { client::login_with_code(&challenge, code).await }, enter);
    };
    view! {
        <form class="entrance-form" method="post" on:submit=submit>
            <TextField
                label="Six-digit code"
                name="code"
                autocomplete="one-time-code"
                inputmode="numeric"
                value=code
                error=sending.of("code")
                hint="Your authenticator app shows it."
                focus=true
            />
            <FormTrouble sending=sending />
            <Button tone=Tone::Primary submit=true busy=sending.busy>
                "Log in"
            </Button>
            <Button press=move |_| sending.step(None)>"Back"</Button>
        </form>
    }
}

#[component]
fn SetupForm(token: String, sending: Sending, enter: Callback<Session>) -> impl IntoView {
    let came_along = !token.is_empty();
    let (token, name, password) = (
        RwSignal::new(token),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let parsed = form::setup(&token.get_untracked(), &name.get_untracked(), &password.get_untracked());
        match parsed {
            Ok(request) => sending.send(ask_setup(request), enter),
            Err(trouble) => sending.trouble.set(trouble),
        }
    };
    // A token that came with the address is shown only when it turns out to be wrong.
    let ask_token = move || !came_along || sending.of("token").get().is_some();
    view! {
        <form class="entrance-form" method="post" on:submit=submit>
            <Show when=ask_token>
                <TextField
                    label="Setup token"
                    name="token"
                    autocomplete="off"
                    value=token
                    error=sending.of("token")
                    hint="Stardeck printed it when it started. “stardeck admin setup-token” makes a new one."
                    focus=!came_along
                />
            </Show>
            <TextField
                label="User name"
                name="username"
                autocomplete="username"
                value=name
                error=sending.of("username")
                focus=came_along
            />
            <PasswordField
                label="Password"
                name="password"
                autocomplete="new-password"
                value=password
                error=sending.of("password")
                rate=true
            />
            <FormTrouble sending=sending />
            <Button tone=Tone::Primary submit=true busy=sending.busy>
                "Create account"
            </Button>
        </form>
    }
}

async fn ask_setup(request: SetupRequest) -> Result<Session, Error> {
    client::setup(&request).await
}

/// What is wrong with the form as a whole; it stays until it is sent again.
#[component]
fn FormTrouble(sending: Sending) -> impl IntoView {
    let said = sending.of("");
    view! {
        <div role="alert">
            <Show when=move || said.get().is_some()>
                <p class="entrance-trouble">
                    <Icon glyph=Glyph::Alert size=16 />
                    <span>{move || said.get()}</span>
                </p>
            </Show>
        </div>
    }
}

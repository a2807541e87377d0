//! Changing the password.

use api::session::ChangePassword;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::own::OwnAccount;
use crate::apps::ask::password_words;
use crate::client::Error;
use crate::kit::button::Button;
use crate::kit::field::password::PasswordField;

/// At which of the two passwords something is wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Current,
    New,
}

/// The part of the window.
#[component]
pub fn PasswordPart() -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<(Which, String)>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let session = own.deck.session_now();
        let request = ChangePassword {
            current: current.get_untracked().into(),
            new: new.get_untracked().into(),
        };
        spawn_local(async move {
            let result = session.change_password(&request).await;
            busy.set(false);
            match result {
                Ok(()) => {
                    current.set(String::new());
                    new.set(String::new());
                    own.done("Your password was changed");
                }
                Err(error @ Error::Refused(_)) => wrong.set(Some(trouble(&error))),
                Err(error) => own.wrong("Your password was not changed", &error),
            }
        });
    };
    let at = move |which| {
        Signal::derive(move || {
            wrong.with(|wrong| {
                let (at, words) = wrong.as_ref()?;
                (*at == which).then(|| words.clone())
            })
        })
    };
    view! {
        <section class="account-part" aria-labelledby="account-password">
            <h3 id="account-password">"Password"</h3>
            <p>"A new one ends all your other sessions."</p>
            <form method="post" on:submit=submit>
                // For password managers, which keep a password under its name.
                <input
                    hidden
                    name="username"
                    autocomplete="username"
                    prop:value=move || own.deck.session.get().user().name.to_string()
                />
                <PasswordField
                    label="Current password"
                    name="password-current"
                    autocomplete="current-password"
                    value=current
                    error=at(Which::Current)
                />
                <PasswordField
                    label="New password"
                    name="password-new"
                    autocomplete="new-password"
                    value=new
                    error=at(Which::New)
                    rate=true
                />
                <div class="account-acts">
                    <Button submit=true busy=busy>
                        "Change password"
                    </Button>
                </div>
            </form>
        </section>
    }
}

/// What a refusal means, and at which password it is said: what the server has against the form is the new one.
fn trouble(error: &Error) -> (Which, String) {
    let which = match error.field() {
        Some(_) => Which::New,
        None => Which::Current,
    };
    (which, password_words(error))
}

//! Where one is logged in, and ending it there.

use api::session::Session as Login;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::own::OwnAccount;
use super::say;
use crate::kit::button::Button;

/// The part of the window.
#[component]
pub fn SessionsPart() -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    view! {
        <section class="account-part" aria-labelledby="account-sessions">
            <h3 id="account-sessions">"Sessions"</h3>
            <p>"Where you are logged in. A session that you do not know: end it, and change the password."</p>
            <ul class="account-sessions" aria-labelledby="account-sessions">
                <For each=move || own.sessions.get() key=|login| (login.id.clone(), login.seen) let:login>
                    <SessionRow login=login />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn SessionRow(login: Login) -> impl IntoView {
    let own = expect_context::<OwnAccount>();
    let busy = RwSignal::new(false);
    let agent = say::agent(&login.agent);
    let (id, named) = (login.id.clone(), agent.clone());
    let end = move |_| {
        busy.set(true);
        let (session, id, named) = (own.deck.session_now(), id.clone(), named.clone());
        spawn_local(async move {
            let result = session.end_session(&id).await;
            busy.set(false);
            match result {
                Ok(()) => own.done(format!("The session of {named} was ended")),
                Err(error) => {
                    own.wrong("The session was not ended", &error);
                    own.refresh();
                }
            }
        });
    };
    let whose = agent.clone();
    let current = login.current;
    let title = login.agent.clone();
    view! {
        <li>
            <div>
                <strong title=title>{agent}</strong>
                {current.then(|| view! { <span class="chip">"this one"</span> })}
                <small>{move || say::history(&login, own.deck.now.get())}</small>
            </div>
            {(!current)
                .then(|| {
                    view! {
                        <Button busy=busy press=end>
                            "End"
                            <span class="unseen">" the session of "{whose}</span>
                        </Button>
                    }
                })}
        </li>
    }
}

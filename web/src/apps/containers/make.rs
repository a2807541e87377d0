//! A new volume or network, by its name and, for a network, how it is to be.

use api::network::CreateNetwork;
use api::volume::CreateVolume;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::{Error, ThingKind};
use crate::kit::button::Button;
use crate::kit::field::verbatim::Verbatim;
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// A line with what a new volume or network is made of.
#[component]
pub fn Make(
    /// Which of the two.
    kind: ThingKind,
    /// What it is called, on the button too.
    word: &'static str,
    /// Told when one was made.
    #[prop(into)]
    made: Callback<()>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let toasts = expect_context::<Toasts>();
    let name = RwSignal::new(String::new());
    let range = RwSignal::new(String::new());
    let (internal, ipv6) = (RwSignal::new(false), RwSignal::new(false));
    let busy = RwSignal::new(false);
    let text = |signal: RwSignal<String>| signal.with_untracked(|text| text.trim().to_owned());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let wanted = CreateNetwork {
            name: text(name),
            internal: internal.get_untracked(),
            ipv6: ipv6.get_untracked(),
            subnet: Some(text(range)).filter(|range| !range.is_empty()),
        };
        if wanted.name.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let session = deck.session_now();
        spawn_local(async move {
            let called = wanted.name.clone();
            let result = match kind {
                ThingKind::Volume => session
                    .create_volume(&CreateVolume { name: called.clone() })
                    .await
                    .map(drop),
                _ => session.create_network(&wanted).await.map(drop),
            };
            busy.try_set(false);
            match result {
                Ok(()) => {
                    for field in [name, range] {
                        field.try_set(String::new());
                    }
                    toasts.done(format!("{called} made"));
                }
                // The way in says so, over everything.
                Err(Error::Ended(_)) => {}
                Err(error) => toasts.wrong(format!("{called} was not made"), error.words()),
            }
            made.try_run(());
        });
    };
    let field = move |signal: RwSignal<String>, key: &'static str, label: &'static str, hint: &'static str| {
        view! {
            <Verbatim
                get=signal
                set=move |text| signal.set(text)
                attr:name=key
                attr:placeholder=hint
                attr:aria-label=label
            />
        }
    };
    let tick = move |signal: RwSignal<bool>, label: &'static str, title: &'static str| {
        view! {
            <label title=title>
                <input type="checkbox" prop:checked=signal on:change=move |event| signal.set(event_target_checked(&event)) />
                {label}
            </label>
        }
    };
    let empty = Signal::derive(move || busy.get() || name.with(|name| name.trim().is_empty()));
    view! {
        <form class="things-new" on:submit=submit>
            {field(name, "thing-name", word, "Name")}
            {(kind == ThingKind::Network)
                .then(|| {
                    view! {
                        {field(range, "thing-range", "Range of addresses", "Addresses: any, or 10.90.0.0/24")}
                        {tick(internal, "Internal", "It leads nowhere else: its containers reach one another alone")}
                        {tick(ipv6, "IPv6", "Addresses of IPv6 too")}
                    }
                })}
            <Button submit=true disabled=empty>
                {word}
            </Button>
        </form>
    }
}

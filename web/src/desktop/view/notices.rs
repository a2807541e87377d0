//! What was said while nobody looked: the messages of this visit.

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::time;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;
use crate::kit::panel::PanelButton;
use crate::kit::toast::Toasts;

/// The bell.
#[component]
pub fn NoticesButton() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let label = Signal::derive(move || match toasts.unseen.get() {
        0 => "Messages".to_owned(),
        1 => "Messages: 1 new".to_owned(),
        count => format!("Messages: {count} new"),
    });
    let wrong = move || {
        toasts
            .past
            .with(|past| past.iter().take(toasts.unseen.get()).any(|past| past.wrong))
    };
    view! {
        <PanelButton
            id="notices"
            label=label
            title="Messages"
            opens=move |()| toasts.unseen.set(0)
            panel=panel
        >
            <Icon glyph=Glyph::Bell size=15 />
            <Show when=move || toasts.unseen.get() != 0>
                <i class="panel-badge" class:is-wrong=wrong aria-hidden="true"></i>
            </Show>
        </PanelButton>
    }
}

fn panel() -> impl IntoView {
    view! { <Late name="The list of messages" content=|| Box::pin(content()) /> }
}

#[wasm_split(notices, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Notices /> }.into_any())
}

#[component]
fn Notices() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let clear = move |_| {
        toasts.past.set(vec![]);
        toasts.unseen.set(0);
    };
    view! {
        <Show
            when=move || toasts.past.with(|past| !past.is_empty())
            fallback=|| view! { <p class="panel-empty">"Nothing was said yet."</p> }
        >
            <ul class="notices">
                <For each=move || toasts.past.get() key=|past| past.id let:past>
                    <li class="notice" class:is-wrong=past.wrong>
                        <Icon glyph=if past.wrong { Glyph::Alert } else { Glyph::Check } size=16 />
                        <div>
                            <strong>{past.title}</strong>
                            {(!past.text.is_empty()).then(|| view! { <p>{past.text}</p> })}
                        </div>
                        <time>{time::of_day(past.at)}</time>
                    </li>
                </For>
            </ul>
            <Button press=clear>"Clear"</Button>
        </Show>
    }
}

//! The list of containers, and what stands in its place when there is nothing to list.

use leptos::prelude::*;

use super::filter::Filter;
use super::row::Row;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::store::Deck;

/// The list.
#[component]
pub fn List(
    /// What is shown.
    filter: Signal<Filter>,
    /// Shows everything.
    clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let ids = Memo::new(move |_| filter.get().ids(&deck.containers.all()));
    let none = Memo::new(move |_| deck.containers.all().is_empty());
    view! {
        <Show when=move || deck.listed.get() fallback=|| view! { <Waiting /> }>
            <Show
                when=move || ids.with(|ids| !ids.is_empty())
                fallback=move || {
                    if none.get() {
                        view! { <Empty /> }.into_any()
                    } else {
                        view! { <NothingFound clear=Callback::new(move |()| clear()) /> }.into_any()
                    }
                }
            >
                <div class="table" role="table" aria-label="Containers" aria-rowcount=move || ids.with(Vec::len) + 1>
                    <div role="rowgroup">
                        <div class="table-head" role="row">
                            <span role="columnheader">"Name"</span>
                            <span role="columnheader">"Status"</span>
                            <span role="columnheader" class="cell-ports">
                                "Ports"
                            </span>
                            <span role="columnheader" class="cell-stack">
                                "Stack"
                            </span>
                            <span role="columnheader">
                                <span class="unseen">"Actions"</span>
                            </span>
                        </div>
                    </div>
                    <div class="table-body" role="rowgroup">
                        <For each=move || ids.get() key=Clone::clone let:id>
                            <Row id=id />
                        </For>
                    </div>
                </div>
            </Show>
        </Show>
    }
}

/// Before the first list has arrived.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="waiting" role="status">
            <span class="unseen">"The containers are being listed."</span>
            {(0..6).map(|_| view! { <i></i> }).collect_view()}
        </div>
    }
}

/// A machine without containers: what to do next.
#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Boxes size=44 />
            <h3>"No containers yet"</h3>
            <p>"Whatever Podman runs on this machine appears here by itself. In a terminal, for example:"</p>
            <code>"podman run --detach --name hello docker.io/library/nginx"</code>
        </div>
    }
}

#[component]
fn NothingFound(clear: Callback<()>) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Search size=36 />
            <h3>"Nothing matches"</h3>
            <p>"No container fits the search and the part that is shown."</p>
            <Button press=move |_| clear.run(())>"Show all"</Button>
        </div>
    }
}

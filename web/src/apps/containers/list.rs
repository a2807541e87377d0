//! The list of containers, and what stands in its place when there is nothing to list.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::filter::{Filter, Scope};
use super::kept::Kept;
use super::order::Picked;
use super::table::Table;
use super::usage::Usages;
use crate::apps::stack;
use crate::desktop::manager::WindowManager;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::store::Deck;

/// The list.
#[component]
pub fn List(
    /// What is shown.
    filter: Signal<Filter>,
    /// How the list is liked.
    kept: Kept,
    /// What is picked.
    picked: RwSignal<Picked>,
    /// Shows everything.
    clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let usages = expect_context::<Usages>();
    let lines = Memo::new(move |_| {
        let all = deck.containers.all();
        let shown = filter.with(|filter| filter.pick(&all));
        kept.order.get().lines(shown, |id| usages.used(id))
    });
    let unfolded = RwSignal::new(BTreeSet::new());
    let none = Memo::new(move |_| deck.containers.all().is_empty());
    // A stack of ours that is shown and has nothing to show.
    let idle = Memo::new(move |_| {
        let Filter {
            scope: Scope::Stack(name),
            search,
        } = filter.get()
        else {
            return None;
        };
        let ours = deck.stacks.all().iter().any(|stack| stack.name.as_str() == name);
        (ours && search.is_empty()).then_some(name)
    });
    view! {
        <Show when=move || deck.listed.get() fallback=|| view! { <Waiting /> }>
            <Show
                when=move || lines.with(|lines| !lines.is_empty())
                fallback=move || match idle.get() {
                    Some(name) => view! { <Idle name=name /> }.into_any(),
                    None if none.get() => view! { <Empty /> }.into_any(),
                    None => view! { <NothingFound clear=Callback::new(move |()| clear()) /> }.into_any(),
                }
            >
                <Table lines=lines picked=picked kept=kept unfolded=unfolded />
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

/// A stack of which nothing runs.
#[component]
fn Idle(name: String) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let title = format!("{name} has no containers");
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Layers size=40 />
            <h3>{title}</h3>
            <p>"Its files are here, and nothing of it was deployed or everything was taken down."</p>
            <Button press=move |_| stack::open(manager, &name)>"Look at it"</Button>
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

//! The list of containers, and what stands in its place when there is nothing to list.

use leptos::prelude::*;

use super::filter::{Counts, Filter, Scope};
use super::order::{Column, Heading, Line, Order, Picked};
use super::row::Row;
use super::usage::Usages;
use crate::apps::stack;
use crate::desktop::manager::WindowManager;
use crate::kit::button::{Button, IconButton};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// The list.
#[component]
pub fn List(
    /// What is shown.
    filter: Signal<Filter>,
    /// In which order.
    order: RwSignal<Order>,
    /// What is picked.
    picked: RwSignal<Picked>,
    /// Shows everything.
    clear: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let lines = Memo::new(move |_| {
        let all = deck.containers.all();
        order.get().lines(filter.with(|filter| filter.pick(&all)))
    });
    let usages = expect_context::<Usages>();
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
    let head = move |column, word, class| view! { <Head order=order column=column word=word class=class /> };
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
                <div
                    class="table"
                    class:has-usage=move || usages.known.get()
                    role="table"
                    aria-label="Containers"
                >
                    <div role="rowgroup">
                        <div class="table-head" role="row">
                            {head(Column::Name, "Name", "")}
                            {head(Column::Status, "Status", "")}
                            <Show when=move || usages.known.get()>
                                <span role="columnheader" class="cell-cpu">"CPU"</span>
                                <span role="columnheader" class="cell-memory">"Memory"</span>
                            </Show>
                            {head(Column::Ports, "Ports", "cell-ports")}
                            {head(Column::Stack, "Stack", "cell-stack")}
                            <span role="columnheader">
                                <span class="unseen">"Actions"</span>
                            </span>
                        </div>
                    </div>
                    <div class="table-body" role="rowgroup">
                        <For each=move || lines.get() key=Clone::clone let:line>
                            {match line {
                                Line::Heading(heading) => view! { <Group heading=heading /> }.into_any(),
                                Line::Container(id) => view! { <Row id=id lines=lines picked=picked /> }.into_any(),
                            }}
                        </For>
                    </div>
                </div>
            </Show>
        </Show>
    }
}

/// The head of a column: pressed, the list is sorted by it.
#[component]
fn Head(order: RwSignal<Order>, column: Column, word: &'static str, class: &'static str) -> impl IntoView {
    let sorted = Memo::new(move |_| order.with(|order| (order.column == column).then_some(order.back)));
    let said = move || sorted.get().map(|back| if back { "descending" } else { "ascending" });
    view! {
        <span role="columnheader" class=class aria-sort=said>
            <button type="button" on:click=move |_| order.update(|order| *order = order.press(column))>
                {word}
                <Show when=move || sorted.get().is_some()>
                    <Icon glyph=Glyph::ChevronDown size=12 />
                </Show>
            </button>
        </span>
    }
}

/// What the lines below have in common.
#[component]
fn Group(heading: Heading) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let manager = expect_context::<WindowManager>();
    let content = match heading {
        Heading::Foreign => view! { <strong>"Not made by this Stardeck"</strong> }.into_any(),
        Heading::Loose => view! { <strong>"Without a stack"</strong> }.into_any(),
        Heading::Stack(name) => {
            let of = name.clone();
            let condition = Signal::derive(move || {
                let counts = Counts::of(&deck.containers.all());
                counts.stacks.get(&of).copied().unwrap_or(Condition::Off)
            });
            let label = format!("Open {name}");
            let opened = name.clone();
            view! {
                <Dot condition=condition />
                <strong>{name}</strong>
                <IconButton
                    label=label
                    glyph=Glyph::External
                    press=move |_| stack::open(manager, &opened)
                />
            }
            .into_any()
        }
    };
    view! {
        <div class="table-group" role="row">
            <div role="cell">{content}</div>
        </div>
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

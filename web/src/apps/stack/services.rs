//! The services of a stack, drawn as what depends on what.

use api::container::Container;
use api::stack::StackService;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::flow::{Flow, Page};
use super::graph::{Edge, Graph, NODE, Node};
use super::news::{Later, Newer};
use crate::apps::containers::acts::Acts;
use crate::apps::containers::say;
use crate::kit::banner::Banner;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::menu::{Anchor, Entry, Menus};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// The page.
#[component]
pub fn Services() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let services = Memo::new(move |_| {
        flow.stack
            .with(|it| it.as_ref().map(|it| it.services.clone()).unwrap_or_default())
    });
    let graph = Memo::new(move |_| services.with(|services| Graph::of(services)));
    let changed = Memo::new(move |_| {
        flow.stack.with(|it| {
            it.as_ref()
                .is_some_and(|it| it.changed_on_disk && it.generation.is_some())
        })
    });
    let trouble = Memo::new(move |_| flow.stack.with(|it| it.as_ref()?.trouble.clone()));
    let drift = move || {
        services.with(|services| {
            let drifted = services
                .iter()
                .filter_map(|it| Some((it.name.clone(), it.drift.clone()?)));
            drifted
                .map(|(name, words)| view! { <li><strong>{name}</strong> " " {words}</li> })
                .collect_view()
        })
    };
    let drifts = Memo::new(move |_| services.with(|services| services.iter().any(|it| it.drift.is_some())));
    view! {
        <div class="stack-scroll">
            <Show when=move || changed.get()>
                <Banner
                    news=true
                    glyph=Glyph::Upload
                    title="The files differ from what was deployed."
                    text="Nothing happens by itself: look at what a deploy would do."
                >
                    <Button press=move |_| flow.plan(None)>"Look…"</Button>
                </Banner>
            </Show>
            <Newer />
            <Show when=move || trouble.get().is_some()>
                <Banner
                    glyph=Glyph::Warning
                    title="The last deploy failed."
                    text=Signal::derive(move || trouble.get().unwrap_or_default())
                />
            </Show>
            <Show
                when=move || graph.with(|graph| !graph.nodes.is_empty())
                fallback=move || view! { <NoServices flow=flow /> }
            >
                <div class="stack-graph">
                    <div
                        class="stack-drawing"
                        role="list"
                        aria-label="Services"
                        style:width=move || format!("{}px", graph.with(|graph| graph.size.0))
                        style:height=move || format!("{}px", graph.with(|graph| graph.size.1))
                    >
                        <svg aria-hidden="true">
                            <defs>
                                <marker id="stack-arrow" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="8" markerHeight="8" orient="auto">
                                    <path d="M1 1l5 3-5 3"></path>
                                </marker>
                            </defs>
                            {move || graph.get().edges.into_iter().map(edge).collect_view()}
                        </svg>
                        <For each=move || graph.get().nodes key=|node| (node.name.clone(), node.x, node.y) let:node>
                            <ServiceNode node=node services=services />
                        </For>
                    </div>
                </div>
            </Show>
            <Later />
            <Show when=move || drifts.get()>
                <h4 class="stack-label">"Not as it was deployed"</h4>
                <ul class="stack-drift">{drift}</ul>
            </Show>
        </div>
    }
}

#[component]
fn NoServices(flow: Flow) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Layers size=40 />
            <h3>"No services"</h3>
            <p>"Its compose file says nothing that could run."</p>
            <Button press=move |_| flow.page.set(Page::Files)>"Open the files"</Button>
        </div>
    }
}

fn edge(edge: Edge) -> impl IntoView {
    view! { <path class="stack-edge" d=edge.path marker-end="url(#stack-arrow)"></path> }
}

#[component]
fn ServiceNode(node: Node, services: Memo<Vec<StackService>>) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let acts = expect_context::<Acts>();
    let menus = expect_context::<Menus>();
    let name = node.name.clone();
    let service = Memo::new(move |_| services.with(|all| all.iter().find(|it| it.name == name).cloned()));
    let containers = Memo::new(move |_| {
        let ids = service.with(|it| it.as_ref().map(|it| it.containers.clone()).unwrap_or_default());
        let all = deck.containers.all();
        all.into_iter()
            .filter(|it| ids.contains(&it.id))
            .collect::<Vec<Container>>()
    });
    let condition = Signal::derive(move || {
        containers.with(|all| {
            all.iter()
                .map(say::condition)
                .max_by_key(|it| weight(*it))
                .unwrap_or(Condition::Off)
        })
    });
    let status = move || {
        containers.with(|all| match all.as_slice() {
            [] => "No container".to_owned(),
            [only] => say::status(only, deck.now.get()),
            many => {
                let up = many.iter().filter(|it| it.state.is_up()).count();
                format!("{up} of {} run", many.len())
            }
        })
    };
    let open = move |event: MouseEvent| {
        event.prevent_default();
        let all = containers.get_untracked();
        let several = all.len() > 1;
        let entries: Vec<Entry> = all
            .iter()
            .flat_map(|container| {
                let heading = several.then(|| Entry::Heading(container.name.clone()));
                heading.into_iter().chain(acts.menu(container))
            })
            .collect();
        if !entries.is_empty() {
            menus.open(Anchor::of(&event), "Service", entries);
        }
    };
    let image = move || service.with(|it| it.as_ref()?.image.as_deref().map(|image| say::image(image).to_owned()));
    let waits = move || {
        service.with(|it| {
            it.as_ref()
                .map(|it| it.depends_on.join(", "))
                .filter(|it| !it.is_empty())
        })
    };
    let drifts = Memo::new(move |_| service.with(|it| it.as_ref().is_some_and(|it| it.drift.is_some())));
    view! {
        <div role="listitem" class="stack-place" style:translate=format!("{}px {}px", node.x, node.y)>
            <button
                type="button"
                class="stack-node"
                class:is-drifted=drifts
                aria-haspopup="menu"
                style:width=format!("{}px", NODE.0)
                style:height=format!("{}px", NODE.1)
                title=image
                on:click=open
                on:contextmenu=open
            >
                <Dot condition=condition />
                <strong>{node.name}</strong>
                <small>{status}</small>
                <span class="unseen">{move || waits().map(|names| format!(", waits for {names}"))}</span>
            </button>
        </div>
    }
}

/// What is told of a service before anything else: trouble, then what is under way.
fn weight(condition: Condition) -> u8 {
    match condition {
        Condition::Off => 0,
        Condition::Good => 1,
        Condition::Busy => 2,
        Condition::Doubtful => 3,
        Condition::Bad => 4,
    }
}

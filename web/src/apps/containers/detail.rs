//! A container, looked at closely: what unfolds below its row.

use api::container::{Container, ContainerDetail, Mount};
use api::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::say;
use super::table::Shared;
use super::usage::{Counting, Trail, Usages};
use crate::apps::adopt;
use crate::desktop::manager::WindowManager;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::viewport::Viewport;
use crate::store::Deck;

/// What unfolds. It is asked for anew whenever the container changes.
#[component]
pub fn Detail(
    /// The container.
    container: RwSignal<Container>,
    /// What it used lately.
    trail: Memo<Trail>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let usages = expect_context::<Usages>();
    // The rows below have to know how much room this takes.
    let heights = expect_context::<Shared>().heights;
    let viewport = Viewport::new();
    Effect::new(move |_| {
        let (height, id) = (viewport.size.get().1, container.with_untracked(|it| it.id.clone()));
        if height > 0.0 {
            heights.maybe_update(|heights| heights.insert(id, height) != Some(height));
        }
    });
    let used = move || match usages.counting.get() {
        Counting::Cannot(why) => vec![format!("No statistics on this machine. {why}")],
        Counting::Awaited | Counting::Counts => trail.with(Trail::lines),
    };
    let detail = RwSignal::new(None::<ContainerDetail>);
    let wrong = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let (id, session) = (container.with(|container| container.id.clone()), deck.session.get());
        spawn_local(async move {
            match session.container(&id).await {
                Ok(read) => _ = detail.try_set(Some(read)),
                Err(error) => _ = wrong.try_set(Some(error.words())),
            }
        });
    });
    let administers = deck.session.with_untracked(|it| it.user().role) == Role::Administrator;
    let adoptable = move || administers && container.with(|it| it.foreign);
    view! {
        <div node_ref=viewport.node class="detail" role="row">
            <div role="cell">
                {move || adoptable().then(|| view! { <Foreign container=container /> })}
                {move || match (detail.get(), wrong.get()) {
                    (Some(detail), _) => {
                        view! {
                            <dl>
                                {move || fact("Uses", used())}
                                {facts(&detail)}
                            </dl>
                        }
                            .into_any()
                    }
                    (None, Some(why)) => view! { <p>{why}</p> }.into_any(),
                    (None, None) => view! { <p role="status">"Reading…"</p> }.into_any(),
                }}
            </div>
        </div>
    }
}

/// What can be done with a container that somebody else made.
#[component]
fn Foreign(container: RwSignal<Container>) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    view! {
        <div class="detail-offer">
            <p>"This Stardeck did not make it: it is shown, and has no icon. As a stack it would have a compose file, a history and a way in."</p>
            <Button press=move |_| container.with_untracked(|it| adopt::open(manager, it))>"Adopt…"</Button>
        </div>
    }
}

fn facts(detail: &ContainerDetail) -> impl IntoView + use<> {
    let container = &detail.container;
    let ports = container.ports.iter().map(|port| {
        let address = Some(port.host_address.as_str())
            .filter(|it| !it.is_empty())
            .unwrap_or("every address");
        format!(
            "{address}, port {} → {}/{}",
            port.host_port, port.container_port, port.protocol
        )
    });
    let environment = detail.environment.iter().map(|name| format!("{name} = ••••••"));
    let labels = detail.labels.iter().map(|(name, value)| format!("{name} = {value}"));
    let restart = match (detail.restart_policy.as_str(), detail.restarts) {
        ("", 0) => "never".to_owned(),
        ("", count) => format!("never; restarted {count} times"),
        (policy, 0) => policy.to_owned(),
        (policy, count) => format!("{policy}; restarted {count} times"),
    };
    [
        fact("Ports", ports.collect()),
        fact("Volumes", detail.mounts.iter().map(mount).collect()),
        fact("Networks", detail.networks.clone()),
        fact(
            "Image",
            vec![container.image.clone(), say::short(&detail.image_id).to_owned()],
        ),
        fact("Command", vec![detail.command.join(" ")]),
        fact("Restarts", vec![restart]),
        folded("Environment", "variables", environment.collect()),
        folded("Labels", "labels", labels.collect()),
        fact("Container", vec![container.id.clone()]),
    ]
}

fn mount(mount: &Mount) -> String {
    let read_only = if mount.read_only { ", read only" } else { "" };
    match mount.kind.as_str() {
        "tmpfs" => format!("memory → {}", mount.target),
        "bind" => format!("{} → {}{read_only}", mount.source, mount.target),
        _ => format!("volume {} → {}{read_only}", mount.source, mount.target),
    }
}

pub(super) fn fact(name: &'static str, lines: Vec<String>) -> AnyView {
    let lines: Vec<_> = lines
        .into_iter()
        .filter(|line| !line.is_empty())
        .map(|line| view! { <dd>{line}</dd> })
        .collect();
    (!lines.is_empty())
        .then(|| view! { <div><dt>{name}</dt> {lines}</div> })
        .into_any()
}

/// What is long, and seldom looked at.
fn folded(name: &'static str, word: &'static str, lines: Vec<String>) -> AnyView {
    const FEW: usize = 3;
    if lines.len() <= FEW {
        return fact(name, lines);
    }
    let count = format!("{} {word}", lines.len());
    let lines = lines
        .into_iter()
        .map(|line| view! { <span>{line}</span> })
        .collect::<Vec<_>>();
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <details>
                    <summary><Icon glyph=Glyph::ChevronDown size=12 /> {count}</summary>
                    {lines}
                </details>
            </dd>
        </div>
    }
    .into_any()
}

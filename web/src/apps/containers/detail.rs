//! A container, looked at closely: what unfolds below its row.

use api::container::{Container, ContainerDetail, Mount};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::say;
use super::usage::Trail;
use crate::kit::icon::{Glyph, Icon};
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
    view! {
        <div class="detail" role="row">
            <div role="cell">
                {move || match (detail.get(), wrong.get()) {
                    (Some(detail), _) => {
                        view! {
                            <dl>
                                {move || fact("Uses", trail.with(Trail::lines))}
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

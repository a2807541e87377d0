//! About Stardeck and this machine, and the shortcuts of the desk.

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::keys::SHORTCUTS;
use crate::desktop::time;
use crate::kit::late::Late;
use crate::kit::sheet::Sheets;
use crate::store::Deck;

/// Opens what there is to know about this Stardeck.
pub fn open_about(sheets: Sheets, deck: Deck) {
    sheets.open("About", move || {
        view! { <Late name="This page" content=move || Box::pin(about(deck)) /> }
    });
}

/// Opens the list of the shortcuts.
pub fn open_shortcuts(sheets: Sheets) {
    sheets.open("Keyboard shortcuts", || {
        view! { <Late name="This page" content=|| Box::pin(shortcuts()) /> }
    });
}

#[wasm_split(about, fallible)]
fn about(deck: Deck) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <About deck=deck /> }.into_any())
}

#[wasm_split(shortcuts, fallible)]
fn shortcuts() -> Result<AnyView, SplitLoaderError> {
    Ok(Shortcuts().into_any())
}

#[component]
fn About(deck: Deck) -> impl IntoView {
    let lines = move || {
        let mut lines = vec![("Version", deck.session.with(|session| session.version().to_owned()))];
        let Some(system) = deck.system.get() else {
            return lines;
        };
        let podman = system.podman.version.unwrap_or_else(|| "not seen yet".to_owned());
        let rootless = match system.podman.rootless {
            Some(true) => ", without root",
            Some(false) => ", as root",
            None => "",
        };
        let up = time::duration(u64::try_from((deck.now.get() - system.started.0) / 1000).unwrap_or(0));
        lines.extend([
            ("Running for", up),
            ("Machine", system.host.name),
            ("System", system.host.os),
            ("Kernel", system.host.kernel),
            ("Podman", format!("{podman}{rootless}")),
            (
                "Size",
                format!(
                    "{} processors, {} of memory",
                    system.host.cpus,
                    time::bytes(system.host.memory)
                ),
            ),
        ]);
        lines
    };
    let limits = move || deck.system.get().map(|system| system.podman.limits).unwrap_or_default();
    view! {
        <div class="about-head">
            <span class="about-mark" aria-hidden="true"></span>
            <div>
                <strong>"Stardeck"</strong>
                <p>"The containers of your machine, as a desktop."</p>
            </div>
        </div>
        <dl class="about-lines">
            {move || {
                lines()
                    .into_iter()
                    .map(|(name, value)| {
                        view! {
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        }
                    })
                    .collect_view()
            }}
        </dl>
        {move || limits().into_iter().map(|limit| view! { <p class="about-note">{limit}</p> }).collect_view()}
        <p class="about-note">
            "Free software under the Apache License 2.0. Typeface: Inter, under the SIL Open Font License. Icons: Lucide, under the ISC License."
        </p>
    }
}

#[component]
fn Shortcuts() -> impl IntoView {
    SHORTCUTS
        .iter()
        .map(|(group, lines)| {
            let lines = lines
                .iter()
                .map(|(keys, words)| {
                    let keys = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect_view();
                    view! {
                        <dt>{keys}</dt>
                        <dd>{*words}</dd>
                    }
                })
                .collect_view();
            view! {
                <h3 class="shortcuts-group">{*group}</h3>
                <dl class="shortcuts">{lines}</dl>
            }
        })
        .collect_view()
}

//! The real binary, on real Podman, over real sockets.

#![allow(clippy::unwrap_used, reason = "panicking is how a test fails")]

mod acme;
mod app_icons;
mod app_settings;
mod apps;
mod browser;
mod cli;
mod clock;
mod desk;
mod edge;
mod faults;
mod files;
mod guest;
mod line;
mod logs;
mod malformed;
mod power;
mod routes;
mod sec_a;
mod sec_apps;
mod sec_f;
mod sec_factor;
mod stacks;
mod stats;
mod storage;
mod story;
mod things;
mod tls;

use testkit::{Deck, DeckOptions, Machine};

use browser::Browser;

const BINARY: &str = env!("CARGO_BIN_EXE_stardeck");
const PASSWORD: &str = "violet-anchor-rain";

/// A deck on `machine`, with nobody in it yet.
async fn empty_deck(machine: &Machine) -> Deck<'_> {
    Deck::start(machine, BINARY, DeckOptions::default()).await
}

/// A deck on `machine` and a browser in which its first administrator, ada, is logged in.
async fn deck(machine: &Machine) -> (Deck<'_>, Browser) {
    let deck = empty_deck(machine).await;
    let ada = set_up(&deck).await;
    (deck, ada)
}

/// Makes the first administrator of `deck`.
async fn set_up(deck: &Deck<'_>) -> Browser {
    let mut ada = Browser::new(deck.address());
    let reply = ada.setup(&setup_token(deck), "ada").await;
    assert_eq!(reply.status, 200, "{reply:?}");
    ada
}

/// The token that the deck has written for its owner.
fn setup_token(deck: &Deck<'_>) -> String {
    std::fs::read_to_string(deck.data_dir().join("setup-token"))
        .unwrap()
        .trim()
        .to_owned()
}

//! The process part of a deck, tried with a stand-in of a few lines: the real binary is not built when this crate is.

use testkit::{Deck, DeckOptions, Machine};

/// Takes the arguments of `stardeck serve` that a deck gives, and ends well when asked to.
const STAND_IN: &str = r#"#!/bin/sh
trap 'echo ending; exit 0' TERM
while [ $# -gt 0 ]; do
  case "$1" in
    --data-dir) data="$2" ;;
    --podman-socket) socket="$2" ;;
    --ready-file) ready="$2" ;;
  esac
  shift
done
[ -S "$socket" ] && mkdir -p "$data" && echo x >> "$data/starts" && id -u > "$data/uid" && echo "$WORD"
echo "http://127.0.0.1:1" > "$ready"
while :; do sleep 0.05; done
"#;

#[tokio::test]
async fn a_deck_starts_stops_and_starts_again_on_its_data() {
    let machine = Machine::start().await;
    let binary = machine.dir().join("stand-in");
    std::fs::write(&binary, STAND_IN).expect("it can be written");
    std::fs::set_permissions(&binary, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("our own file");
    let options = DeckOptions {
        env: vec![("WORD".to_owned(), "hello".to_owned())],
        ..DeckOptions::default()
    };
    let mut deck = Deck::start(&machine, &binary, options).await;
    assert_eq!(deck.address(), "http://127.0.0.1:1");
    assert!(deck.is_running() && deck.log().contains("hello"));
    let uid = std::fs::read_to_string(deck.data_dir().join("uid")).expect("it was written");
    assert_eq!(uid.trim(), machine.user().uid.to_string());

    assert!(deck.stop().await.success());
    assert!(!deck.is_running() && deck.log().contains("ending"));
    deck.start_again().await;
    deck.kill().await;
    deck.start_again().await;
    let starts = std::fs::read_to_string(deck.data_dir().join("starts")).expect("it was written");
    assert_eq!(starts.lines().count(), 3);
}

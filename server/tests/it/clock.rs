//! The clock of the machine is set while the server runs. Numbered as in the security contract.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine, wait_until};

use crate::browser::Browser;
use crate::sec_factor::enrol;
use crate::{BINARY, PASSWORD, set_up};

/// Becomes the server, for which the time of day is what a file says, such as `+365d`; what counts time by itself is
/// left as it is.
const OTHER_TIME: &str = r#"
    for library in /usr/lib/*/faketime/libfaketimeMT.so.1 /usr/lib*/faketime/libfaketimeMT.so.1; do
        [ ! -e "$library" ] || export LD_PRELOAD="$library"
    done
    [ -n "$LD_PRELOAD" ] || { echo "libfaketime is missing: cargo xtask test installs it"; exit 1; }
    export FAKETIME_TIMESTAMP_FILE="$0" FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
    exec "$@"
"#;
const YEAR: u64 = 365 * 24 * 3600;

async fn has_session(browser: &mut Browser) -> bool {
    browser.get("/api/session").await.status == 200
}

#[tokio::test]
async fn fault_22_a_clock_that_jumps_locks_nobody_out_and_makes_nothing_last_for_ever() {
    let machine = Machine::start().await;
    let file = machine.dir().join("time");
    machine.user().write(&file, "+0d\n");
    let wrapper = ["sh", "-c", OTHER_TIME, file.to_str().unwrap()].map(str::to_owned);
    let options = DeckOptions {
        wrapper: wrapper.into(),
        ..DeckOptions::default()
    };
    let deck = Deck::start(&machine, BINARY, options).await;
    let mut ada = set_up(&deck).await;
    let app = enrol(&mut ada).await;
    let log_in = async |later: u64| {
        let mut browser = Browser::new(deck.address());
        let asked: Value = browser.login("ada", PASSWORD).await.json();
        let challenge = asked["error"]["details"]["challenge"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let reply = browser.login_code(&challenge, &app.code_after(later)).await;
        assert_eq!(reply.status, 200, "{later} seconds later: {reply:?}");
        browser
    };
    let set = |text: &str| machine.user().write(&file, text);
    let token = async |browser: &mut Browser| {
        let made = browser
            .post("/api/tokens", json!({"label": "x", "scope": "read", "days": 7}))
            .await;
        made.json::<Value>()["secret"].as_str().unwrap().to_owned()
    };
    let may = async |token: &str| {
        let mut browser = Browser::new(deck.address());
        browser.extra.push(("authorization".into(), format!("Bearer {token}")));
        browser.get("/api/system").await.status == 200
    };
    let of_now = token(&mut ada).await;

    // A year ahead: what ran out has run out, what counts seconds counts them, and a new login lasts.
    set("+365d\n");
    wait_until("the session to have run out", Duration::from_secs(10), async || {
        (!has_session(&mut ada).await).then_some(())
    })
    .await;
    assert!(!may(&of_now).await);
    let mut ahead = log_in(YEAR).await;
    for _ in 0..5 {
        assert!(has_session(&mut ahead).await, "it is not ended again and again");
    }
    let of_then = token(&mut ahead).await;
    assert!(may(&of_then).await);

    // Back: what was begun in a year that has not come does not live on into it, and codes of now are taken.
    set("+0d\n");
    wait_until(
        "the session of the other year to be over",
        Duration::from_secs(10),
        async || (!has_session(&mut ahead).await).then_some(()),
    )
    .await;
    assert!(!may(&of_then).await);
    assert!(may(&of_now).await, "its week has not passed");
    let mut back = log_in(30).await;
    assert!(has_session(&mut back).await);

    // An hour, as between two zones, is nothing.
    set("-1h\n");
    assert!(has_session(&mut back).await);
    set("+1h\n");
    assert!(has_session(&mut back).await);
    assert_eq!(deck.log().matches("panicked").count(), 0);
}

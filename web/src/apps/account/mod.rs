//! Account: what a person does with their own way in.
//!
//! - [`say`]: how a session and a secret are put into words; pure
//! - [`own`]: what is known of the account, and calls that may need the password again
//! - [`password`], [`factor`], [`sessions`]: the three parts of the window

pub mod factor;
pub mod own;
pub mod password;
pub mod say;
pub mod sessions;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::kit::icon::Glyph;
use crate::store::Deck;
use factor::FactorPart;
use own::OwnAccount;
use password::PasswordPart;
use sessions::SessionsPart;

/// The app.
pub const APP: App = App {
    id: "account",
    name: "Account",
    glyph: Glyph::User,
    tint: "slate",
    place: Place::UserMenu,
    size: Size { w: 560, h: 660 },
    min: Size { w: 340, h: 280 },
    single: true,
    content: |_| Box::pin(content()),
};

#[wasm_split(panels, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Account /> }.into_any())
}

#[component]
fn Account() -> impl IntoView {
    let deck = expect_context::<Deck>();
    provide_context(OwnAccount::follow(deck));
    view! {
        <div class="account">
            <PasswordPart />
            <FactorPart />
            <SessionsPart />
        </div>
    }
}

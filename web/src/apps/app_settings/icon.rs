//! The picture of an app: what it is now, and an own one in its place.

use api::app::{IconFrom, LARGEST_PICTURE};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Error;
use crate::desktop::icons::item::Face;
use crate::desktop::view::tile::Tile;
use crate::kit::button::Button;
use crate::store::Deck;

/// The picture.
#[component]
pub fn IconField(
    /// The app.
    app: String,
    /// Where its picture is from.
    from: Signal<IconFrom>,
    /// Called when it is another.
    changed: Callback<()>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let input = NodeRef::<Input>::new();
    let app = StoredValue::new(app);
    let row = Memo::new(move |_| {
        let id = app.get_value();
        deck.apps.all().into_iter().find(|it| it.id == id)
    });
    let settle = move |result: Result<(), Error>| {
        busy.try_set(false);
        match result {
            Ok(()) => {
                wrong.try_set(None);
                changed.try_run(());
            }
            Err(Error::Ended(_)) => {}
            Err(error) => _ = wrong.try_set(Some(error.words())),
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let file = input.files().and_then(|files| files.get(0));
        input.set_value("");
        let Some(file) = file else { return };
        #[expect(clippy::cast_precision_loss, reason = "half a megabyte is exact")]
        if file.size() > LARGEST_PICTURE as f64 {
            return wrong.set(Some(
                "The picture is larger than 512 KB. Send a smaller one.".to_owned(),
            ));
        }
        busy.set(true);
        let session = deck.session_now();
        spawn_local(async move { settle(session.send_icon(&app.get_value(), file).await) });
    };
    let forget = move |_| {
        busy.set(true);
        let session = deck.session_now();
        spawn_local(async move { settle(session.forget_icon(&app.get_value()).await) });
    };
    let words = move || match from.get() {
        IconFrom::Own => "Your own picture.",
        IconFrom::App => "The app shows it itself.",
        IconFrom::Set => "From the set that comes with Stardeck.",
        IconFrom::Nothing => "Drawn from the name, as the app has none.",
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <section class="app-icon" aria-label="Icon">
            {move || {
                row.get()
                    .map(|app| {
                        let face = app.icon.clone().map_or(Face::Monogram, Face::Picture);
                        view! { <Tile name=app.name face=face /> }
                    })
            }}
            <div>
                <p>{words}</p>
                <input
                    node_ref=input
                    type="file"
                    hidden
                    aria-label="A picture of this computer"
                    accept="image/png,image/jpeg,image/gif,image/webp,image/x-icon"
                    on:change=chosen
                />
                <Button busy=Signal::from(busy) press=choose>"Own picture…"</Button>
                <Show when=move || from.get() == IconFrom::Own>
                    <Button press=forget>"Forget it"</Button>
                </Show>
                <p class="app-wrong" role="alert">{move || wrong.get()}</p>
            </div>
        </section>
    }
}

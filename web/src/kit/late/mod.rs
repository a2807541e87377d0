//! What is fetched when it is shown first: a chunk of the bundle that the first screen does not need.

use std::pin::Pin;

use leptos::prelude::*;
use wasm_split_helpers::SplitLoaderError;

use super::banner::Banner;
use super::button::Button;
use super::icon::Glyph;

/// A view that is on its way.
pub type Content = Pin<Box<dyn Future<Output = Result<AnyView, SplitLoaderError>> + Send>>;

/// Shows a view as soon as it is there; where it cannot be fetched, that, and a way to try again.
#[component]
pub fn Late(
    /// What it is, for people.
    name: &'static str,
    /// Fetches it.
    content: impl Fn() -> Content + Send + Sync + 'static,
) -> impl IntoView {
    let tries = RwSignal::new(0);
    let content = StoredValue::new(content);
    let draw = move || {
        tries.track();
        let coming = content.with_value(|content| content());
        Suspend::new(async move {
            match coming.await {
                Ok(view) => view,
                Err(_) => view! { <Unfetched name=name tries=tries /> }.into_any(),
            }
        })
    };
    draw.into_any()
}

/// Instead of what could not be fetched.
#[component]
fn Unfetched(name: &'static str, tries: RwSignal<u32>) -> impl IntoView {
    view! {
        <Banner
            glyph=Glyph::Warning
            title=format!("{name} could not be loaded.")
            text="The server was not reached, or it is another version by now: then reload the page."
        >
            <Button press=move |_| tries.update(|tries| *tries += 1)>"Try again"</Button>
        </Banner>
    }
}

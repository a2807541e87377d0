//! Which columns the list has: a button, and the columns to tick.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::columns::{Column, OPTIONAL};
use super::kept::Kept;
use super::usage::{Counting, Usages};
use crate::kit::icon::{Glyph, Icon};

/// The id of what the button opens.
const ID: &str = "containers-columns";

/// The button, and what it opens.
#[component]
pub fn Chooser(
    /// What is chosen.
    kept: Kept,
) -> impl IntoView {
    let usages = expect_context::<Usages>();
    let place = RwSignal::new((0.0, 0.0));
    let locate = move |event: MouseEvent| {
        let button = event
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(button) = button {
            let rect = button.get_bounding_client_rect();
            place.set((rect.right(), rect.bottom() + 6.0));
        }
    };
    let why = move || match usages.counting.get() {
        Counting::Cannot(why) => Some(format!("No statistics on this machine. {why}")),
        Counting::Awaited | Counting::Counts => None,
    };
    let choice = move |column: Column| {
        let useless = move || column.is_counted() && matches!(usages.counting.get(), Counting::Cannot(_));
        view! {
            <label>
                <input
                    type="checkbox"
                    disabled=useless
                    prop:checked=move || kept.columns.with(|columns| columns.contains(&column))
                    on:change=move |_| kept.toggle(column)
                />
                {column.word()}
            </label>
        }
    };
    view! {
        <button
            type="button"
            class="icon-button"
            popovertarget=ID
            title="Columns"
            aria-label="Columns"
            on:click=locate
        >
            <Icon glyph=Glyph::Sliders />
        </button>
        <div
            id=ID
            class="columns"
            popover="auto"
            role="dialog"
            aria-label="Columns"
            style:left=move || format!("{}px", place.get().0)
            style:top=move || format!("{}px", place.get().1)
        >
            <fieldset>
                <legend>"Columns"</legend>
                {OPTIONAL.map(choice).into_iter().collect_view()}
            </fieldset>
            {move || why().map(|why| view! { <p>{why}</p> })}
        </div>
    }
}

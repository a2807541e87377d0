//! One of a few, side by side: the browser's own radio buttons, drawn as a row.

use leptos::prelude::*;

/// One that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choosable {
    /// The word that is kept.
    pub value: &'static str,
    /// The word for people.
    pub label: &'static str,
}

/// A row of choices under a heading. How one looks is said by the style sheet, by its value.
#[component]
pub fn Choices(
    /// The heading.
    legend: &'static str,
    /// What it is about, as the style sheet calls it; unique on the page.
    about: &'static str,
    /// What can be chosen.
    choices: Vec<Choosable>,
    /// What is chosen.
    #[prop(into)]
    value: Signal<&'static str>,
    /// Somebody chooses.
    #[prop(into)]
    choose: Callback<&'static str>,
) -> impl IntoView {
    let choice = move |Choosable { value: own, label }: Choosable| {
        view! {
            <label class="choice" data-value=own title=label>
                <input
                    type="radio"
                    name=about
                    value=own
                    prop:checked=move || value.get() == own
                    on:change=move |_| choose.run(own)
                />
                <i aria-hidden="true"></i>
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choices" data-about=about>
            <legend>{legend}</legend>
            <div>{choices.into_iter().map(choice).collect_view()}</div>
        </fieldset>
    }
}

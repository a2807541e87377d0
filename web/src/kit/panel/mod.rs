//! Panels that hang from the top bar: a button, and what it shows until somebody presses elsewhere.

use leptos::html::Div;
use leptos::prelude::*;

/// A button of the top bar with its panel. What is in the panel is drawn when it opens, and gone when it closes.
#[component]
pub fn PanelButton(
    /// The panel's own name, unique on the page.
    id: &'static str,
    /// What the button says to those who cannot see it.
    #[prop(into)]
    label: Signal<String>,
    /// The heading of the panel.
    title: &'static str,
    /// Called when it opens.
    #[prop(optional, into)]
    opens: Option<Callback<()>>,
    /// What the panel shows.
    #[prop(into)]
    panel: ViewFn,
    /// What the button shows.
    children: Children,
) -> impl IntoView {
    let layer = NodeRef::<Div>::new();
    let open = RwSignal::new(false);
    let toggle = move |_| {
        let now = layer
            .get_untracked()
            .is_some_and(|layer| layer.matches(":popover-open").unwrap_or(false));
        open.set(now);
        if let (true, Some(opens)) = (now, opens) {
            opens.run(());
        }
    };
    view! {
        <button
            type="button"
            class="top-bar-button panel-button"
            popovertarget=id
            aria-label=label
            title=label
            aria-expanded=move || open.get().to_string()
        >
            {children()}
        </button>
        <div node_ref=layer id=id class="panel" popover="auto" role="dialog" aria-label=title on:toggle=toggle>
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <h2 class="panel-title">{title}</h2>
                            {panel.run()}
                        }
                    })
            }}
        </div>
    }
}

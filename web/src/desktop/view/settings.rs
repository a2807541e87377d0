//! Quick settings: how the desk looks.

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::kit::choices::{Choices, Choosable};
use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;
use crate::kit::panel::PanelButton;
use crate::prefs::{ACCENTS, DENSITIES, Prefs, THEMES, WALLPAPERS};

/// The button of the quick settings.
#[component]
pub fn SettingsButton() -> impl IntoView {
    view! {
        <PanelButton
            id="settings"
            label="Quick settings: theme, accent, wallpaper, density"
            title="Quick settings"
            panel=panel
        >
            <Icon glyph=Glyph::Sliders size=15 />
        </PanelButton>
    }
}

fn panel() -> impl IntoView {
    view! { <Late name="What can be set" content=|| Box::pin(content()) /> }
}

#[wasm_split(settings, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Settings /> }.into_any())
}

#[component]
fn Settings() -> impl IntoView {
    let prefs = expect_context::<Prefs>();
    let row = |legend, about, all: &[(&'static str, &'static str)], value: RwSignal<&'static str>| {
        let choices = all.iter().map(|(value, label)| Choosable { value, label }).collect();
        view! { <Choices legend=legend about=about choices=choices value=value choose=move |chosen| value.set(chosen) /> }
    };
    view! {
        {row("Theme", "theme", &THEMES, prefs.theme)}
        {row("Accent", "accent", &ACCENTS, prefs.accent)}
        {row("Wallpaper", "wallpaper", &WALLPAPERS, prefs.wallpaper)}
        {row("Density", "density", &DENSITIES, prefs.density)}
    }
}

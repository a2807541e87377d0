//! What something looks like: a drawing on a tile, its own picture, or the first letter of its name.

use leptos::prelude::*;

use crate::desktop::icons::item::{Badge, Face, hue};
use crate::kit::icon::Icon;
use crate::store::pictures::Pictures;

/// The tile of something. It says nothing to a screen reader: its name stands beside it.
#[component]
pub fn Tile(
    /// What it looks like.
    face: Face,
    /// Its name, of which a monogram is made.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let picture = match face {
        Face::Glyph(glyph, tint) => {
            return view! {
                <span class="tile" data-tint=tint aria-hidden="true">
                    <Icon glyph=glyph size=24 />
                </span>
            }
            .into_any();
        }
        Face::Picture(path) => use_context::<Pictures>().map(|pictures| pictures.get(&path)),
        Face::Monogram => None,
        Face::Group(faces) => {
            let faces = faces
                .into_iter()
                .map(|(face, name)| view! { <Tile face=face name=name /> }.into_any());
            return view! {
                <span class="tile is-group" aria-hidden="true">
                    {faces.collect_view()}
                </span>
            }
            .into_any();
        }
    };
    let draw = move || match picture.as_ref().and_then(Get::get) {
        Some(address) => view! {
            <span class="tile is-picture" aria-hidden="true">
                <img src=address alt="" draggable="false" />
            </span>
        }
        .into_any(),
        None => view! {
            <span
                class="tile is-monogram"
                style:--tile-hue=hue(&name).to_string()
                data-letter=name.chars().next().map(|first| first.to_uppercase().to_string())
                aria-hidden="true"
            ></span>
        }
        .into_any(),
    };
    draw.into_any()
}

/// The mark at the corner of a tile that something is to be looked at. Its words are a part of the spoken name.
#[component]
pub fn Mark(
    /// What it is, if it is anything.
    badge: Memo<Option<Badge>>,
) -> impl IntoView {
    move || {
        badge
            .get()
            .map(|badge| view! { <i class="mark" data-badge=badge.name() aria-hidden="true"></i> })
    }
}

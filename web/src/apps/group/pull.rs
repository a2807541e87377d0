//! An icon that is pulled out of its group: it follows the pointer above everything, and stands where it is let go.

use leptos::ev::PointerEvent;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::desktop::geometry::Point;
use crate::desktop::icons::item::Face;
use crate::desktop::icons::items::Items;
use crate::desktop::icons::manager::IconManager;
use crate::desktop::icons::reduce::Action;
use crate::desktop::view::tile::Tile;

/// How far the pointer moves before it means a pull and not a press.
const SLACK: i32 = 5;

/// What the pointer does with one icon of a group.
#[derive(Clone, Copy, Default)]
pub struct Pull {
    /// Where it went down, while it is down.
    from: StoredValue<Option<Point>>,
    /// Where it is, once it has moved far enough to mean it.
    at: RwSignal<Option<Point>>,
    /// Whether the click that follows belongs to a pull.
    spent: StoredValue<bool>,
}

impl Pull {
    /// The pointer goes down. On a touch screen the menu takes an icon out: a finger that moves scrolls.
    pub fn down(self, event: &PointerEvent) {
        self.spent.set_value(false);
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        self.from.set_value(Some(point(event)));
        if let Some(target) = event.current_target().and_then(|it| it.dyn_into::<Element>().ok()) {
            // A pointer that is gone already cannot be captured, and does not move either.
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }

    /// It moves.
    pub fn moved(self, event: &PointerEvent) {
        let Some(from) = self.from.get_value() else { return };
        let to = point(event);
        let is_far = (to.x - from.x).abs() >= SLACK || (to.y - from.y).abs() >= SLACK;
        if is_far || self.at.with_untracked(Option::is_some) {
            self.at.set(Some(to));
        }
    }

    /// It lets go; the answer is where, if something was pulled.
    pub fn release(self) -> Option<Point> {
        self.from.set_value(None);
        let at = self.at.get_untracked()?;
        self.at.set(None);
        self.spent.set_value(true);
        Some(at)
    }

    /// Whether a click is only the end of a pull.
    #[must_use]
    pub fn is_spent(self) -> bool {
        self.spent.get_value()
    }
}

/// What is pulled, below the pointer.
#[component]
pub fn Pulled(
    /// The pull.
    pull: Pull,
    /// What the icon looks like, and its name.
    look: Memo<Option<(Face, String)>>,
) -> impl IntoView {
    let layer = NodeRef::<Div>::new();
    let is_pulled = Memo::new(move |_| pull.at.with(Option::is_some));
    // Above everything and not in the window, which would cut it off.
    Effect::new(move |_| {
        if let Some(layer) = layer.get() {
            // In the next frame it is in the page. Refused only where it was let go by then.
            request_animation_frame(move || _ = layer.show_popover());
        }
    });
    let side = move |pick: fn(Point) -> i32| move || format!("{}px", pull.at.get().map(pick).unwrap_or_default());
    view! {
        <Show when=move || is_pulled.get()>
            <div
                node_ref=layer
                popover="manual"
                class="group-pulled"
                aria-hidden="true"
                style:left=side(|at| at.x)
                style:top=side(|at| at.y)
            >
                {move || look.get().map(|(face, name)| view! { <Tile face=face name=name /> })}
            </div>
        </Show>
    }
}

/// Puts an icon on the desk at a place of the page, unless a window or a bar is there.
pub fn put_on_desk(items: Items, icons: IconManager, key: String, at: Point) {
    let under = |at: Point| document().element_from_point(narrow(at.x), narrow(at.y));
    let Some(layer) = under(at).and_then(|under| under.closest(".icons").ok().flatten()) else {
        return;
    };
    let rect = layer.get_bounding_client_rect();
    #[expect(clippy::cast_possible_truncation, reason = "a place on the page")]
    let on_layer = Point {
        x: at.x - rect.left() as i32,
        y: at.y - rect.top() as i32 + layer.scroll_top(),
    };
    let cell = icons.icons.with_untracked(|icons| {
        let taken = icons.cells().into_values().collect();
        icons.grid.nearest(icons.grid.at(on_layer), &taken)
    });
    icons.dispatch(Action::Place(key.clone(), cell));
    items.group(&[key], "");
}

#[expect(clippy::cast_precision_loss, reason = "a place on the page")]
fn narrow(side: i32) -> f32 {
    side as f32
}

fn point(event: &PointerEvent) -> Point {
    Point {
        x: event.client_x(),
        y: event.client_y(),
    }
}

//! The part of something long that is seen, so that no more than that is drawn.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// An element that scrolls: where it stands, and how large it is. Put `node` on the element and call
/// [`scrolled`](Self::scrolled) on each scroll.
#[derive(Clone, Copy)]
pub struct Viewport {
    /// The element.
    pub node: NodeRef<Div>,
    /// How far it is scrolled, in pixels.
    pub top: RwSignal<f64>,
    /// The width and height of what is seen of it, in pixels.
    pub size: RwSignal<(f64, f64)>,
}

impl Viewport {
    /// Watches the size of the element, from when it is drawn until it is gone.
    #[must_use]
    pub fn new() -> Self {
        let viewport = Self {
            node: NodeRef::new(),
            top: RwSignal::new(0.0),
            size: RwSignal::new((0.0, 0.0)),
        };
        viewport.node.on_load(move |_| viewport.watch());
        viewport
    }

    /// It was scrolled.
    pub fn scrolled(&self) {
        if let Some(node) = self.node.get_untracked() {
            self.top.set(f64::from(node.scroll_top()));
        }
    }

    /// The rows of this height that are to be drawn, out of so many: those that are seen and a few around them.
    #[must_use]
    pub fn rows(&self, height: f64, count: usize) -> std::ops::Range<usize> {
        rows(self.top.get(), self.size.get().1, height, count)
    }

    fn watch(self) {
        let Some(node) = self.node.get_untracked() else { return };
        let measured = node.clone();
        let seen = Closure::<dyn FnMut()>::new(move || {
            let size = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            // The element may be gone by the time that its last size is told.
            self.size
                .try_maybe_update(|old| (std::mem::replace(old, size) != size, ()));
        });
        let Ok(observer) = web_sys::ResizeObserver::new(seen.as_ref().unchecked_ref()) else {
            return;
        };
        observer.observe(&node);
        let kept = StoredValue::new_local(Some((observer, seen)));
        on_cleanup(move || {
            if let Some((observer, _)) = kept.try_update_value(Option::take).flatten() {
                observer.disconnect();
            }
        });
    }
}

impl Default for Viewport {
    fn default() -> Self {
        Self::new()
    }
}

/// How many rows are drawn beyond what is seen, so that a quick scroll shows no gap.
const AROUND: usize = 8;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of rows: the cast of what is below nothing is nothing"
)]
fn rows(top: f64, seen: f64, height: f64, count: usize) -> std::ops::Range<usize> {
    let first = ((top / height) as usize).saturating_sub(AROUND);
    let last = ((top + seen) / height).ceil() as usize + AROUND;
    first.min(count)..last.min(count)
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn what_is_seen_is_drawn_and_a_little_more() {
        assert_eq!(rows(0.0, 100.0, 10.0, 1000), 0..18);
        assert_eq!(rows(500.0, 100.0, 10.0, 1000), 42..68);
        assert_eq!(rows(500.0, 100.0, 10.0, 55), 42..55, "the end");
        assert_eq!(rows(500.0, 100.0, 10.0, 3), 3..3, "what was there is gone");
    }
}

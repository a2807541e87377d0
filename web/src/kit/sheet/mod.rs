//! Sheets: something to read, above everything else, until it is put away.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::button::IconButton;
use super::icon::Glyph;

/// An open sheet.
#[derive(Clone)]
struct Open {
    title: String,
    content: ViewFn,
}

/// Opens sheets; a context.
#[derive(Clone, Copy)]
pub struct Sheets {
    open: RwSignal<Option<Open>>,
}

impl Sheets {
    /// None is open.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(None),
        }
    }

    /// Opens one.
    pub fn open(&self, title: impl Into<String>, content: impl Into<ViewFn>) {
        self.open.set(Some(Open {
            title: title.into(),
            content: content.into(),
        }));
    }

    /// Puts away what is open.
    pub fn close(&self) {
        self.open.set(None);
    }
}

impl Default for Sheets {
    fn default() -> Self {
        Self::new()
    }
}

/// Where sheets are drawn; once on a page.
#[component]
pub fn SheetLayer() -> impl IntoView {
    let sheets = expect_context::<Sheets>();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (sheets.open.with(Option::is_some), dialog.open()) {
            // Refused only where it is open already.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let close = move || {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class="dialog sheet"
            aria-labelledby="sheet-title"
            on:close=move |_| sheets.open.set(None)
            on:click=move |event| {
                if event.target() == event.current_target() {
                    close();
                }
            }
        >
            {move || {
                sheets
                    .open
                    .get()
                    .map(|open| {
                        view! {
                            <div class="sheet-body">
                                <header class="sheet-bar">
                                    <h2 id="sheet-title">{open.title}</h2>
                                    <IconButton label="Close" glyph=Glyph::Close press=move |_| close() />
                                </header>
                                {open.content.run()}
                            </div>
                        }
                    })
            }}
        </dialog>
    }
}

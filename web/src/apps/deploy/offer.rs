//! A file that was dropped on the desk, on its way into the Deploy window.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::flow::Way;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::kit::toast::Toasts;

/// The largest text that is taken, in bytes: more than any compose file has.
const LARGEST: f64 = 1_048_576.0;

/// What somebody wants to deploy; a context of the desk.
#[derive(Clone, Copy)]
pub struct Offers {
    wanted: RwSignal<Option<Wanted>>,
    manager: WindowManager,
    toasts: Toasts,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// To deploy this text.
    Text(Offer),
    /// To begin in this way.
    Way(Way),
}

/// A text with the name of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The name of the file.
    pub file: String,
    /// What is in it.
    pub text: String,
}

impl Offers {
    /// Nothing is wanted.
    #[must_use]
    pub fn new(manager: WindowManager) -> Self {
        Self {
            wanted: RwSignal::new(None),
            manager,
            toasts: expect_context(),
        }
    }

    /// Opens the Deploy window with the text of a file.
    pub fn take(self, file: File) {
        spawn_local(async move {
            if let Some(offer) = read(file, self.toasts).await {
                self.offer(Wanted::Text(offer));
            }
        });
    }

    /// Opens the Deploy window with what is wanted.
    pub fn offer(self, wanted: Wanted) {
        self.wanted.set(Some(wanted));
        self.manager.dispatch(Action::Open(super::APP.spec()));
    }

    /// What is wanted, once.
    #[must_use]
    pub fn accept(self) -> Option<Wanted> {
        self.wanted.get()?;
        self.wanted.try_update_untracked(Option::take).flatten()
    }
}

impl Offer {
    /// Whether it is variables and no compose file.
    #[must_use]
    pub fn is_env(&self) -> bool {
        self.file.ends_with(".env")
    }

    /// A name for its stack, where that of the file is more than what such a file is always called.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let stem = self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem);
        let usual = ["compose", "docker-compose", ""].contains(&stem);
        (!usual).then(|| super::draft::name_of(stem))
    }
}

/// The text of a file; what is no text, or too long to be what is wanted, is said and left.
pub async fn read(file: File, toasts: Toasts) -> Option<Offer> {
    let name = file.name();
    let text = match file.size() <= LARGEST {
        // A folder has no text.
        true => JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()),
        false => None,
    };
    let text = text.filter(|text| !text.contains('\0'));
    if text.is_none() {
        toasts.wrong(
            format!("{name} was not opened"),
            "It is a folder, no text, or larger than a megabyte. Drop a compose file.",
        );
    }
    Some(Offer {
        file: name,
        text: text?,
    })
}

#[cfg(test)]
mod tests {
    use super::Offer;

    fn offer(file: &str) -> Offer {
        Offer {
            file: file.to_owned(),
            text: String::new(),
        }
    }

    #[test]
    fn a_file_names_its_stack_unless_all_such_files_are_called_so() {
        assert_eq!(offer("docker-compose.yml").name(), None);
        assert_eq!(offer("Photos.yaml").name().as_deref(), Some("photos"));
        assert!(offer(".env").is_env() && !offer("compose.yaml").is_env());
    }
}

//! What can be asked of the folders of the machine.

use api::filesystem::{Filesystem, Folder, MOST_ENTRIES, MakeFolder};

use super::error::Error;
use super::session::Session;

impl Session {
    /// Where browsing can begin.
    pub async fn roots(&self) -> Result<Filesystem, Error> {
        self.read("/filesystem/info").await
    }

    /// What is in a folder: all of it, or the part from `cursor` on.
    pub async fn browse(&self, path: &str, cursor: Option<&str>) -> Result<Folder, Error> {
        let word = |text: &str| String::from(js_sys::encode_uri_component(text));
        let from = cursor
            .map(|cursor| format!("&cursor={}", word(cursor)))
            .unwrap_or_default();
        let path = word(path);
        self.read(&format!("/filesystem/browse?path={path}&limit={MOST_ENTRIES}{from}"))
            .await
    }

    /// Makes a folder.
    pub async fn make_folder(&self, path: String) -> Result<(), Error> {
        self.tell("/filesystem/mkdir", &MakeFolder { path }).await
    }
}

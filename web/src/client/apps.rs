//! What can be asked of an app.

use api::app::{AppDetail, AppSettings};
use web_sys::File;

use super::error::Error;
use super::session::Session;

impl Session {
    /// An app, with what is set for it.
    pub async fn app(&self, id: &str) -> Result<AppDetail, Error> {
        self.read(&format!("/apps/{id}")).await
    }

    /// Sets all that is set for an app.
    pub async fn set_app(&self, id: &str, settings: &AppSettings) -> Result<AppDetail, Error> {
        self.put(&format!("/apps/{id}"), settings).await
    }

    /// Sends a picture as the app's icon.
    pub async fn send_icon(&self, id: &str, picture: File) -> Result<(), Error> {
        self.upload(&format!("/apps/{id}/icon"), picture).await
    }

    /// Forgets the picture that was sent.
    pub async fn forget_icon(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("/apps/{id}/icon")).await
    }
}

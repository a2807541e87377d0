//! A picture as a body: read within bounds. What it shows, the engine looks at.

use api::app::LARGEST_PICTURE;
use axum::extract::{FromRequest, Request};
use axum::http::header;

use super::error::{Fault, Refusal};
use super::json::read;

/// The bytes of a picture that somebody sends.
pub(super) struct Picture(pub Vec<u8>);

impl<S: Sync> FromRequest<S> for Picture {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        // A form of another page can send no such type.
        if !kind.trim().to_ascii_lowercase().starts_with("image/") {
            return Err(Fault::NotPicture.into());
        }
        let bytes = read(request, LARGEST_PICTURE).await?;
        Ok(Self(bytes.to_vec()))
    }
}

//! The text of a compose file at an address.

use std::error::Error as _;
use std::time::Duration;

use super::{Found, Sources, refused};
use crate::error::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn find(sources: &Sources, url: &str) -> Result<Found> {
    let limit = compose::limits::FILE_BYTES;
    let fetched = sources
        .fetcher
        .fetch(url, limit, PATIENCE)
        .await
        .map_err(|error| why(&error))?;
    let compose = String::from_utf8(fetched.bytes.to_vec()).map_err(|_| refused("What is there is not a text."))?;
    Ok(Found {
        compose,
        ..Found::default()
    })
}

/// Why nothing came, as a sentence.
pub(super) fn why(error: &fetch::Error) -> Error {
    if let fetch::Error::Address(why) = error {
        return refused(*why);
    }
    let cause = error.source().map_or_else(String::new, |cause| format!(" ({cause})"));
    refused(format!("Nothing was fetched: {error}{cause}."))
}

//! A text that is not to be seen: passwords and keys on their way between the two ends.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A password or a key. It crosses the wire, and is neither printed nor compared by accident.
#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself. Each caller is a place to look at: `cargo xtask tidy` keeps the list of them.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::from("correct horse".to_owned());
        assert_eq!(format!("{:?}", Some(&secret)), "Some([secret])");
        assert_eq!(secret.expose_secret(), "correct horse");
    }
}

//! Strings that are valid once they are parsed: whoever holds one need not check it again.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a valid name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidName {
    /// What the name is of, as a person would say it.
    pub what: &'static str,
    /// The rule that it breaks, as a sentence.
    pub rule: &'static str,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "that is not a valid {}: {}", self.what, self.rule)
    }
}

impl std::error::Error for InvalidName {}

/// The name that a person logs in with: 1 to 64 of `a-z 0-9 . _ -`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9._-]*$"))]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

impl UserName {
    /// The longest name, in bytes.
    pub const MAX: usize = 64;

    /// Parses a name; upper-case letters are taken as lower-case, as people type them on phones.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = |rule| InvalidName {
            what: "user name",
            rule,
        };
        let name = text.trim().to_ascii_lowercase();
        if name.is_empty() || name.len() > Self::MAX {
            return Err(invalid("it has 1 to 64 characters"));
        }
        if !name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            return Err(invalid("it starts with a letter or a digit"));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        if !name.chars().all(allowed) {
            return Err(invalid("it is made of letters, digits, '.', '_' and '-'"));
        }
        Ok(Self(name))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for UserName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a stack, which is its compose project's: 1 to 63 of `a-z 0-9 _ -`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 1, max_length = 63, pattern = "^[a-z0-9][a-z0-9_-]*$"))]
#[serde(try_from = "String", into = "String")]
pub struct StackName(String);

impl StackName {
    /// The longest name, in bytes: container names are made of it, and are host names.
    pub const MAX: usize = 63;

    /// Parses a name.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let invalid = |rule| InvalidName {
            what: "stack name",
            rule,
        };
        if text.is_empty() || text.len() > Self::MAX {
            return Err(invalid("it has 1 to 63 characters"));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            return Err(invalid("it starts with a lower-case letter or a digit"));
        }
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if !text.chars().all(allowed) {
            return Err(invalid("it is made of lower-case letters, digits, '_' and '-'"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StackName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        Self::parse(&text)
    }
}

impl From<StackName> for String {
    fn from(name: StackName) -> Self {
        name.0
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{StackName, UserName};

    #[test]
    fn a_user_name_is_plain_and_lower_case() {
        assert_eq!(UserName::parse(" Ada ").unwrap().as_str(), "ada");
        for wrong in ["", " ", ".ada", "a b", "a/b", "ä", "a\u{202e}b", &"x".repeat(65)] {
            assert!(UserName::parse(wrong).is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_stack_name_is_a_directory_and_nothing_more() {
        assert_eq!(StackName::parse("my-app_2").unwrap().as_str(), "my-app_2");
        for wrong in [
            "",
            ".",
            "..",
            "-rf",
            "a/b",
            "A",
            "a b",
            "a;rm",
            "$(id)",
            &"x".repeat(64),
        ] {
            assert!(StackName::parse(wrong).is_err(), "{wrong:?} was taken");
        }
    }
}

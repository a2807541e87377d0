//! What is wrong with a form, and at which field it is said: pure.

use api::name::UserName;
use api::session::SetupRequest;

use crate::client::Error;

/// The shortest password that the server takes.
const SHORTEST_PASSWORD: usize = 8;

/// What is wrong, by field; the field without a name is the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Trouble {
    field: &'static str,
    words: Option<String>,
}

impl Trouble {
    fn at(field: &'static str, words: impl Into<String>) -> Self {
        Self {
            field,
            words: Some(words.into()),
        }
    }

    /// The field that it is said at; empty for the form as a whole.
    pub(super) fn field(&self) -> &'static str {
        self.field
    }

    /// What is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<String> {
        (self.field == field).then(|| self.words.clone()).flatten()
    }
}

/// The setup that a form asks for, or what is wrong with it.
pub(super) fn setup(token: &str, name: &str, password: &str) -> Result<SetupRequest, Trouble> {
    if token.trim().is_empty() {
        return Err(Trouble::at(
            "token",
            "Paste the token that Stardeck printed when it started.",
        ));
    }
    let name = UserName::parse(name)
        .map_err(|error| Trouble::at("username", format!("A user name is lower-case: {}.", error.rule)))?;
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Trouble::at(
            "password",
            "The password is too short: at least 8 characters.",
        ));
    }
    Ok(SetupRequest {
        token: token.trim().to_owned().into(),
        name,
        password: password.to_owned().into(),
    })
}

/// What a refusal means to somebody who fills in a form.
pub(super) fn trouble(error: &Error) -> Trouble {
    let field = match (error.code(), error.field()) {
        (Some("wrong_setup_token"), _) => "token",
        (Some("wrong_code"), _) => "code",
        (_, Some("password")) => "password",
        (_, Some("name")) => "username",
        _ => "",
    };
    Trouble::at(field, error.words())
}

#[cfg(test)]
mod tests {
    use api::error::ErrorDetail;

    use super::{setup, trouble};
    use crate::client::Error;

    #[test]
    fn a_setup_form_says_what_is_wrong_where_it_is_wrong() {
        for (token, name, password, field) in [
            ("", "ada", "long enough", "token"),
            ("t", "", "long enough", "username"),
            ("t", "a b", "long enough", "username"),
            ("t", "ada", "short", "password"),
        ] {
            let trouble = setup(token, name, password).unwrap_err();
            assert!(trouble.of(field).is_some(), "{field}");
            assert_eq!(trouble.of(""), None);
        }
    }

    #[test]
    fn a_setup_form_forgives_what_comes_of_pasting_and_of_phones() {
        let request = setup(" t0ken\n", " Ada", "long enough").unwrap();
        let sent = serde_json::to_value(&request).unwrap();
        assert_eq!((&sent["token"], &sent["name"]), (&"t0ken".into(), &"ada".into()));
    }

    #[test]
    fn a_refusal_is_said_at_the_field_that_it_is_about() {
        let refused = |code: &str, field: Option<&str>| {
            let mut details = serde_json::Map::new();
            details.extend(field.map(|field| ("field".to_owned(), field.into())));
            let (code, message, hint) = (code.to_owned(), "No.".to_owned(), Some("Do this.".to_owned()));
            Error::from(ErrorDetail {
                code,
                message,
                hint,
                details,
            })
        };
        for (code, field, shown_at) in [
            ("wrong_credentials", None, ""),
            ("too_many_attempts", None, ""),
            ("wrong_setup_token", None, "token"),
            ("wrong_code", None, "code"),
            ("login_over", None, ""),
            ("invalid", Some("password"), "password"),
            ("invalid", Some("name"), "username"),
        ] {
            let words = trouble(&refused(code, field)).of(shown_at);
            assert_eq!(words.as_deref(), Some("No. Do this."), "{code}");
        }
    }
}

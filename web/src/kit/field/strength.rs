//! A rough word on how strong a password is. The server has the last one: this only helps while typing.

/// How strong a password looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Too short to be taken.
    Short,
    /// It would be found.
    Weak,
    /// It will do.
    Fair,
    /// It is good.
    Strong,
}

impl Strength {
    pub(super) fn of(password: &str) -> Self {
        let length = password.chars().count();
        if length < 8 {
            return Self::Short;
        }
        let letters: Vec<char> = password.chars().collect();
        let is_first = |(at, letter): (usize, &char)| !letters[..at].contains(letter);
        let distinct = letters.iter().enumerate().filter(|each| is_first(*each)).count();
        let kinds = [
            password.chars().any(char::is_lowercase),
            password.chars().any(char::is_uppercase),
            password.chars().any(|c| c.is_ascii_digit()),
            password.chars().any(|c| !c.is_alphanumeric()),
        ];
        let kinds = kinds.into_iter().filter(|kind| *kind).count();
        // Length counts for more than kinds; repeating the same characters counts for little.
        match length.min(distinct * 2) + 2 * kinds {
            0..=13 => Self::Weak,
            14..=20 => Self::Fair,
            _ => Self::Strong,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Short => "At least 8 characters.",
            Self::Weak => "Weak: add a few more words.",
            Self::Fair => "Fair.",
            Self::Strong => "Strong.",
        }
    }

    /// How many of the four parts of the bar are filled.
    pub(super) fn level(self) -> u8 {
        match self {
            Self::Short => 1,
            Self::Weak => 2,
            Self::Fair => 3,
            Self::Strong => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Strength;

    #[test]
    fn length_counts_for_more_than_kinds_of_characters() {
        for (password, strength) in [
            ("short", Strength::Short),
            ("aaaaaaaaaaaaaaaa", Strength::Weak),
            ("password", Strength::Weak),
            ("Passw0rd!", Strength::Fair),
            ("correct horse battery staple", Strength::Strong),
        ] {
            assert_eq!(Strength::of(password), strength, "{password}");
        }
    }
}

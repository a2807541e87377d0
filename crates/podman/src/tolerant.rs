//! Reading JSON whose shape differs between versions of Podman.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// `null` where Go had an empty slice, map or string.
pub(crate) fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    from: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// A time that is a string in one place and a number of seconds in another. Go's zero time, which stands for
/// "never", is `None`.
pub(crate) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Timestamp>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Time {
        Seconds(i64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    let time = match Option::<Time>::deserialize(from)? {
        Some(Time::Seconds(seconds)) => Timestamp::from_second(seconds).ok(),
        Some(Time::Text(text)) => text.parse().ok(),
        Some(Time::Other(_)) | None => None,
    };
    Ok(time.filter(|time| *time > Timestamp::UNIX_EPOCH))
}

/// A list of words that is one string in some versions.
pub(crate) fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Words {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Option::<Words>::deserialize(from)? {
        Some(Words::Many(words)) => words,
        Some(Words::One(word)) if !word.is_empty() => vec![word],
        Some(Words::One(_)) | None => Vec::new(),
    })
}

/// A word that is a number in some versions.
pub(crate) fn word_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Number(i64),
        Text(String),
    }
    Ok(match Option::<Word>::deserialize(from)? {
        Some(Word::Number(number)) if number > 0 => number.to_string(),
        Some(Word::Text(text)) => text,
        Some(Word::Number(_)) | None => String::new(),
    })
}

//! Tags that are versions, and which of them are later.

/// How many later versions are told of.
const TOLD: usize = 3;

/// A tag that is a version, such as `7`, `v1.2.3` or `3.19-alpine`.
#[derive(Debug, PartialEq, Eq)]
struct Version<'a> {
    prefix: &'a str,
    numbers: Vec<u64>,
    suffix: &'a str,
}

impl<'a> Version<'a> {
    fn parse(tag: &'a str) -> Option<Self> {
        let rest = tag.strip_prefix('v').unwrap_or(tag);
        let prefix = &tag[..tag.len() - rest.len()];
        let end = rest
            .find(|c: char| c != '.' && !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        let numbers: Option<Vec<u64>> = digits.split('.').map(|number| number.parse().ok()).collect();
        let numbers = numbers?;
        // One long number is a date, a build or the beginning of a hash.
        let plain = numbers.len() > 1 || digits.len() <= 4;
        (plain && (suffix.is_empty() || suffix.starts_with('-'))).then_some(Self {
            prefix,
            numbers,
            suffix,
        })
    }

    /// Whether the two are spelled alike: as exact, and of the same kind.
    fn is_like(&self, other: &Self) -> bool {
        (self.prefix, self.suffix, self.numbers.len()) == (other.prefix, other.suffix, other.numbers.len())
    }
}

/// Those of `tags` that are later versions than `tag` and spelled like it, the latest first.
pub(super) fn later(tag: &str, tags: &[String]) -> Vec<String> {
    let Some(own) = Version::parse(tag) else {
        return Vec::new();
    };
    let versions = tags.iter().filter_map(|tag| Some((Version::parse(tag)?, tag)));
    let mut later: Vec<(Version<'_>, &String)> = versions
        .filter(|(version, _)| version.is_like(&own) && version.numbers > own.numbers)
        .collect();
    later.sort_by(|a, b| b.0.numbers.cmp(&a.0.numbers));
    later.into_iter().take(TOLD).map(|(_, tag)| tag.clone()).collect()
}

/// Whether a tag is a version at all.
pub(super) fn is_version(tag: &str) -> bool {
    Version::parse(tag).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_versions_are_those_that_are_spelled_alike() {
        let tags: Vec<String> = [
            "latest", "6", "7", "8", "9", "10", "7.2", "7.10", "7.2.1", "8-alpine", "v8", "8-rc1", "20240101", "8.",
        ]
        .map(str::to_owned)
        .into();
        assert_eq!(later("7", &tags), ["10", "9", "8"]);
        assert_eq!(later("7.2", &tags), ["7.10"], "numbers, not letters");
        assert_eq!(later("7-alpine", &tags), ["8-alpine"]);
        assert_eq!(later("v7", &tags), ["v8"]);
        assert_eq!(later("10", &tags), <[String; 0]>::default());
        for tag in ["latest", "stable-7", "20240101", "deadbeef", "", ".", "7_2"] {
            assert!(later(tag, &tags).is_empty() && !is_version(tag), "{tag}");
        }
    }
}

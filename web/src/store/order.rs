//! Putting things in order by a text, with one sort for all of them: each sort of another type is more to load.

/// The items in the order of their texts; alike ones stay as they are.
#[must_use]
pub fn by_text<T>(items: Vec<T>, text: impl Fn(&T) -> String) -> Vec<T> {
    let mut keys: Vec<(String, usize)> = items.iter().map(text).zip(0..).collect();
    keys.sort_unstable();
    let mut items: Vec<Option<T>> = items.into_iter().map(Some).collect();
    keys.into_iter().filter_map(|(_, at)| items[at].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::by_text;

    #[test]
    fn alike_ones_stay_as_they_are() {
        let items = by_text(vec![("b", 1), ("a", 2), ("b", 0)], |(name, _)| (*name).to_owned());
        assert_eq!(items, [("a", 2), ("b", 1), ("b", 0)]);
    }
}

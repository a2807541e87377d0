//! How well a text matches what somebody types: its letters in order, best at the starts of words and side by side.

/// A match, and which characters of the text it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The higher, the better.
    pub score: i32,
    /// The characters, counted from 0.
    pub at: Vec<usize>,
}

/// Matches a text; absent where a letter of the query is missing. An empty query matches everything alike. Of all the
/// ways to find the letters in order the best one counts.
#[must_use]
pub fn find(query: &str, text: &str) -> Option<Match> {
    let wanted: Vec<char> = query
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let letters: Vec<char> = text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
    let Some((first, others)) = wanted.split_first() else {
        return Some(Match { score: 0, at: vec![] });
    };
    let mut ways = begin(*first, &letters);
    for letter in others {
        ways = step(*letter, &letters, &ways);
    }
    let mut best = ways.into_iter().flatten().max_by_key(|way| way.score)?;
    // What is left over costs a little: the shorter of two names is meant.
    best.score -= i32::try_from(letters.len() / 4).unwrap_or(i32::MAX / 2);
    Some(best)
}

/// What a letter is worth where it stands.
fn worth(letters: &[char], at: usize) -> i32 {
    let begins_word = at == 0 || !letters[at - 1].is_alphanumeric();
    if begins_word { 22 } else { 10 }
}

/// What it costs to pass over letters.
fn passed_over(count: usize) -> i32 {
    i32::try_from(count * 2).unwrap_or(i32::MAX / 2)
}

/// For each place of the text, the match of the first letter that ends there.
fn begin(letter: char, letters: &[char]) -> Vec<Option<Match>> {
    let ends = |at: usize| Match {
        score: worth(letters, at) - passed_over(at),
        at: vec![at],
    };
    (0..letters.len())
        .map(|at| (letters[at] == letter).then(|| ends(at)))
        .collect()
}

/// For each place of the text, the best match that ends there with one letter more.
fn step(letter: char, letters: &[char], ways: &[Option<Match>]) -> Vec<Option<Match>> {
    let longer = |at: usize| {
        let before = ways[..at].iter().enumerate().filter_map(|(last, way)| {
            let beside = if last + 1 == at { 8 } else { 0 };
            let way = way.as_ref()?;
            Some((way.score + beside - passed_over(at - last - 1), way))
        });
        let (score, way) = before.max_by_key(|(score, _)| *score)?;
        Some(Match {
            score: score + worth(letters, at),
            at: [way.at.as_slice(), &[at]].concat(),
        })
    };
    (0..letters.len())
        .map(|at| (letters[at] == letter).then(|| longer(at)).flatten())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::find;

    fn best<'a>(query: &str, texts: &[&'a str]) -> Option<&'a str> {
        let found = texts.iter().filter_map(|text| Some((find(query, text)?.score, *text)));
        found.max_by_key(|(score, _)| *score).map(|(_, text)| text)
    }

    #[test]
    fn what_is_typed_finds_what_is_meant() {
        for (query, expected) in [
            ("graf", "Grafana"),
            ("ha", "Home Assistant"),
            ("jl", "JupyterLab"),
            ("stp ph", "Stop photos"),
            ("con", "Containers"),
            ("dark", "Theme: dark"),
        ] {
            let texts = [
                "Containers",
                "Grafana",
                "Home Assistant",
                "JupyterLab",
                "Stop photos",
                "Theme: dark",
            ];
            assert_eq!(best(query, &texts), Some(expected), "{query}");
        }
        assert_eq!(find("xyz", "Grafana"), None);
    }

    #[test]
    fn the_letters_that_match_are_told() {
        assert_eq!(find("ha", "Home Assistant").unwrap().at, [0, 5]);
        assert_eq!(find("", "Home").unwrap().at, [0_usize; 0]);
        assert_eq!(find("ÉT", "été").unwrap().at, [0, 1]);
    }

    #[test]
    fn the_shorter_of_two_names_comes_first() {
        assert_eq!(best("note", &["Notebook server", "Notes"]), Some("Notes"));
    }
}

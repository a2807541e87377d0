//! How well a text matches what somebody types: its letters in order, best at the starts of words and side by side.

/// A match, and which characters of the text it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The higher, the better.
    pub score: i32,
    /// The characters, counted from 0.
    pub at: Vec<usize>,
}

/// Matches a text; absent where a letter of the query is missing. An empty query matches everything alike.
#[must_use]
pub fn find(query: &str, text: &str) -> Option<Match> {
    let wanted: Vec<char> = query
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    let letters: Vec<char> = text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect();
    // Each place where the first letter stands may be where the match begins; the best one counts.
    let starts = (0..letters.len()).filter(|at| wanted.first() == letters.get(*at));
    let best = starts
        .filter_map(|start| from(&wanted, &letters, start))
        .max_by_key(|found| found.score);
    match wanted.is_empty() {
        true => Some(Match { score: 0, at: vec![] }),
        false => best,
    }
}

/// The match that begins at a place and takes each next letter at the start of a word if it can, else where it comes.
fn from(wanted: &[char], letters: &[char], start: usize) -> Option<Match> {
    let begins_word = |at: usize| at == 0 || !letters[at - 1].is_alphanumeric();
    let mut at: Vec<usize> = vec![];
    let mut score = 0;
    let mut next = start;
    for letter in wanted {
        let rest = next..letters.len();
        let adjacent = letters.get(next).filter(|found| *found == letter).map(|_| next);
        let word = rest.clone().find(|at| letters[*at] == *letter && begins_word(*at));
        let found = adjacent
            .or(word)
            .or_else(|| rest.clone().find(|at| letters[*at] == *letter))?;
        score += 10;
        score += if begins_word(found) { 12 } else { 0 };
        score += if at.last().is_some_and(|last| last + 1 == found) {
            8
        } else {
            0
        };
        at.push(found);
        next = found + 1;
    }
    let skipped = at.last().map_or(0, |last| last + 1 - at.len());
    // What is passed over, and what is left over, costs a little: the shorter of two names is meant.
    score -= i32::try_from(skipped * 2 + letters.len() / 4).unwrap_or(i32::MAX / 2);
    Some(Match { score, at })
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

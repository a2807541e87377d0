//! Cuts a list that is in memory.

use api::page::{Page, PageQuery};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

/// How many items a page has when nobody says.
const USUAL: u16 = 200;
/// How many items a page has at most.
const MOST: u16 = 500;

/// How many items are asked for.
pub(crate) fn limit(query: &PageQuery) -> u16 {
    query.limit.unwrap_or(USUAL).clamp(1, MOST)
}

/// The part of `items` that `query` asks for. `items` are sorted by `key`, and no two share one; `text` is what a
/// search looks in, in lower case.
pub(crate) fn cut<T>(
    items: Vec<T>,
    query: &PageQuery,
    key: impl Fn(&T) -> String,
    text: impl Fn(&T) -> String,
) -> Result<Page<T>> {
    let after = query.cursor.as_deref().map(decode).transpose()?;
    let wanted = query.q.as_deref().unwrap_or_default().to_lowercase();
    let limit = usize::from(limit(query));
    let mut items: Vec<T> = items
        .into_iter()
        .filter(|item| after.as_ref().is_none_or(|after| key(item) > *after))
        .filter(|item| wanted.is_empty() || text(item).contains(&wanted))
        .take(limit + 1)
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let cursor = items
        .last()
        .filter(|_| more)
        .map(|item| URL_SAFE_NO_PAD.encode(key(item)));
    Ok(Page { items, cursor })
}

fn decode(cursor: &str) -> Result<String> {
    let wrong = || Error::invalid("cursor", "That is not a cursor of this list.");
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_make_up_the_list() {
        let all: Vec<String> = (0..25).map(|n| format!("item {n:02}")).collect();
        let mut query = PageQuery {
            limit: Some(10),
            ..PageQuery::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = cut(all.clone(), &query, Clone::clone, Clone::clone).unwrap();
            seen.extend(page.items);
            query.cursor = page.cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_search_cuts_and_a_strange_cursor_is_refused() {
        let all: Vec<String> = ["Grafana", "node-red"].map(str::to_lowercase).into();
        let query = PageQuery {
            q: Some("NODE".into()),
            ..PageQuery::default()
        };
        assert_eq!(
            cut(all.clone(), &query, Clone::clone, Clone::clone).unwrap().items,
            ["node-red"]
        );
        let query = PageQuery {
            cursor: Some("not base64!".into()),
            ..PageQuery::default()
        };
        assert!(cut(all, &query, Clone::clone, Clone::clone).is_err());
    }
}

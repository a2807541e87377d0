//! What an app's page and its web manifest say of icons. Both are anybody's text: whatever makes no sense is passed over.

use serde::Deserialize;

/// A picture that is named somewhere, as it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Where it is, relative to the page or the manifest.
    pub(super) address: String,
    /// How well it suits: its side in pixels up to what is kept.
    pub(super) side: u32,
}

/// What a page says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What its addresses are relative to, where that is not the page.
    pub(super) base: Option<String>,
    /// Its web manifest.
    pub(super) manifest: Option<String>,
    /// Its icons.
    pub(super) icons: Vec<Named>,
}

/// How many pictures are looked at.
const MOST: usize = 16;
/// The side up to which larger is better.
const BEST: u32 = 256;

/// Reads a page.
pub(super) fn read(page: &str) -> Said {
    let mut said = Said::default();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        let name = rest
            .split(|char: char| !char.is_ascii_alphabetic())
            .next()
            .unwrap_or("");
        if name.eq_ignore_ascii_case("base") {
            said.base = said.base.or(attribute(rest, "href"));
        }
        if name.eq_ignore_ascii_case("link") {
            link(rest, &mut said);
        }
    }
    said
}

fn link(tag: &str, said: &mut Said) {
    let (Some(rel), Some(address)) = (attribute(tag, "rel"), attribute(tag, "href")) else {
        return;
    };
    let rel = rel.to_ascii_lowercase();
    let is = |word| rel.split_ascii_whitespace().any(|other| other == word);
    if is("manifest") {
        said.manifest = said.manifest.take().or(Some(address));
        return;
    }
    let usual = match () {
        () if is("apple-touch-icon") || is("apple-touch-icon-precomposed") => 180,
        () if is("icon") => 32,
        () => return,
    };
    let kind = attribute(tag, "type").unwrap_or_default();
    let sizes = attribute(tag, "sizes").unwrap_or_default();
    if said.icons.len() < MOST && !is_vector(&kind, &address) {
        let side = side(&sizes).unwrap_or(usual);
        said.icons.push(Named { address, side });
    }
}

/// The value of an attribute of the tag that `tag` begins with.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let name_end = tag.find(|char: char| !char.is_ascii_alphabetic())?;
    let mut rest = &tag[name_end..];
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return None;
        }
        let end = rest.find(|char: char| char.is_ascii_whitespace() || matches!(char, '=' | '>' | '/'));
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            // A lone sign would stand still for ever.
            rest = if name.is_empty() { after.get(1..)? } else { after };
            continue;
        };
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (text, next) = match quote {
            Some(quote) => value[1..].split_once(quote)?,
            None => {
                let end = value.find(|char: char| char.is_ascii_whitespace() || char == '>');
                value.split_at(end.unwrap_or(value.len()))
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(text.trim().replace("&amp;", "&"));
        }
        rest = next;
    }
}

/// The largest side that `sizes` names, as far as larger is better.
fn side(sizes: &str) -> Option<u32> {
    let sides = sizes.split_ascii_whitespace().filter_map(|size| {
        let (width, _) = size.split_once(['x', 'X'])?;
        width.parse::<u32>().ok()
    });
    sides.map(|side| side.min(BEST)).max()
}

fn is_vector(kind: &str, address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    kind.contains("svg") || path.to_ascii_lowercase().ends_with(".svg")
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    icons: Vec<Picture>,
}

#[derive(Deserialize)]
struct Picture {
    src: String,
    #[serde(default)]
    sizes: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    purpose: String,
}

/// Reads a web manifest.
pub(super) fn manifest(text: &[u8]) -> Vec<Named> {
    let manifest: Manifest = serde_json::from_slice(text).unwrap_or(Manifest { icons: Vec::new() });
    let fits = |picture: &Picture| !is_vector(&picture.kind, &picture.src) && picture.purpose != "monochrome";
    let named = |picture: Picture| Named {
        // One that is to be cut to a shape has a wide rim.
        side: side(&picture.sizes).unwrap_or(64) / if picture.purpose == "maskable" { 4 } else { 1 },
        address: picture.src,
    };
    manifest.icons.into_iter().filter(fits).take(MOST).map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(address: &str, side: u32) -> Named {
        Named {
            address: address.into(),
            side,
        }
    }

    #[test]
    fn a_page_names_its_icons_and_its_manifest() {
        let page = "<!DOCTYPE html><HTML><head><base href=\"/ui/\">\
            <link rel=\"stylesheet\" href=\"x.css\"><LINK REL='shortcut icon' href=favicon.ico>\
            <link sizes=\"16x16 512x512\" href=\"a.png?x=1&amp;y=2\" rel=\"icon\" type=image/png />\
            <link rel=icon type=\"image/svg+xml\" href=\"a.svg\"><link rel=icon href=b.svg?v=1>\
            <link rel=apple-touch-icon href = touch.png><link rel=\"manifest\" href=/m.webmanifest crossorigin>";
        let said = read(page);
        assert_eq!(
            (said.base.as_deref(), said.manifest.as_deref()),
            (Some("/ui/"), Some("/m.webmanifest"))
        );
        let icons = [
            named("favicon.ico", 32),
            named("a.png?x=1&y=2", 256),
            named("touch.png", 180),
        ];
        assert_eq!(said.icons, icons);
    }

    #[test]
    fn broken_pages_say_nothing_and_end() {
        for page in [
            "",
            "<",
            "<link",
            "<link rel",
            "<link rel=",
            "<link rel=\"icon",
            "<link rel=icon href='",
            "<link = = ==>",
            "<link \"rel=icon\" href>",
            "<link rel=icon>",
            "<link/ / /",
            "\u{fffd}<link\u{fffd}rel=icon\u{fffd}href=x>",
        ] {
            assert_eq!(read(page).icons, [], "{page}");
        }
        let many = "<link rel=icon href=x>".repeat(1000);
        assert_eq!(read(&many).icons.len(), MOST);
    }

    #[test]
    fn a_manifest_names_pictures_and_nonsense_names_none() {
        let text = br#"{"name":"x","icons":[{"src":"i/192.png","sizes":"192x192","type":"image/png"},
            {"src":"i/m.png","sizes":"512x512","purpose":"maskable"},{"src":"i.svg","sizes":"any"},
            {"src":"mono.png","purpose":"monochrome"}]}"#;
        assert_eq!(manifest(text), [named("i/192.png", 192), named("i/m.png", 64)]);
        for nonsense in ["", "[]", "{\"icons\":3}", "{\"icons\":[{}]}"] {
            assert_eq!(manifest(nonsense.as_bytes()), []);
        }
    }
}

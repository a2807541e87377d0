//! The icons that come with Stardeck: one sign for each kind of app, found by the name of an image.

use std::sync::LazyLock;

/// The table: name, hue, words of image names, drawing.
const TABLE: &str = include_str!("../../../../../assets/icons/apps.txt");

/// One of the set.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::apps) struct Drawn {
    /// Its name.
    pub(super) name: &'static str,
    hue: u16,
    words: Vec<&'static str>,
    drawing: &'static str,
}

/// What the table says, read once. It is a constant, and the same for everybody.
static SET: LazyLock<Vec<Drawn>> = LazyLock::new(|| TABLE.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Drawn> {
    let mut parts = line.splitn(4, '|');
    let (name, hue, words, drawing) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Drawn {
        name,
        hue: hue.parse().ok()?,
        words: words.split(' ').collect(),
        drawing,
    })
}

impl Drawn {
    /// The icon, a document of ours without anything from outside.
    pub(super) fn svg(&self) -> String {
        let Self { hue, drawing, .. } = self;
        let second = (hue + 35) % 360;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\"><defs>\
             <linearGradient id=\"a\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\"><stop stop-color=\"hsl({hue} 62% 58%)\"/>\
             <stop offset=\"1\" stop-color=\"hsl({second} 58% 42%)\"/></linearGradient></defs>\
             <rect width=\"48\" height=\"48\" rx=\"11\" fill=\"url(#a)\"/>\
             <g transform=\"translate(11 11) scale(1.0833)\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.9\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\">{drawing}</g></svg>"
        )
    }
}

/// The icon of that name.
pub(super) fn named(name: &str) -> Option<&'static Drawn> {
    SET.iter().find(|drawn| drawn.name == name)
}

/// The icon for an image, by the words of its name: those nearest to the end count first.
pub(super) fn of_image(image: &str) -> Option<&'static Drawn> {
    let image = image.to_ascii_lowercase();
    let image = image.split('@').next()?;
    let path = match image.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => path,
        _ => image,
    };
    // The first piece may be a registry, which says nothing of the app.
    let pieces = path
        .split('/')
        .filter(|piece| !piece.contains(['.', ':']) && *piece != "localhost");
    let with_word = |word: &str| SET.iter().find(|drawn| drawn.words.contains(&word));
    pieces
        .rev()
        .find_map(|piece| with_word(piece).or_else(|| piece.split(['-', '_']).find_map(with_word)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_image_is_known_by_its_name() {
        let found = |image| of_image(image).map(|drawn| drawn.name);
        for (image, name) in [
            ("postgres", Some("database")),
            ("docker.io/library/postgres:16-alpine", Some("database")),
            ("ghcr.io/home-assistant/home-assistant:stable", Some("house")),
            ("lscr.io/linuxserver/jellyfin@sha256:0123", Some("film")),
            ("quay.io/jupyter/base-notebook", Some("notebook-pen")),
            ("registry.lan:5000/team/uptime-kuma:1", Some("activity")),
            ("me/my-grafana_image", Some("chart-line")),
            ("localhost/tiny:latest", None),
            ("prom.example.net/thing", None),
            ("", None),
        ] {
            assert_eq!(found(image), name, "{image}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(SET.len(), lines, "each line is an icon");
        let mut words = HashSet::new();
        for drawn in SET.iter() {
            assert!(drawn.hue < 360 && named(drawn.name) == Some(drawn), "{}", drawn.name);
            assert!(
                drawn.words.iter().all(|word| words.insert(*word)),
                "a word of {} is another's",
                drawn.name
            );
            let svg = drawn.svg();
            assert!(
                !svg.contains("href") && !svg.contains("script") && !svg.contains(" on"),
                "{}",
                drawn.name
            );
        }
    }
}

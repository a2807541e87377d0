//! What the proxy is told: each app at each address that the desktop is reached by.

use std::ops::RangeInclusive;

use proxy::route::{AppId, Origin, Route, Table, Target};

use super::board::Standing;
use super::place::{Mode, Place};
use crate::store::apps::AppRow;

/// The ports of ours that apps get.
pub const DOORS: RangeInclusive<u16> = 7100..=7499;
/// How many ports that no app has yet a desktop may show all the same: an app that comes while it is open gets one of them.
const AHEAD: usize = 24;

/// The routes of all apps. One without a container keeps its address, and is `missing` there.
pub(super) fn table(
    rows: &[AppRow],
    standing: &[Standing],
    missing: Target,
    places: &[Place],
    domain: Option<&str>,
) -> Table {
    let at = |place: &Place, row: &AppRow| {
        let (own, listener) = origin(row, place, domain)?;
        let standing = standing.iter().find(|one| one.row.id == row.id);
        Some(Route {
            app: AppId::parse(&row.id).ok()?,
            name: standing.map_or_else(|| row.service.clone(), |one| one.app.name.clone()),
            listener,
            own,
            desktop: place.desktop().clone(),
            shares_host: place.mode(domain) == Mode::Port,
            rewrite_host: standing.is_some_and(|one| one.holds.rewrite_host),
            target: standing.map_or(missing, |one| one.target),
            process: standing.and_then(|one| one.process.clone()),
        })
    };
    Table::new(
        places
            .iter()
            .flat_map(|place| rows.iter().filter_map(move |row| at(place, row))),
    )
}

/// The origin of an app from a place, and the listener that its requests come in by.
pub(super) fn origin(row: &AppRow, place: &Place, domain: Option<&str>) -> Option<(Origin, u16)> {
    match place.mode(domain) {
        Mode::Local => Some((place.below(&row.slug)?, place.listener())),
        Mode::Domain => Some((place.below(&row.id)?, place.listener())),
        Mode::Port => Some((place.at(row.door?)?, row.door?)),
    }
}

/// The origins that a desktop at `place` may show in frames.
pub(super) fn frame_sources(rows: &[AppRow], place: &Place, domain: Option<&str>) -> String {
    if place.mode(domain) != Mode::Port {
        return place.all_below();
    }
    let has_door = |door: &u16| rows.iter().any(|row| row.door == Some(*door));
    let taken = rows.iter().filter_map(|row| row.door);
    let ahead = DOORS.filter(|door| !has_door(door)).take(AHEAD);
    let origins = taken.chain(ahead).filter_map(|door| place.at(door));
    let origins: Vec<String> = origins.map(|origin| origin.as_str().to_owned()).collect();
    origins.join(" ")
}

#[cfg(test)]
mod tests {
    use api::app::AppSettings;

    use super::*;

    fn row(id: &str, door: Option<u16>) -> AppRow {
        AppRow {
            id: format!("{id}-0a1b2c"),
            slug: id.into(),
            stack: "shop".into(),
            service: id.into(),
            port: 80,
            detected: false,
            door,
            settings: AppSettings::default(),
            own_icon: None,
            app_icon: None,
        }
    }

    #[test]
    fn each_app_has_an_address_of_its_own_at_each_place() {
        let places = ["stardeck.localhost:7070", "deck.example.net:7070", "10.0.0.5:7070"];
        let places = places.map(|place| Place::read(false, place, 7070).unwrap());
        let rows = [row("web", Some(7101)), row("lab", None)];
        let table = table(&rows, &[], Target::Gone, &places, Some("deck.example.net"));
        let found = |listener, host| table.find(listener, host).map(|route| route.app.as_str().to_owned());
        let web = Some("web-0a1b2c".to_owned());
        assert_eq!(found(7070, "web.stardeck.localhost:7070"), web);
        assert_eq!(found(7070, "web-0a1b2c.deck.example.net:7070"), web);
        assert_eq!(found(7101, "10.0.0.5:7101"), web);
        assert_eq!(
            table.routes().count(),
            5,
            "without a port of ours there is no address by port"
        );
        for (listener, host) in [
            (7101, "10.0.0.6:7101"),
            (7101, "web.stardeck.localhost:7070"),
            (7070, "10.0.0.5:7070"),
            (7070, "stardeck.localhost:7070"),
        ] {
            assert_eq!(found(listener, host), None, "{host}");
        }
        assert!(table.routes().all(|route| route.target == Target::Gone));
        let shares = |route: &&std::sync::Arc<Route>| route.shares_host;
        assert_eq!(table.routes().filter(shares).count(), 1);
    }

    #[test]
    fn a_desktop_frames_apps_and_nothing_else() {
        let at = |place| {
            frame_sources(
                &[row("web", Some(7107))],
                &Place::read(false, place, 7070).unwrap(),
                None,
            )
        };
        assert_eq!(at("stardeck.localhost:7070"), "http://*.stardeck.localhost:7070");
        let ports = at("10.0.0.5:7070");
        assert!(
            ports.starts_with("http://10.0.0.5:7107 http://10.0.0.5:7100 "),
            "{ports}"
        );
        assert_eq!(ports.split(' ').count(), 1 + AHEAD);
    }
}

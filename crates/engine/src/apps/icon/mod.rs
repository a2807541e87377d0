//! Icons of apps: which one holds, where it is from, and an own one.
//!
//! In this order: what somebody has sent; one of the [`set`] that a label or a setting names; what the app itself shows
//! ([`find`], by what its [`page`] says, drawn anew by [`picture`]); one of the set by the image's name; none.

pub(super) mod find;
mod page;
mod picture;
mod set;

use api::app::{App, IconFrom, LARGEST_PICTURE};

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::apps::AppRow;
use crate::store::icons::Source;
use crate::{Engine, audit, store};

/// An icon, ready to be shown.
pub struct Icon {
    /// What it is: `image/png`, or `image/svg+xml` of ours.
    pub kind: &'static str,
    /// The icon.
    pub bytes: Vec<u8>,
}

/// Which icon holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// A picture that is kept.
    Kept(Source, Hash),
    /// One of the set.
    Set(&'static set::Drawn),
    /// None.
    Nothing,
}

/// Which icon holds for an app, of which `word` was said, and whose container is of `image`.
pub(super) fn choose(row: &AppRow, word: Option<&str>, image: &str) -> Chosen {
    if let Some(hash) = row.own_icon {
        return Chosen::Kept(Source::Own, hash);
    }
    let named = word.and_then(set::named).map(Chosen::Set);
    let shown = row.app_icon.map(|hash| Chosen::Kept(Source::App, hash));
    let by_image = || set::of_image(image).map(Chosen::Set);
    named.or(shown).or_else(by_image).unwrap_or(Chosen::Nothing)
}

impl Chosen {
    /// Where the desktop fetches it. Another icon has another address.
    pub(super) fn address(self, app: &str) -> Option<String> {
        let version = match self {
            Self::Kept(_, hash) => data_encoding::HEXLOWER.encode(&hash.0[..8]),
            Self::Set(drawn) => drawn.name.to_owned(),
            Self::Nothing => return None,
        };
        Some(format!("/api/apps/{app}/icon?v={version}"))
    }

    /// Where it is from.
    pub(super) fn from(self) -> IconFrom {
        match self {
            Self::Kept(Source::Own, _) => IconFrom::Own,
            Self::Kept(Source::App, _) => IconFrom::App,
            Self::Set(_) => IconFrom::Set,
            Self::Nothing => IconFrom::Nothing,
        }
    }

    /// Whether the app itself may have a better one.
    pub(super) fn may_ask_app(self, word: Option<&str>) -> bool {
        !matches!(self, Self::Kept(Source::Own, _)) && word.is_none_or(|word| set::named(word).is_none())
    }
}

/// Whether an icon can be called so: a path at the app, or one of the set.
pub(super) fn is_word(word: &str) -> bool {
    super::offer::is_path(word) || set::named(word).is_some()
}

impl Engine {
    /// The icon of an app.
    pub async fn app_icon(&self, actor: &Actor, id: &str) -> Result<Icon> {
        let one = self.app_meant(actor, id)?;
        let id = one.row.id;
        match one.icon {
            Chosen::Set(drawn) => Ok(Icon {
                kind: "image/svg+xml",
                bytes: drawn.svg().into_bytes(),
            }),
            Chosen::Kept(_, hash) => {
                let app = id.clone();
                let bytes = self.store.read(move |db| store::icons::get(db, &app, &hash)).await?;
                let bytes = bytes.ok_or_else(|| Error::not_found("icon", &id))?;
                let kind = "image/png";
                Ok(Icon { kind, bytes })
            }
            Chosen::Nothing => Err(Error::not_found("icon", &id)),
        }
    }

    /// Takes a picture as the icon of an app, whatever else it may show.
    pub async fn set_app_icon(&self, actor: &Actor, id: &str, picture: Vec<u8>) -> Result<App> {
        actor.require(Right::Operate)?;
        let id = self.app_of(actor, id)?;
        if picture.len() > LARGEST_PICTURE {
            return Err(Error::invalid("icon", "The picture is too large."));
        }
        let drawn = tokio::task::spawn_blocking(move || picture::redraw(&picture)).await;
        let Ok(Some(png)) = drawn else {
            let message = "That is no picture that can be used: PNG, JPEG, GIF, WebP or ICO of at most 2048 pixels.";
            return Err(Error::invalid("icon", message));
        };
        let entry = audit::by(actor, "app.icon", &id);
        self.keep_icon(&id, Source::Own, Some(png), Some(entry)).await?;
        self.app(actor, &id)
    }

    /// Forgets the picture that somebody has sent.
    pub async fn remove_app_icon(&self, actor: &Actor, id: &str) -> Result<App> {
        actor.require(Right::Operate)?;
        let id = self.app_of(actor, id)?;
        let entry = audit::by(actor, "app.icon", &id);
        self.keep_icon(&id, Source::Own, None, Some(entry)).await?;
        self.app(actor, &id)
    }

    /// Keeps a picture of an app, or forgets it, and tells of it.
    pub(super) async fn keep_icon(
        &self,
        id: &str,
        source: Source,
        png: Option<Vec<u8>>,
        entry: Option<api::audit::Entry>,
    ) -> Result<()> {
        let hash = png.as_ref().map(|png| Hash::of_parts(&[png]));
        let app = id.to_owned();
        let write = self.store.write(move |tx| -> Result<()> {
            match (&hash, &png) {
                (Some(hash), Some(png)) => store::icons::put(tx, &app, source, hash, png)?,
                _ => store::icons::remove(tx, &app, source)?,
            }
            if let Some(entry) = entry {
                store::audit::insert(tx, &entry)?;
            }
            Ok(())
        });
        write.await?;
        self.change_row(id, |row| match source {
            Source::Own => row.own_icon = hash,
            Source::App => row.app_icon = hash,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_icon_comes_before_a_named_one_and_that_before_what_the_app_shows() {
        let mut row = crate::apps::board::tests::row(false);
        let from = |row: &AppRow, word, image| choose(row, word, image).from();
        assert_eq!(from(&row, None, "localhost/x"), IconFrom::Nothing);
        assert_eq!(from(&row, None, "postgres:16"), IconFrom::Set);
        row.app_icon = Some(Hash::of("shown"));
        assert_eq!(from(&row, None, "postgres:16"), IconFrom::App);
        assert_eq!(from(&row, Some("/logo.png"), "postgres:16"), IconFrom::App);
        assert_eq!(from(&row, Some("film"), "postgres:16"), IconFrom::Set);
        row.own_icon = Some(Hash::of("own"));
        let own = choose(&row, Some("film"), "postgres:16");
        assert_eq!((own.from(), own.may_ask_app(None)), (IconFrom::Own, false));
        let address = own.address("web-0a1b2c").unwrap();
        assert!(address.starts_with("/api/apps/web-0a1b2c/icon?v="), "{address}");
        assert_eq!(address.len(), "/api/apps/web-0a1b2c/icon?v=".len() + 16);
    }
}

//! What stands on the desk and in the dock: something that opens a window, with a face, a name, and how it is.

use futures_util::future::LocalBoxFuture;

use crate::desktop::state::Spec;
use crate::kit::icon::Glyph;
use crate::kit::menu::Entry;

/// What something looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Face {
    /// A drawing on a tile, whose colour the style sheet has under this name.
    Glyph(Glyph, &'static str),
    /// A picture, by the path that it is fetched from. Until it is there, and where it never comes, the monogram.
    Picture(String),
    /// The first letter of its name.
    Monogram,
    /// The faces and names of some of what is in it.
    Group(Vec<(Face, String)>),
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is always there, and nothing need be said.
    Plain,
    /// It runs.
    Up,
    /// It runs, and is to be looked at.
    Doubtful,
    /// Something is at work on it; how far that is in percent, where it is known.
    Busy(Option<u8>),
    /// It does not run.
    Off,
}

impl Life {
    /// The words for those who cannot see it; empty where nothing need be said.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Up => "running",
            Self::Doubtful => "needs a look",
            Self::Busy(_) => "being worked on",
            Self::Off => "stopped",
        }
    }

    /// The name that the style sheet has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Up => "up",
            Self::Doubtful => "doubtful",
            Self::Busy(_) => "busy",
            Self::Off => "off",
        }
    }
}

/// What is to be looked at, as a mark at the corner of an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Badge {
    /// There is something newer of it.
    Update,
    /// Something is wrong with it; what, for those who cannot see the mark.
    Trouble(&'static str),
}

impl Badge {
    /// The words for those who cannot see it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Update => "an update is there",
            Self::Trouble(words) => words,
        }
    }

    /// The name that the style sheet has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Trouble(_) => "trouble",
        }
    }
}

/// Something that stands on the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its stable name: the key of the windows that it opens.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What it looks like.
    pub face: Face,
    /// How it is.
    pub life: Life,
    /// What is to be looked at.
    pub badge: Option<Badge>,
    /// What it opens.
    pub spec: Spec,
    /// What it is.
    pub kind: Kind,
    /// Where its icon is.
    pub home: Home,
}

impl Item {
    /// What is said of it to those who cannot see it.
    #[must_use]
    pub fn spoken(&self) -> String {
        let mut spoken = self.name.clone();
        for words in [self.life.words(), self.badge.map_or("", Badge::words)] {
            if !words.is_empty() {
                spoken.push_str(", ");
                spoken.push_str(words);
            }
        }
        spoken
    }
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An app of the desktop itself.
    BuiltIn,
    /// An app of the machine.
    App,
    /// Several of them.
    Group,
}

/// Where an icon is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// On the desk.
    Desk,
    /// In the group of this id.
    Group(String),
    /// Nowhere, because the person does not want to see it; it is found by its name.
    Hidden,
    /// Nowhere: it is in the dock while it is open.
    None,
}

/// Makes the menu of an item. What can be done with it may have to be fetched first.
pub type Menu = Box<dyn Fn(&Item) -> LocalBoxFuture<'static, Vec<Entry>> + Send + Sync>;

/// What items are made of.
pub struct Ways {
    /// Makes the menu of an item.
    pub menu: Menu,
    /// What opens a group, from its id and its name.
    pub group: fn(&str, &str) -> Spec,
}

/// The hue of a monogram: the same name has the same one everywhere.
#[must_use]
pub fn hue(name: &str) -> u16 {
    const HUES: [u16; 9] = [18, 45, 75, 145, 185, 225, 262, 300, 340];
    let sum = name
        .bytes()
        .fold(7_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
    HUES[sum % HUES.len()]
}

//! What a person made of their icons: other names, groups, and what they do not want to see.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::item::{Face, Home, Item, Kind, Life};
use crate::desktop::state::Spec;

/// How many faces a group shows on its tile.
const FACES: usize = 4;

/// What is different about one icon. Kept by itself, so that two browsers that change different icons agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Touch {
    /// What it is called here; its own name where that is empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The group that it is in, if any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Whether it is away from the desk.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// By the keys of the items.
    pub touches: BTreeMap<String, Touch>,
    /// The names of the groups by their ids.
    pub groups: BTreeMap<String, String>,
}

/// The items of a desk as a person has arranged them: a group stands there for as long as something is in it. `open`
/// says what opens a group, from its id and its name.
#[must_use]
pub fn arrange(items: Vec<Item>, own: &Arrangement, open: impl Fn(&str, &str) -> Spec) -> Vec<Item> {
    let touched = |mut item: Item| {
        let Some(touch) = own.touches.get(&item.key) else {
            return item;
        };
        if !touch.name.is_empty() {
            item.name.clone_from(&touch.name);
            item.spec.title.clone_from(&touch.name);
        }
        if item.home == Home::Desk {
            item.home = match (touch.hidden, own.groups.contains_key(&touch.group)) {
                (true, _) => Home::Hidden,
                (false, true) => Home::Group(touch.group.clone()),
                (false, false) => Home::Desk,
            };
        }
        item
    };
    let mut all: Vec<Item> = items.into_iter().map(touched).collect();
    let groups: Vec<Item> = own
        .groups
        .iter()
        .filter_map(|(id, name)| group(&all, id, open(id, name)))
        .collect();
    all.extend(groups);
    all
}

/// The item of a group; absent where nothing is in it.
fn group(all: &[Item], id: &str, spec: Spec) -> Option<Item> {
    let members: Vec<&Item> = all
        .iter()
        .filter(|item| matches!(&item.home, Home::Group(group) if group == id))
        .collect();
    let faces = members.iter().take(FACES);
    let is_doubtful = members.iter().any(|item| item.life == Life::Doubtful);
    (!members.is_empty()).then(|| Item {
        key: spec.key(),
        name: spec.title.clone(),
        face: Face::Group(faces.map(|item| (item.face.clone(), item.name.clone())).collect()),
        life: if is_doubtful { Life::Doubtful } else { Life::Plain },
        badge: members.iter().filter_map(|item| item.badge).max(),
        spec,
        kind: Kind::Group,
        home: Home::Desk,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Arrangement, Touch, arrange};
    use crate::desktop::geometry::Size;
    use crate::desktop::icons::item::{Badge, Face, Home, Item, Kind, Life};
    use crate::desktop::state::Spec;

    fn spec(app: &str, subject: &str, title: &str) -> Spec {
        Spec {
            app: app.to_owned(),
            subject: subject.to_owned(),
            title: title.to_owned(),
            size: Size { w: 1, h: 1 },
            min: Size { w: 1, h: 1 },
            single: true,
        }
    }

    fn item(id: &str) -> Item {
        let spec = spec("web", id, id);
        Item {
            key: spec.key(),
            name: id.to_owned(),
            face: Face::Monogram,
            life: Life::Up,
            badge: (id == "b").then_some(Badge::Update),
            spec,
            kind: Kind::App,
            home: Home::Desk,
        }
    }

    fn arranged(touches: &[(&str, Touch)], groups: &[(&str, &str)]) -> Vec<Item> {
        let own = Arrangement {
            touches: touches
                .iter()
                .map(|(id, touch)| (format!("web:{id}"), touch.clone()))
                .collect(),
            groups: groups
                .iter()
                .map(|(id, name)| ((*id).to_owned(), (*name).to_owned()))
                .collect(),
        };
        let open = |id: &str, name: &str| spec("group", id, name);
        arrange(vec![item("a"), item("b")], &own, open)
    }

    fn within(group: &str) -> Touch {
        Touch {
            group: group.to_owned(),
            ..Touch::default()
        }
    }

    #[test]
    fn a_name_of_ones_own_is_on_the_icon_and_on_its_window() {
        let touch = Touch {
            name: "Mine".to_owned(),
            ..Touch::default()
        };
        let items = arranged(&[("a", touch)], &[]);
        assert_eq!((items[0].name.as_str(), items[0].spec.title.as_str()), ("Mine", "Mine"));
        assert_eq!(items[0].key, "web:a", "it is the same icon");
    }

    #[test]
    fn a_group_stands_on_the_desk_while_something_is_in_it() {
        let items = arranged(
            &[("a", within("g")), ("b", within("g"))],
            &[("g", "Media"), ("empty", "Empty")],
        );
        let on_desk: Vec<&str> = items
            .iter()
            .filter(|item| item.home == Home::Desk)
            .map(|item| item.key.as_str())
            .collect();
        assert_eq!(on_desk, ["group:g"]);
        assert!(matches!(&items[2].face, Face::Group(faces) if faces.len() == 2));
        assert_eq!(items[2].badge, Some(Badge::Update), "what is in it shows through");
    }

    #[test]
    fn what_was_in_a_group_that_is_gone_is_on_the_desk() {
        assert_eq!(arranged(&[("a", within("gone"))], &[])[0].home, Home::Desk);
    }

    #[test]
    fn what_is_hidden_is_not_in_its_group_either() {
        let hidden = Touch {
            hidden: true,
            ..within("g")
        };
        let items = arranged(&[("a", hidden)], &[("g", "Media")]);
        assert_eq!((items.len(), &items[0].home), (2, &Home::Hidden));
    }

    #[test]
    fn what_is_as_it_was_takes_no_room() {
        assert_eq!(serde_json::to_string(&Touch::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Touch>("{}").unwrap(), Touch::default());
        assert_eq!(Arrangement::default().touches, BTreeMap::new());
    }
}

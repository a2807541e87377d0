//! Who uses what: containers, as Podman lists and inspects them.

use std::collections::BTreeMap;

use api::thing::UsedBy;
use futures_util::{StreamExt, stream};
use podman::Podman;
use podman::container::Summary;

use super::is_seen;
use crate::Engine;
use crate::actor::Actor;
use crate::containers::shown;
use crate::error::{Error, Result};

/// How many containers are inspected at once.
const AT_ONCE: usize = 8;

/// Who uses something.
#[derive(Clone, Debug, Default)]
pub(super) struct Users {
    /// Whether anybody does, also somebody who is not seen.
    pub(super) any: bool,
    /// Those that the actor may see.
    pub(super) seen: Vec<UsedBy>,
    /// How many the actor may not see.
    hidden: usize,
}

impl Users {
    /// Those of `containers` that use something, as `uses` says.
    pub(super) fn of(engine: &Engine, actor: &Actor, containers: &[Summary], uses: impl Fn(&Summary) -> bool) -> Self {
        let mut users = Self::default();
        for container in containers.iter().filter(|container| uses(container)) {
            users.any = true;
            if !is_seen(actor, shown::owner_of(&container.labels, &engine.deck)) {
                users.hidden += 1;
                continue;
            }
            users.seen.push(UsedBy {
                container: container.id.clone(),
                name: container.name.clone(),
                stack: shown::stack_of(&container.labels),
                running: shown::state(container.state).is_up(),
            });
        }
        users.seen.sort_by(|a, b| a.name.cmp(&b.name));
        users
    }

    /// The refusal to remove what these use.
    pub(super) fn refusal(self, what: &'static str, name: &str) -> Error {
        let mut names: Vec<String> = self.seen.iter().map(UsedBy::named).collect();
        if self.hidden > 0 {
            names.push(format!("{} that you may not see", self.hidden));
        }
        Error::InUse {
            what,
            message: format!("The {what} {name} is used by {}.", names.join(", ")),
            used_by: self.seen,
            stacks: Vec::new(),
        }
    }
}

/// The names of the volumes that each container has, by container.
pub(super) type Mounted = BTreeMap<String, Vec<String>>;

impl Engine {
    /// The volumes that each of `containers` has. The list says only that something is mounted, not what.
    pub(super) async fn mounted(&self, containers: &[Summary]) -> Result<Mounted> {
        let with_mounts = containers.iter().filter(|container| !container.mounts.is_empty());
        let ids: Vec<String> = with_mounts.map(|container| container.id.clone()).collect();
        let podman = self.podman.clone();
        let mut looks = stream::iter(ids)
            .map(move |id| look(podman.clone(), id))
            .buffer_unordered(AT_ONCE);
        let mut mounted = Mounted::new();
        while let Some(look) = looks.next().await {
            mounted.extend(look?);
        }
        Ok(mounted)
    }
}

/// The volumes of one container; nothing where it has gone meanwhile.
async fn look(podman: Podman, id: String) -> Result<Option<(String, Vec<String>)>> {
    match podman.containers().inspect(&id).await {
        Ok(detail) => {
            let names = detail.mounts.into_iter().map(|mount| mount.name);
            Ok(Some((id, names.filter(|name| !name.is_empty()).collect())))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

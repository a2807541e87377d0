//! Containers: seeing them, and the verbs that a person has for them.
//!
//! - [`observe`]: keeps the truth about them, from Podman's list and its events
//! - [`truth`]: what is known, and the numbered changes of it
//! - [`shown`]: Podman's words → ours

pub(crate) mod observe;
pub(crate) mod shown;
pub(crate) mod truth;

use std::time::Duration;

use api::container::{Container, ContainerDetail, ContainerList, RemoveContainer};
use api::page::PageQuery;
use api::system::PodmanState;
use podman::Podman;

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, audit, page};

/// What can be done to a container as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Start its process.
    Start,
    /// Ask its process to end, and end it when it does not.
    Stop,
    /// Stop, then start.
    Restart,
}

impl Verb {
    fn action(self) -> &'static str {
        match self {
            Self::Start => "container.start",
            Self::Stop => "container.stop",
            Self::Restart => "container.restart",
        }
    }

    async fn apply(self, podman: &Podman, id: &str) -> podman::Result<()> {
        match self {
            Self::Start => podman.containers().start(id).await,
            Self::Stop => podman.containers().stop(id, None).await,
            Self::Restart => podman.containers().restart(id, None).await,
        }
    }
}

impl Engine {
    /// The containers that the actor may see, by name.
    pub fn containers(&self, actor: &Actor, query: &PageQuery) -> Result<ContainerList> {
        actor.require(Right::See)?;
        let foreign = actor.may(Right::Administer);
        let (items, sequence, podman) = self.truth.list(foreign);
        let text = |container: &Container| {
            [
                &container.name,
                &container.image,
                container.stack.as_ref().unwrap_or(&container.name),
            ]
            .map(|text| text.to_lowercase())
            .join("\n")
        };
        let page = page::cut(items, query, |container| container.name.clone(), text)?;
        Ok(ContainerList {
            items: page.items,
            cursor: page.cursor,
            sequence,
            podman,
        })
    }

    /// A container, looked at closely.
    pub async fn container(&self, actor: &Actor, id: &str) -> Result<ContainerDetail> {
        let known = self.seen(actor, id, Right::See)?;
        let detail = self.podman.containers().inspect(&known.id).await?;
        Ok(shown::detail(detail, &self.deck))
    }

    /// Does `verb` to a container, and answers how it is then.
    pub async fn operate(&self, actor: &Actor, id: &str, verb: Verb) -> Result<Container> {
        let known = self.seen(actor, id, Right::Operate)?;
        let engine = self.clone();
        self.audited(entry_of(actor, verb.action(), &known), async move {
            verb.apply(&engine.podman, &known.id).await?;
            engine.look_again(&known.id).await
        })
        .await?
        .ok_or_else(|| Error::not_found("container", id))
    }

    /// Removes a container; its named volumes stay.
    pub async fn remove_container(&self, actor: &Actor, id: &str, how: RemoveContainer) -> Result<()> {
        let known = self.seen(actor, id, Right::Operate)?;
        if known.state.is_up() && !how.stop {
            return Err(Error::Conflict {
                code: "container_running",
                message: format!("{} is running.", known.name),
                hint: "Stop it first, or ask to have it stopped and removed.",
            });
        }
        let engine = self.clone();
        self.audited(entry_of(actor, "container.remove", &known), async move {
            if how.stop {
                // In good order, so that it can save what it has; then it is gone in either case.
                ignore_absent(engine.podman.containers().stop(&known.id, None).await)?;
            }
            let how = podman::container::Remove {
                force: how.stop,
                volumes: false,
            };
            ignore_absent(engine.podman.containers().remove(&known.id, how).await)?;
            engine.look_again(&known.id).await
        })
        .await?;
        Ok(())
    }

    /// The container of that id, if the actor has `right` to it. One that is not the actor's to see does not exist; and while
    /// Podman does not answer, nobody can say that of any.
    pub(crate) fn seen(&self, actor: &Actor, id: &str, right: Right) -> Result<Container> {
        let visible = |container: &Container| !container.foreign || actor.may(Right::Administer);
        let known = self
            .truth
            .find(id)
            .filter(|container| actor.may(Right::See) && visible(container));
        let known = known.ok_or_else(|| match self.truth.podman() {
            PodmanState::Connected => Error::not_found("container", id),
            _ => Error::Unseen,
        })?;
        actor.require(right)?;
        Ok(known)
    }

    /// Runs `work` to its end, also when whoever asked for it has gone.
    pub(crate) async fn carry_out<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.tasks.spawn(work).await.map_err(|_| Error::Stopping)?
    }

    /// Asks Podman for one container and takes in the answer.
    pub(crate) async fn look_again(&self, id: &str) -> Result<Option<Container>> {
        let found = observe::inspect(&self.podman, id, &self.deck).await?;
        match &found {
            Some(container) => self.truth.put(container.clone()),
            None => self.truth.remove(id),
        }
        Ok(found)
    }
}

fn entry_of(actor: &Actor, action: &str, container: &Container) -> api::audit::Entry {
    audit::by(actor, action, &format!("{} {}", container.name, container.id))
}

/// How long a look at one container may take before the watch is left to notice what is wrong.
pub(crate) const INSPECT_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn ignore_absent(result: podman::Result<()>) -> podman::Result<()> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        result => result,
    }
}

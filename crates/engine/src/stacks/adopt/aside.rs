//! The old containers of an adoption while the new ones come up: each step may be done again after a crash.

use podman::container::{Remove, State};

use super::super::apply::{Halt, ignore_absent};
use super::super::plan::is_up;
use super::super::reconcile::Task;
use crate::crash::crash_point;
use crate::jobs::Adopted;

/// What is put after the name of a container that has made way.
const ASIDE: &str = "-before-adoption";

impl Task<'_> {
    /// Whether the new containers have come up, in this run or one before it, so that there is no way back.
    pub(in super::super) async fn has_taken_over(&self) -> Result<bool, Halt> {
        let adopts = !self.live.told.adopts.is_empty();
        Ok(adopts && self.row().await?.good == self.live.told.generation)
    }

    /// Stops the old containers, those that were started last first, and takes their names from them.
    pub(in super::super) async fn set_aside(&self) -> Result<(), Halt> {
        let containers = self.engine.podman.containers();
        for old in self.live.told.adopts.iter().rev() {
            let Some((name, up)) = self.now(old).await? else {
                continue;
            };
            if up {
                let step = self.live.step(format!("Stop {}, which is kept", old.name), None);
                self.done(step, ignore_absent(containers.stop(&old.id, None).await))?;
            }
            if name == old.name {
                ignore_absent(containers.rename(&old.id, &format!("{name}{ASIDE}")).await)?;
                crash_point("stack-adopt-renamed");
            }
        }
        Ok(())
    }

    /// Gives the old containers their names back, and starts those that ran; whether there are any.
    pub(in super::super) async fn bring_back(&self) -> Result<bool, Halt> {
        if self.live.told.adopts.is_empty() || self.has_taken_over().await? {
            return Ok(false);
        }
        self.through_outages(move || self.bring_back_once()).await?;
        Ok(true)
    }

    async fn bring_back_once(&self) -> Result<(), Halt> {
        let containers = self.engine.podman.containers();
        for old in &self.live.told.adopts {
            let Some((name, up)) = self.now(old).await? else {
                self.live.say(format!("{} is not there any more.", old.name));
                continue;
            };
            if name != old.name {
                containers.rename(&old.id, &old.name).await?;
                crash_point("stack-adopt-named-back");
            }
            if old.running && !up {
                let step = self.live.step(format!("Start {}, which is put back", old.name), None);
                self.done(step, containers.start(&old.id).await)?;
            }
        }
        Ok(())
    }

    /// Removes the old containers; their volumes stay, also those without a name.
    pub(in super::super) async fn let_go(&self) -> Result<(), Halt> {
        let how = Remove {
            force: false,
            volumes: false,
        };
        for old in &self.live.told.adopts {
            let step = self.live.step(format!("Remove what was {}", old.name), None);
            let removed = ignore_absent(self.engine.podman.containers().remove(&old.id, how).await);
            // The new ones are up: what is left over of the old ones does not make that a failure.
            if let Err(error) = &removed {
                self.live.say(format!("{} stays behind: {error}", old.name));
            }
            let shown = removed.as_ref().map(|&()| ()).map_err(ToString::to_string);
            self.live
                .ended(step, shown.as_ref().map(|&()| ()).map_err(String::as_str));
        }
        Ok(())
    }

    /// The name of an old container, and whether it runs; absent where it is gone.
    async fn now(&self, old: &Adopted) -> Result<Option<(String, bool)>, Halt> {
        match self.engine.podman.containers().inspect(&old.id).await {
            Ok(detail) => Ok(Some((
                detail.name,
                is_up(detail.state) || detail.state == State::Stopping,
            ))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

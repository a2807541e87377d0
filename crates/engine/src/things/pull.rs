//! Fetching images: a step of a deploy, or a job of its own.

use api::image::PullImage;
use api::job::{Job, JobKind, Progress, StepPart, StepState};
use futures_util::StreamExt;
use podman::image::Pull;

use super::reference::Reference;
use crate::actor::{Actor, Right};
use crate::crash::crash_point;
use crate::error::{Error, Result};
use crate::jobs::Told;
use crate::jobs::live::Live;
use crate::stacks::apply::{Halt, Trouble, unless_halted};
use crate::{Engine, audit};

impl Engine {
    /// Asks for an image to be fetched.
    pub async fn pull_image(&self, actor: &Actor, request: PullImage) -> Result<Job> {
        actor.require(Right::Operate)?;
        let wrong = || Error::invalid("reference", "That is not the name of an image, such as `redis:7`.");
        let reference = Reference::parse(request.reference.trim())
            .ok_or_else(wrong)?
            .to_string();
        if request
            .platform
            .as_deref()
            .is_some_and(|platform| !is_platform(platform))
        {
            return Err(Error::invalid("platform", "A platform is written as in `linux/arm64`."));
        }
        let entry = audit::by(actor, "image.pull", &reference);
        let told = Told {
            platform: request.platform,
            ..Told::default()
        };
        self.queue(JobKind::Pull, &reference, actor.user.name.as_str(), told, entry)
            .await
    }
}

/// Carries out the job of fetching an image.
pub(crate) async fn fetch(engine: &Engine, live: &Live) -> Result<(), Halt> {
    pull(engine, live, &live.object, live.told.platform.clone(), None).await
}

/// Fetches an image as a step of a job. Called off, it leaves nothing behind: Podman throws away what is not whole.
pub(crate) async fn pull(
    engine: &Engine,
    live: &Live,
    image: &str,
    platform: Option<String>,
    service: Option<&str>,
) -> Result<(), Halt> {
    let title = format!("Pull {image}");
    live.say(&title);
    let step = live.step(title, service);
    let reference = Reference::parse(image).ok_or_else(|| Error::not_found("image", image))?;
    let pull = Pull {
        reference: image.to_owned(),
        platform,
        login: engine.registry_login(&reference.registry).await?,
        plain: reference.is_local(),
    };
    let known = pull.login.is_some();
    let mut layers = Layers::default();
    let mut progress = engine.podman.images().pull(&pull);
    while let Some(next) = unless_halted(engine, live, progress.next()).await? {
        match next {
            Ok(next) => {
                layers.take(&next);
                live.progress(step, layers.sum(), &layers.detail(), &layers.0);
            }
            Err(error) => {
                let mut message = format!("The image {image} could not be fetched: {error}.");
                if is_locked(&error.to_string()) {
                    message += &hint(&reference.registry, known);
                } else if is_full(&error.to_string()) {
                    message += FULL;
                } else if is_for_others(&error.to_string()) {
                    message += " It is made for other kinds of machines than this one.";
                }
                live.ended(step, Err(&message));
                return Err(Halt::Trouble(Trouble {
                    service: service.map(str::to_owned),
                    message,
                    log: Vec::new(),
                    outage: error.is_outage(),
                }));
            }
        }
    }
    live.ended(step, Ok(()));
    crash_point("stack-pulled");
    Ok(())
}

/// What is said where Podman's storage is full.
const FULL: &str = " There is no room left for images and containers on this machine's disk: remove images that nothing \
                    uses, or make room on it, and try again. Nothing was changed.";

/// Whether there was no room.
fn is_full(message: &str) -> bool {
    message.to_lowercase().contains("no space left on device")
}

/// Whether an image is there for other platforms alone.
fn is_for_others(message: &str) -> bool {
    message.contains("no image found in")
}

/// Whether a registry asked for a password, or did not take the one that it got.
fn is_locked(message: &str) -> bool {
    ["unauthorized", "authentication required", "denied"]
        .iter()
        .any(|word| message.to_lowercase().contains(word))
}

fn hint(registry: &str, known: bool) -> String {
    if known {
        format!(" The password that is kept for {registry} may be wrong or too weak.")
    } else {
        format!(" An administrator can give the password for {registry}.")
    }
}

fn is_platform(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= 64 && matches!(text.split('/').count(), 2 | 3) && text.split('/').all(word)
}

/// The layers of an image that is fetched, in the order in which they were named.
#[derive(Default)]
struct Layers(Vec<StepPart>);

impl Layers {
    /// Takes in what Podman says.
    fn take(&mut self, next: &podman::image::Progress) {
        let whole = matches!(
            next.status.as_str(),
            "Download complete" | "Already exists" | "Pull complete"
        );
        if next.id.is_empty() || !(whole || matches!(next.status.as_str(), "Pulling fs layer" | "Downloading")) {
            return;
        }
        let number = self.0.iter().position(|part| part.name == next.id).unwrap_or_else(|| {
            self.0.push(StepPart {
                name: next.id.clone(),
                state: StepState::Running,
                progress: None,
            });
            self.0.len() - 1
        });
        let part = &mut self.0[number];
        if next.bytes.total > 0 {
            part.progress = Some(Progress {
                done: next.bytes.current,
                total: Some(next.bytes.total),
            });
        }
        if whole {
            part.state = StepState::Done;
            if let Some(progress) = &mut part.progress {
                progress.done = progress.total.unwrap_or(progress.done);
            }
        }
    }

    /// The bytes in all, as far as they are known.
    fn sum(&self) -> Option<Progress> {
        let known = self.0.iter().filter_map(|part| part.progress);
        let (done, total) = known.fold((0, 0), |sum, it| (sum.0 + it.done, sum.1 + it.total.unwrap_or(it.done)));
        (total > 0).then_some(Progress {
            done,
            total: Some(total),
        })
    }

    fn detail(&self) -> String {
        let done = self.0.iter().filter(|part| part.state == StepState::Done).count();
        match (self.0.len(), done) {
            (0, _) => "asking the registry".to_owned(),
            (1, 0) => "1 layer".to_owned(),
            (all, 0) => format!("{all} layers"),
            (all, done) => format!("{done} of {all} layers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use podman::image::{Progress as Said, ProgressBytes};

    use super::*;

    fn said(id: &str, status: &str, current: u64, total: u64) -> Said {
        Said {
            id: id.to_owned(),
            status: status.to_owned(),
            bytes: ProgressBytes { current, total },
            ..Said::default()
        }
    }

    #[test]
    fn what_podman_says_becomes_layers_with_bytes() {
        let mut layers = Layers::default();
        assert_eq!(layers.detail(), "asking the registry");
        for next in [
            said("a", "Pulling fs layer", 0, 0),
            said("b", "Pulling fs layer", 0, 0),
            said("b", "Downloading", 40, 100),
            said("a", "Downloading", 10, 20),
            said("b", "Downloading", 60, 100),
            said("", "Storing signatures", 0, 0),
        ] {
            layers.take(&next);
        }
        assert_eq!(
            (layers.detail(), layers.sum()),
            (
                "2 layers".to_owned(),
                Some(Progress {
                    done: 70,
                    total: Some(120)
                })
            )
        );
        layers.take(&said("a", "Download complete", 0, 0));
        assert_eq!(
            (layers.detail(), layers.sum().unwrap().done),
            ("1 of 2 layers".to_owned(), 80)
        );
        assert_eq!(
            (layers.0[0].state, layers.0[1].state),
            (StepState::Done, StepState::Running)
        );
    }

    #[test]
    fn a_platform_is_two_or_three_words() {
        for (text, fine) in [
            ("linux/arm64", true),
            ("linux/arm/v7", true),
            ("linux", false),
            ("linux/", false),
            ("linux/arm64&x=1", false),
            ("a/b/c/d", false),
        ] {
            assert_eq!(is_platform(text), fine, "{text}");
        }
    }
}

//! Building images: a step of a deploy, with what the build prints in the job's log.
//!
//! An image is built where it is not there, and where anything that it is made of has changed: its folder, its
//! instructions, its arguments. What a build was made of is kept with the id of what came out, so that a deploy of the
//! same finds it, and a build that changes nothing in the image replaces no container.
//!
//! - [`context`]: the folder as a tar, without what [`ignore`] leaves out
//! - [`remote`]: what Podman would fetch with the network of the machine
//! - [`send`]: the tar on its way, and its hash

mod context;
mod ignore;
mod remote;
mod send;

use std::collections::{BTreeMap, VecDeque};

use api::job::Progress;
use api::name::StackName;
use futures_util::StreamExt;
use podman::image::{Build, Login};

use crate::crash::crash_point;
use crate::error::{Error, Result};
use crate::jobs::live::Live;
use crate::spec::{WantedBuild, WantedService};
use crate::stacks::apply::{Halt, Trouble, unless_halted};
use crate::{Engine, store};

/// How many of the last lines are told with a failure.
const LAST_LINES: usize = 20;

/// What a build is made of, by a hash; or why that cannot be said.
pub(crate) async fn fingerprint(engine: &Engine, stack: &StackName, wanted: &WantedBuild) -> Result<String, String> {
    let (home, wanted) = (engine.stacks.disk.home(stack), wanted.clone());
    let read = tokio::task::spawn_blocking(move || send::fingerprint(&home, &wanted)).await;
    match read {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err(Error::Stopping.to_string()),
    }
}

/// Builds the image of a service, and answers its id. Called off, it leaves nothing but layers that the next build takes
/// from the cache.
pub(crate) async fn build(
    engine: &Engine,
    live: &Live,
    stack: &StackName,
    service: &WantedService,
    wanted: &WantedBuild,
) -> Result<String, Halt> {
    let title = format!("Build {}", service.image);
    live.say(&title);
    let step = live.step(title, Some(&service.name));
    let mut last = VecDeque::new();
    let result = carry_out(engine, (live, step), stack, (service, wanted), &mut last).await;
    match &result {
        Ok(_) => live.ended(step, Ok(())),
        Err(Halt::Trouble(trouble)) => live.ended(step, Err(&trouble.message)),
        Err(_) => live.ended(step, Err("called off")),
    }
    crash_point("stack-built");
    result
}

async fn carry_out(
    engine: &Engine,
    (live, step): (&Live, usize),
    stack: &StackName,
    (service, wanted): (&WantedService, &WantedBuild),
    last: &mut VecDeque<String>,
) -> Result<String, Halt> {
    let failed = |why: &str, outage: bool, log: &VecDeque<String>| {
        let why = why.trim_end().trim_end_matches('.');
        Halt::Trouble(Trouble {
            service: Some(service.name.clone()),
            message: format!("The image of {} could not be built: {why}.", service.name),
            log: log.iter().cloned().collect(),
            outage,
        })
    };
    let print = fingerprint(engine, stack, wanted).await;
    let print = print.map_err(|why| failed(&why, false, last))?;
    let sent = send::send(engine.stacks.disk.home(stack), wanted.clone()).await;
    let sent = sent.map_err(|error| failed(&error.to_string(), false, last))?;
    let build = Build {
        reference: service.image.clone(),
        tags: wanted.tags.clone(),
        containerfile: sent.containerfile,
        args: wanted.args.clone(),
        labels: wanted.labels.clone(),
        target: wanted.target.clone(),
        platform: wanted.platform.clone(),
        network: wanted.network.clone(),
        shared_memory: wanted.shared_memory,
        hosts: wanted.hosts.clone(),
        secrets: sent.secrets,
        images: wanted.images.clone(),
        no_cache: wanted.no_cache,
        pull: wanted.pull,
        logins: engine.registry_logins().await?,
    };
    let mut progress = engine.podman.images().build(&build, sent.tar);
    while let Some(next) = unless_halted(engine, live, progress.next()).await? {
        let text = match next {
            Ok(next) => next.text,
            // What Podman says of a folder that did not arrive is only that it did not arrive.
            Err(error) => {
                return Err(match sent.trouble.get() {
                    Some(why) => failed(why, false, last),
                    None => failed(&error.to_string(), error.is_outage(), last),
                });
            }
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            live.say(line);
            if let Some((progress, what)) = begun(line) {
                live.progress(step, Some(progress), what, &[]);
            }
            last.push_back(line.to_owned());
            if last.len() > LAST_LINES {
                last.pop_front();
            }
        }
    }
    let built = engine.podman.images().inspect(&service.image).await?;
    let (name, image, id) = (stack.clone(), service.image.clone(), built.id.clone());
    let write = engine
        .store
        .write(move |tx| -> Result<()> { Ok(store::builds::set(tx, &name, &image, &print, &id)?) });
    write.await?;
    Ok(built.id)
}

/// How far a build is, from a line such as `[1/2] STEP 3/7: RUN make`.
fn begun(line: &str) -> Option<(Progress, &str)> {
    let (before, rest) = line.split_once("STEP ")?;
    let (numbers, what) = rest.split_once(": ")?;
    let (done, total) = numbers.split_once('/')?;
    let (done, total): (u64, u64) = (done.parse().ok()?, total.parse().ok()?);
    let progress = Progress {
        done: done.saturating_sub(1),
        total: Some(total),
    };
    (before.is_empty() || before.starts_with('[')).then_some((progress, what))
}

impl Engine {
    /// All passwords for registries, by registry: nobody knows before which ones a build needs.
    async fn registry_logins(&self) -> Result<BTreeMap<String, Login>> {
        let mut logins = BTreeMap::new();
        for registry in self.store.read(store::registries::list).await? {
            if let Some(login) = self.registry_login(&registry.host).await? {
                logins.insert(registry.host, login);
            }
        }
        Ok(logins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_a_build_is_read() {
        let at = |done, total| Progress {
            done,
            total: Some(total),
        };
        assert_eq!(begun("STEP 3/7: RUN make"), Some((at(2, 7), "RUN make")));
        assert_eq!(begun("[2/2] STEP 1/1: FROM x AS y"), Some((at(0, 1), "FROM x AS y")));
        assert_eq!(begun("echo STEP 3/7: no"), None);
        assert_eq!(begun("STEP x/7: no"), None);
    }
}

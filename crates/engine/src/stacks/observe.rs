//! What is there of a stack, by the labels that Stardeck gave it.

use std::collections::BTreeMap;

use api::name::StackName;
use podman::image::Detail;

use super::plan::{Has, Observed};
use crate::error::Result;
use crate::spec::{HASH, PullPolicy, Wanted, same_platform};
use crate::store::builds::Built;
use crate::{Engine, store, things};

/// The labels that say whose something is.
const DECK: &str = "io.stardeck.deck";
const STACK: &str = "io.stardeck.stack";
const SERVICE: &str = "io.stardeck.service";
const INDEX: &str = "io.stardeck.index";

/// Asks Podman. The images of the services of `wanted` are those of `pins` where they are still there.
pub(super) async fn observe(
    engine: &Engine,
    name: &StackName,
    wanted: &Wanted,
    pins: &BTreeMap<String, String>,
) -> Result<Observed> {
    let podman = &engine.podman;
    let mut observed = Observed {
        containers: containers(engine, name).await?,
        ..Observed::default()
    };
    for network in podman.networks().list().await? {
        if is_ours(&network.labels, engine, name) {
            observed.own_networks.insert(network.name.clone());
        }
        let hash = network.labels.get(HASH).cloned();
        observed.networks.insert(network.name, hash);
    }
    for volume in podman.volumes().list().await? {
        let hash = volume.labels.get(HASH).cloned();
        observed.volumes.insert(volume.name, hash);
    }
    images(engine, name, wanted, pins, &mut observed).await?;
    Ok(observed)
}

/// Looks which image each service is to run.
async fn images(
    engine: &Engine,
    name: &StackName,
    wanted: &Wanted,
    pins: &BTreeMap<String, String>,
    observed: &mut Observed,
) -> Result<()> {
    let stack = name.clone();
    let has_builds = wanted.services.iter().any(|service| service.build.is_some());
    let built = if has_builds {
        engine.store.read(move |db| store::builds::of(db, &stack)).await?
    } else {
        BTreeMap::new()
    };
    // One look at each image, however many services have it.
    let mut known: BTreeMap<&str, Option<Detail>> = BTreeMap::new();
    for service in &wanted.services {
        let pin = pins.get(&service.name).map(String::as_str);
        for image in pin.into_iter().chain([service.image.as_str()]) {
            if !known.contains_key(image) {
                known.insert(image, inspect(engine, image).await?);
            }
        }
        let detail = |image: &str| known.get(image).and_then(Option::as_ref);
        let there = |image: &str| detail(image).map(|detail| detail.id.clone());
        let named = there(&service.image);
        // One for another platform than the file says is not the one that it names.
        let right = |detail: &&Detail| {
            let wanted = service.platform.as_deref();
            wanted.is_none_or(|wanted| same_platform(wanted, &platform(detail)))
        };
        let id = match &service.build {
            _ if pin.is_some_and(|pin| there(pin).is_some()) => pin.and_then(there),
            None => detail(&service.image).filter(right).map(|detail| detail.id.clone()),
            Some(_) if service.pull_policy == PullPolicy::Never => named,
            // One that is built is right only if it was made of what is there now.
            Some(build) => match things::build::fingerprint(engine, name, build).await {
                Ok(print) => {
                    let right = |built: &&Built| built.fingerprint == print && named.as_ref() == Some(&built.id);
                    built.get(&service.image).filter(right).map(|built| built.id.clone())
                }
                Err(why) => {
                    observed.unbuildable.insert(service.name.clone(), why);
                    None
                }
            },
        };
        let mut details = known.values().flatten();
        let detail = details.find(|detail| id.as_ref() == Some(&detail.id));
        let platform = detail.map(|detail| (service.name.clone(), platform(detail)));
        observed.platforms.extend(platform);
        observed.images.extend(id.map(|id| (service.name.clone(), id)));
    }
    let there = known
        .into_iter()
        .filter_map(|(name, detail)| Some((name.to_owned(), detail?.id)));
    observed.named = there.collect();
    Ok(())
}

/// The containers that this Stardeck made for a stack.
pub(super) async fn containers(engine: &Engine, name: &StackName) -> Result<Vec<Has>> {
    let listed = engine.podman.containers().list().await?;
    let ours = listed.into_iter().filter(|has| is_ours(&has.labels, engine, name));
    let has = |summary: podman::container::Summary| Has {
        service: summary.labels.get(SERVICE).cloned().unwrap_or_default(),
        index: summary
            .labels
            .get(INDEX)
            .and_then(|index| index.parse().ok())
            .unwrap_or(1),
        hash: summary.labels.get(HASH).cloned().unwrap_or_default(),
        id: summary.id,
        name: summary.name,
        image: summary.image_id,
        state: summary.state,
        exit_code: summary.exit_code,
    };
    Ok(ours.map(has).collect())
}

/// The networks that this Stardeck made for a stack.
pub(super) async fn networks(engine: &Engine, name: &StackName) -> Result<Vec<String>> {
    let listed = engine.podman.networks().list().await?;
    let ours = listed
        .into_iter()
        .filter(|network| is_ours(&network.labels, engine, name));
    Ok(ours.map(|network| network.name).collect())
}

/// The volumes that this Stardeck made for a stack.
pub(super) async fn volumes(engine: &Engine, name: &StackName) -> Result<Vec<String>> {
    let listed = engine.podman.volumes().list().await?;
    let ours = listed
        .into_iter()
        .filter(|volume| is_ours(&volume.labels, engine, name));
    Ok(ours.map(|volume| volume.name).collect())
}

/// The platform that an image was made for.
fn platform(detail: &Detail) -> String {
    format!("{}/{}", detail.os, detail.architecture)
}

async fn inspect(engine: &Engine, image: &str) -> Result<Option<Detail>> {
    match engine.podman.images().inspect(image).await {
        Ok(detail) => Ok(Some(detail)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn is_ours(labels: &BTreeMap<String, String>, engine: &Engine, name: &StackName) -> bool {
    labels.get(DECK).is_some_and(|deck| *deck == engine.deck)
        && labels.get(STACK).is_some_and(|stack| stack == name.as_str())
}

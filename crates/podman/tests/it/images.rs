//! Images come, get names, and go.

use std::process::Command;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use podman::{Error, image::Progress};
use testkit::{Machine, TINY};

fn once(bytes: Vec<u8>) -> BoxStream<'static, std::io::Result<Bytes>> {
    stream::iter([Ok(Bytes::from(bytes))]).boxed()
}

/// A tar of one file, packed by the machine's own tool.
fn tar_of(name: &str, text: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join(name), text).expect("it can be written");
    let tar = Command::new("tar")
        .arg("-c")
        .arg("-C")
        .arg(dir.path())
        .arg(name)
        .output();
    tar.expect("tar runs").stdout
}

#[tokio::test]
async fn an_image_is_tagged_listed_inspected_and_removed() {
    let machine = Machine::start().await;
    let images = machine.podman().images();
    images
        .tag(TINY, "localhost/deep/er/name", "v1")
        .await
        .expect("it can be tagged");
    let list = images.list().await.expect("they can be listed");
    let tiny = list
        .iter()
        .find(|image| image.references.contains(&TINY.to_owned()))
        .expect("it is listed");
    assert!(
        tiny.references.contains(&"localhost/deep/er/name:v1".to_owned()),
        "{tiny:?}"
    );
    assert!(tiny.size > 500_000 && tiny.created.is_some(), "{tiny:?}");

    let detail = images.inspect("localhost/deep/er/name:v1").await.expect("it is there");
    assert_eq!(
        (&detail.id, detail.config.command),
        (&tiny.id, vec!["/start".to_owned()])
    );
    assert_eq!(detail.config.ports, ["8080/tcp"]);
    assert!(detail.config.environment.contains(&"PORT=8080".to_owned()));

    images
        .remove("localhost/deep/er/name:v1", false)
        .await
        .expect("the name can be removed");
    assert!(images.inspect(TINY).await.is_ok(), "the other name stays");
    images.remove(TINY, false).await.expect("the last name can be removed");
    assert!(images.inspect(TINY).await.expect_err("it is gone").is_not_found());
}

#[tokio::test]
async fn a_saved_image_is_loaded_again() {
    let machine = Machine::start().await;
    let images = machine.podman().images();
    let file = machine.dir().join("tiny.tar");
    machine
        .cli(&["save", "--output", file.to_str().expect("plain"), TINY])
        .await;
    images.remove(TINY, false).await.expect("it can be removed");
    let names = images
        .load(once(std::fs::read(file).expect("it was saved")))
        .await
        .expect("it can be loaded");
    assert_eq!(names, [TINY]);
    assert!(
        images
            .load(once(b"no tar at all".to_vec()))
            .await
            .is_err_and(|error| !error.is_outage())
    );
}

#[tokio::test]
async fn a_build_says_what_it_does_and_why_it_fails() {
    let machine = Machine::start().await;
    let images = machine.podman().images();
    let good = tar_of(
        "Containerfile",
        &format!("FROM {TINY}\nRUN echo built-here > /www/built\n"),
    );
    let steps: Vec<Progress> = images
        .build("localhost/built:1", "Containerfile", once(good))
        .try_collect()
        .await
        .expect("it can be built");
    assert!(steps.iter().any(|step| step.text.contains("built-here")), "{steps:?}");
    assert!(images.inspect("localhost/built:1").await.is_ok());

    let bad = tar_of("Containerfile", &format!("FROM {TINY}\nRUN exit 9\n"));
    let failed: Result<Vec<Progress>, Error> = images
        .build("localhost/bad:1", "Containerfile", once(bad))
        .try_collect()
        .await;
    let refusal = failed.expect_err("a step of it fails");
    assert!(
        matches!(&refusal, Error::Refused { message, .. } if message.contains('9')),
        "{refusal:?}"
    );
}

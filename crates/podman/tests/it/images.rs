//! Images come, get names, and go.

use std::process::Command;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use podman::{
    Error,
    image::{Build, Progress},
};
use testkit::{Machine, TINY};

fn once(bytes: Vec<u8>) -> BoxStream<'static, std::io::Result<Bytes>> {
    stream::iter([Ok(Bytes::from(bytes))]).boxed()
}

/// A tar of files, packed by the machine's own tool.
fn tar_of(files: &[(&str, &str)]) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("it can be written");
    }
    let tar = Command::new("tar")
        .arg("-c")
        .arg("-C")
        .arg(dir.path())
        .arg(".")
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

fn build(name: &str) -> Build {
    Build {
        reference: name.to_owned(),
        containerfile: "Containerfile".to_owned(),
        ..Build::default()
    }
}

#[tokio::test]
async fn a_build_says_what_it_does_and_why_it_fails() {
    let machine = Machine::start().await;
    let images = machine.podman().images();
    let good = format!("FROM {TINY}\nRUN echo built-here > /www/built\n");
    let steps: Vec<Progress> = images
        .build(&build("localhost/built:1"), once(tar_of(&[("Containerfile", &good)])))
        .try_collect()
        .await
        .expect("it can be built");
    assert!(steps.iter().any(|step| step.text.contains("built-here")), "{steps:?}");
    assert!(images.inspect("localhost/built:1").await.is_ok());

    let bad = format!("FROM {TINY}\nRUN exit 9\n");
    let failed: Result<Vec<Progress>, Error> = images
        .build(&build("localhost/bad:1"), once(tar_of(&[("Containerfile", &bad)])))
        .try_collect()
        .await;
    let refusal = failed.expect_err("a step of it fails");
    assert!(
        matches!(&refusal, Error::Refused { message, .. } if message.contains('9')),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_build_is_told_all_that_its_instructions_use() {
    let machine = Machine::start().await;
    let images = machine.podman().images();
    let text = format!(
        "FROM {TINY} AS first\nARG WORD\n\
         RUN --mount=type=secret,id=key test \"$(cat /run/secrets/key)\" = secret && echo $WORD > /www/word\n\
         COPY --from=other /www/index.html /www/other.html\nCOPY . /all/\n\
         RUN grep -q 'name.of.a.host' /etc/hosts && test -e /all/Containerfile && ! test -e /all/secret-of-key\n\
         FROM first\nRUN exit 1\n"
    );
    let asked = Build {
        tags: vec!["localhost/whole:2".to_owned()],
        args: [("WORD".to_owned(), "hello & bye".to_owned())].into(),
        labels: [("a".to_owned(), "b=c".to_owned())].into(),
        target: Some("first".to_owned()),
        network: Some("none".to_owned()),
        shared_memory: Some(1 << 20),
        hosts: vec!["name.of.a.host:192.0.2.1".to_owned()],
        secrets: vec![("key".to_owned(), "secret-of-key".to_owned())],
        images: [("other".to_owned(), TINY.to_owned())].into(),
        ..build("localhost/whole:1")
    };
    let files = tar_of(&[("Containerfile", &text), ("secret-of-key", "secret")]);
    let built: Result<Vec<Progress>, Error> = images.build(&asked, once(files)).try_collect().await;
    assert!(built.is_ok(), "{built:?}");
    let detail = images.inspect("localhost/whole:2").await.expect("it has both names");
    assert_eq!(detail.config.labels.get("a").map(String::as_str), Some("b=c"));
    let show = [
        "run",
        "--rm",
        "localhost/whole:1",
        "cat",
        "/www/word",
        "/www/other.html",
    ];
    let shown = machine.cli(&show).await;
    assert!(shown.contains("hello & bye") && shown.contains("tiny ok"), "{shown}");
}

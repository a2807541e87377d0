//! Images.

use std::{collections::BTreeMap, fmt, io, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream, stream::BoxStream};
use http::{HeaderName, Method};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Error, Result, Stream,
    container::{HealthCheck, HealthTest},
    lines,
    tolerant::{null_is_default, time, word_or_number, words},
    wire::Wire,
};

/// The calls about images. An image is named by its reference (`docker.io/library/nginx:1`) or its id.
#[derive(Clone, Debug)]
pub struct Images {
    wire: Arc<Wire>,
}

/// An image as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Summary {
    /// The id.
    pub id: String,
    /// The references that lead to it; empty for one that lost its name.
    #[serde(default, rename = "RepoTags", deserialize_with = "null_is_default")]
    pub references: Vec<String>,
    /// The references by digest.
    #[serde(default, rename = "RepoDigests", deserialize_with = "null_is_default")]
    pub digests: Vec<String>,
    /// When it was built.
    #[serde(default, deserialize_with = "time")]
    pub created: Option<Timestamp>,
    /// Its size in bytes, layers that it shares with others included.
    #[serde(default)]
    pub size: u64,
    /// How many containers use it.
    #[serde(default)]
    pub containers: u64,
    /// Its labels.
    #[serde(default, deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
}

/// An image as it is inspected.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Detail {
    /// The id.
    pub id: String,
    /// The digest of its manifest.
    #[serde(default)]
    pub digest: String,
    /// The references that lead to it.
    #[serde(default, rename = "RepoTags", deserialize_with = "null_is_default")]
    pub references: Vec<String>,
    /// The references by digest.
    #[serde(default, rename = "RepoDigests", deserialize_with = "null_is_default")]
    pub digests: Vec<String>,
    /// When it was built.
    #[serde(default, deserialize_with = "time")]
    pub created: Option<Timestamp>,
    /// Its size in bytes.
    #[serde(default)]
    pub size: u64,
    /// Its architecture, in Go's words.
    #[serde(default)]
    pub architecture: String,
    /// Its operating system, in Go's words.
    #[serde(default)]
    pub os: String,
    /// What a container of it starts with.
    #[serde(default)]
    pub config: Defaults,
    /// The health check that a container of it has.
    #[serde(default, alias = "Healthcheck", deserialize_with = "health_check")]
    pub health_check: Option<HealthCheck>,
}

fn health_check<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<HealthCheck>, D::Error> {
    Ok(Option::<HealthTest>::deserialize(from)?.and_then(HealthTest::check))
}

/// What a container of an image starts with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Defaults {
    /// The entry point.
    #[serde(deserialize_with = "words")]
    pub entrypoint: Vec<String>,
    /// The command.
    #[serde(rename = "Cmd", deserialize_with = "words")]
    pub command: Vec<String>,
    /// The environment as `NAME=value`.
    #[serde(rename = "Env", deserialize_with = "null_is_default")]
    pub environment: Vec<String>,
    /// The ports that it may listen on, as `8080/tcp`.
    #[serde(rename = "ExposedPorts", deserialize_with = "keys")]
    pub ports: Vec<String>,
    /// The paths that it wants volumes at.
    #[serde(deserialize_with = "keys")]
    pub volumes: Vec<String>,
    /// The labels.
    #[serde(deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
    /// The user.
    pub user: String,
    /// The directory to start in.
    pub working_dir: String,
    /// The signal that stops it, by number or name; empty for the usual one.
    #[serde(deserialize_with = "word_or_number")]
    pub stop_signal: String,
}

/// The keys of an object whose values say nothing.
fn keys<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let object = Option::<BTreeMap<String, serde::de::IgnoredAny>>::deserialize(from)?;
    Ok(object.unwrap_or_default().into_keys().collect())
}

/// An image to be pulled.
#[derive(Clone, Debug, Default)]
pub struct Pull {
    /// Its name, whole.
    pub reference: String,
    /// The platform, as `linux/arm64` or `linux/arm/v7`; the machine's own when absent.
    pub platform: Option<String>,
    /// What its registry asks for.
    pub login: Option<Login>,
    /// Do without TLS where the registry has none. Podman tells no bytes then.
    pub plain: bool,
}

/// An image to be built of files that are sent.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// The name that it gets, whole.
    pub reference: String,
    /// Further names.
    pub tags: Vec<String>,
    /// The file with the instructions, among those that are sent.
    pub containerfile: String,
    /// Arguments of the instructions.
    pub args: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The stage at which to stop; the last when absent.
    pub target: Option<String>,
    /// The platform, as `linux/arm64`; the machine's own when absent.
    pub platform: Option<String>,
    /// The network of the steps; that of any container when absent.
    pub network: Option<String>,
    /// The size of `/dev/shm` in bytes.
    pub shared_memory: Option<u64>,
    /// Names of hosts, as `name:address`.
    pub hosts: Vec<String>,
    /// Secrets that steps may read, each with its file at the top of what is sent. No step sees these files otherwise.
    pub secrets: Vec<(String, String)>,
    /// Images that files are taken from, by the names that the instructions have for them.
    pub images: BTreeMap<String, String>,
    /// Take nothing from the cache.
    pub no_cache: bool,
    /// Fetch what it is built on even where that is there.
    pub pull: bool,
    /// What registries ask for, by registry.
    pub logins: BTreeMap<String, Login>,
}

/// What a registry asks for. It is not printed.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// The header that a login is sent in.
const LOGIN: HeaderName = HeaderName::from_static("x-registry-auth");

/// The header that logins to several registries are sent in.
const LOGINS: HeaderName = HeaderName::from_static("x-registry-config");

/// A login as Podman reads it.
#[derive(Serialize)]
struct Words<'a> {
    username: &'a str,
    password: &'a str,
}

impl Login {
    fn words(&self) -> Words<'_> {
        Words {
            username: &self.username,
            password: &self.password,
        }
    }

    fn header(&self) -> String {
        URL_SAFE.encode(json(&self.words()))
    }

    fn headers(logins: &BTreeMap<String, Self>) -> String {
        let all: BTreeMap<&String, Words<'_>> = logins.iter().map(|(host, login)| (host, login.words())).collect();
        URL_SAFE.encode(json(&all))
    }
}

/// Maps and lists of texts, which can always be written.
fn json(texts: &impl Serialize) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({}, [secret])", self.username)
    }
}

/// How far a pull or a build is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The layer that this is about; or, at the end of a pull, the image.
    pub id: String,
    /// What happens to it: `Pulling fs layer`, `Downloading`, `Download complete`, …
    pub status: String,
    /// What a build prints.
    #[serde(rename = "stream")]
    pub text: String,
    /// How much of it is done.
    #[serde(rename = "progressDetail", deserialize_with = "null_is_default")]
    pub bytes: ProgressBytes,
}

/// How much of a layer is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ProgressBytes {
    /// The bytes that are there.
    pub current: u64,
    /// The bytes that there will be; 0 when nobody knows.
    pub total: u64,
}

impl Progress {
    /// What Podman's own pull says in words for a person, in the words of Docker's.
    fn of_words(self) -> Self {
        let words = self.text.trim();
        let layer = words
            .strip_prefix("Copying blob ")
            .or_else(|| words.strip_prefix("Copying config "));
        match layer.and_then(|layer| layer.strip_prefix("sha256:")) {
            Some(digest) => Self {
                id: digest.chars().take(12).collect(),
                status: "Pulling fs layer".to_owned(),
                ..self
            },
            None => self,
        }
    }
}

#[derive(Deserialize)]
struct Line {
    error: Option<String>,
    #[serde(flatten)]
    progress: Progress,
}

/// An answer of 200 is no success yet here: the failure comes inside.
///
/// A layer or a step may be silent for long. The stream has no deadline, but fails when Podman gives no sign of life
/// beside it.
fn progress(wire: Arc<Wire>, call: Call) -> Stream<Progress> {
    let pulse = Arc::clone(&wire);
    let pulse = async move { pulse.pulse().await }.boxed();
    let told = stream::once(async move { wire.send(call).await })
        .map_ok(|reply| lines::objects::<Line>(reply.body))
        .try_flatten()
        .and_then(async |line| match line.error {
            Some(message) => Err(Error::Refused { status: 200, message }),
            None => Ok(line.progress),
        })
        .boxed();
    stream::unfold(Some((told, pulse)), |state| async {
        let (mut told, mut pulse) = state?;
        tokio::select! {
            biased;
            next = told.next() => next.map(|next| (next, Some((told, pulse)))),
            error = &mut pulse => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl Build {
    fn call(&self) -> Call {
        let call = Call::post("build")
            .query("t", &self.reference)
            .query("dockerfile", &self.containerfile)
            .query("layers", true)
            // Said nothing, Podman 4.3 takes no step from the cache; and images in the other format have no health check.
            .query("outputformat", "application/vnd.docker.distribution.manifest.v2+json")
            .query("rm", true)
            .query("forcerm", true)
            .query("buildargs", json(&self.args))
            .query("labels", json(&self.labels))
            .query("nocache", self.no_cache)
            .query("pull", self.pull);
        let secrets: Vec<String> = self
            .secrets
            .iter()
            .map(|(id, file)| format!("id={id},src={file}"))
            .collect();
        let contexts = self.images.iter();
        let contexts: BTreeMap<&String, Context<'_>> =
            contexts.map(|(name, image)| (name, Context::of(image))).collect();
        let further = [
            ("target", self.target.clone()),
            ("platform", self.platform.clone()),
            ("networkmode", self.network.clone()),
            ("shmsize", self.shared_memory.map(|bytes| bytes.to_string())),
            ("extrahosts", (!self.hosts.is_empty()).then(|| json(&self.hosts))),
            ("secrets", (!secrets.is_empty()).then(|| json(&secrets))),
            (
                "additionalbuildcontexts",
                (!contexts.is_empty()).then(|| json(&contexts)),
            ),
        ];
        let further = further.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let call = further.fold(call, |call, (name, value)| call.query(name, value));
        let call = self.tags.iter().fold(call, |call, tag| call.query("t", tag));
        if self.logins.is_empty() {
            call
        } else {
            call.secret_header(LOGINS, &Login::headers(&self.logins))
        }
    }
}

/// A further place that a build takes files from, as Podman reads it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Context<'a> {
    #[serde(rename = "IsURL")]
    is_url: bool,
    is_image: bool,
    value: &'a str,
    downloaded_cache: &'static str,
}

impl<'a> Context<'a> {
    fn of(image: &'a str) -> Self {
        Self {
            is_url: false,
            is_image: true,
            value: image,
            downloaded_cache: "",
        }
    }
}

impl Images {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire }
    }

    /// All images but those that are only steps on the way to others.
    ///
    /// # Errors
    /// Podman is in trouble.
    pub async fn list(&self) -> Result<Vec<Summary>> {
        let listed: Option<Vec<Summary>> = self.wire.json(Call::get("images/json")).await?;
        Ok(listed.unwrap_or_default())
    }

    /// All about one image.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such image.
    pub async fn inspect(&self, image: &str) -> Result<Detail> {
        self.wire.json(Call::get("images").reference(image).then("json")).await
    }

    /// Pulls an image from its registry. The stream ends well when the image is there. Dropping it ends the pull.
    ///
    /// # Errors
    /// In the stream: Podman is in trouble, or refuses with its own words (no such image, no such registry, …).
    #[must_use]
    pub fn pull(&self, pull: &Pull) -> Stream<Progress> {
        let call = if pull.plain {
            // Docker's call has no word for a registry without TLS.
            let call = Call::post("images/pull")
                .query("reference", &pull.reference)
                .query("tlsVerify", false);
            let words = pull.platform.as_deref().unwrap_or_default().split('/');
            let named = ["OS", "Arch", "Variant"].into_iter().zip(words);
            named
                .filter(|(_, word)| !word.is_empty())
                .fold(call, |call, (name, word)| call.query(name, word))
        } else {
            // Podman's own call tells no bytes, so Docker's is called.
            let call = Call::compat(Method::POST, "images/create").query("fromImage", &pull.reference);
            let platform = pull.platform.iter();
            platform.fold(call, |call, platform| call.query("platform", platform))
        };
        let call = match &pull.login {
            Some(login) => call.secret_header(LOGIN, &login.header()),
            None => call,
        };
        progress(self.wire.clone(), call).map_ok(Progress::of_words).boxed()
    }

    /// Builds an image of what is in a plain tar. What has not changed comes from the cache. Dropping the stream ends the
    /// build.
    ///
    /// # Errors
    /// In the stream: Podman is in trouble, or a step of the build failed.
    #[must_use]
    pub fn build(&self, build: &Build, context: BoxStream<'static, io::Result<Bytes>>) -> Stream<Progress> {
        progress(self.wire.clone(), build.call().tar(context))
    }

    /// Removes an image, or the name only where it has others.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such image, or a container uses it and `force` is not set, which is a
    /// conflict. With `force` the containers go too.
    pub async fn remove(&self, image: &str, force: bool) -> Result<()> {
        self.wire
            .patient_done(Call::delete("images").reference(image).query("force", force))
            .await
    }

    /// Takes in the images of a plain tar that `podman save` or `docker save` wrote, and tells their names.
    ///
    /// # Errors
    /// Podman is in trouble, or this is no such tar.
    pub async fn load(&self, tar: BoxStream<'static, io::Result<Bytes>>) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Loaded {
            #[serde(default, deserialize_with = "null_is_default")]
            names: Vec<String>,
        }
        let loaded: Loaded = self.wire.patient(Call::post("images/load").tar(tar)).await?;
        Ok(loaded.names)
    }

    /// Makes an image of a plain tar of files, and tells its id. `changes` are lines of a Containerfile, such as
    /// `CMD ["/start"]`.
    ///
    /// # Errors
    /// Podman is in trouble, or this is no tar.
    pub async fn import(
        &self,
        reference: &str,
        changes: &[&str],
        tar: BoxStream<'static, io::Result<Bytes>>,
    ) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Imported {
            id: String,
        }
        let call = Call::post("images/import").query("reference", reference).tar(tar);
        let call = changes.iter().fold(call, |call, change| call.query("changes", change));
        let imported: Imported = self.wire.patient(call).await?;
        Ok(imported.id)
    }

    /// Gives an image another name.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such image, or the name makes no sense.
    pub async fn tag(&self, image: &str, repository: &str, tag: &str) -> Result<()> {
        let call = Call::post("images")
            .reference(image)
            .then("tag")
            .query("repo", repository)
            .query("tag", tag);
        self.wire.done(call).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_a_header_and_is_not_printed() {
        let login = Login {
            username: "robot".to_owned(),
            password: "pass?wörd".to_owned(),
        };
        let json = URL_SAFE.decode(login.header()).expect("base64");
        assert_eq!(json, r#"{"username":"robot","password":"pass?wörd"}"#.as_bytes());
        assert_eq!(format!("{login:?}"), "Login(robot, [secret])");
    }

    #[test]
    fn podmans_own_words_for_a_layer_are_read() {
        let said = |text: &str| {
            let progress = Progress {
                text: text.to_owned(),
                ..Progress::default()
            };
            progress.of_words().id
        };
        assert_eq!(said("Copying blob sha256:6bb5bf3811bf6cd5c0321ae731\n"), "6bb5bf3811bf");
        assert_eq!(said("Copying config sha256:855c3e3d6dfec9cf63574b\n"), "855c3e3d6dfe");
        assert_eq!(said("Storing signatures\n"), "");
    }
}

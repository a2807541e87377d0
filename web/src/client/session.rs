//! What can be asked of the server: little without a session, the rest with one.

use std::sync::Arc;

use api::app::{App, OpenApp, OpenedApp};
use api::container::{Container, ContainerDetail, ContainerList};
use api::desk::{Desk, DeskPatch};
use api::job::{Job, JobDetail};
use api::name::StackName;
use api::page::{Listed, Page};
use api::secret::Secret;
use api::session::{
    ChangePassword, ConfirmFactor, CurrentSession, ElevateRequest, LoginCodeRequest, LoginRequest, NewFactor,
    SessionReply, SetupRequest, SetupState, Ticket, TicketRequest,
};
use api::stack::{CreateStack, DeployStack, Plan, Stack, StackDetail, StackJob, WriteStack};
use api::system::System;
use api::user::User;
use leptos::prelude::{ArcRwSignal, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Challenge, Ended, Error};
use super::transport::Call;

/// Where the header half of a session is kept: seen by this origin and this tab only.
const KEPT: &str = "stardeck.token";

/// What is done to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Stop it and start it again.
    Restart,
}

impl Verb {
    fn path(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }
}

/// What is done to a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StackVerb {
    /// Start what it has.
    Start,
    /// Stop it; its containers stay.
    Stop,
    /// Stop it and start it again.
    Restart,
    /// Remove its containers and networks.
    Down,
}

impl StackVerb {
    /// The word for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Down => "Down",
        }
    }
}

/// The right to ask: whoever holds one has logged in.
#[derive(Clone, Debug)]
pub struct Session {
    token: Arc<Secret>,
    user: Arc<User>,
    machine: Arc<str>,
    version: Arc<str>,
    ended: ArcRwSignal<Option<Ended>>,
}

/// Whether the first administrator is still to be made; absent when there is one.
pub async fn setup_state() -> Result<Option<SetupState>, Error> {
    match Call::new("GET", "/setup").read().await {
        Ok(state) => Ok(Some(state)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the first administrator, who is logged in by that.
pub async fn setup(request: &SetupRequest) -> Result<Session, Error> {
    Call::new("POST", "/setup")
        .body(request)?
        .read()
        .await
        .map(Session::begin)
}

/// Logs in. Where the account has a second factor, that is [`Error::CodeNeeded`].
pub async fn login(request: &LoginRequest) -> Result<Session, Error> {
    Call::new("POST", "/login")
        .body(request)?
        .read()
        .await
        .map(Session::begin)
}

/// The second step of a login: the code of the second factor.
pub async fn login_with_code(challenge: &Challenge, code: String) -> Result<Session, Error> {
    let request = LoginCodeRequest {
        challenge: challenge.secret(),
        code: code.into(),
    };
    Call::new("POST", "/login/code")
        .body(&request)?
        .read()
        .await
        .map(Session::begin)
}

/// The session that this browser already has, if it has one.
pub async fn resume() -> Result<Session, Error> {
    if let Some(token) = kept().and_then(|storage| storage.get_item(KEPT).ok().flatten()) {
        let token = Secret::from(token);
        match Call::new("GET", "/session")
            .token(&token)
            .read::<CurrentSession>()
            .await
        {
            Ok(current) => return Ok(Session::new(token, current.user, &current.machine, &current.version)),
            Err(Error::Unreachable) => return Err(Error::Unreachable),
            // Another tab may have logged in since: the cookie decides.
            Err(_) => {}
        }
    }
    Call::new("POST", "/session/bootstrap").read().await.map(Session::begin)
}

/// What this tab keeps through a reload.
#[must_use]
pub fn kept() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}

impl Session {
    fn new(token: Secret, user: User, machine: &str, version: &str) -> Self {
        Self {
            token: Arc::new(token),
            user: Arc::new(user),
            machine: machine.into(),
            version: version.into(),
            ended: ArcRwSignal::new(None),
        }
    }

    fn begin(reply: SessionReply) -> Self {
        if let Some(storage) = kept() {
            // Where storage is refused, a reload asks for the token again by the cookie.
            let _ = storage.set_item(KEPT, reply.token.expose_secret());
        }
        Self::new(reply.token, reply.user, &reply.machine, &reply.version)
    }

    /// Whose session it is.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The machine's name.
    #[must_use]
    pub fn machine(&self) -> &str {
        &self.machine
    }

    /// The server's version at the start of the session.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether the session is over, as soon as any call finds out.
    #[must_use]
    pub fn ended(&self) -> ArcRwSignal<Option<Ended>> {
        self.ended.clone()
    }

    /// Somebody else found out that the session is over.
    pub fn end(&self, why: Ended) {
        self.ended.set(Some(why));
    }

    /// All containers, and the number of the last event that the list includes.
    pub async fn containers(&self) -> Result<(Vec<Container>, u64), Error> {
        let first: ContainerList = self.read("/containers?limit=500").await?;
        let (mut items, sequence, mut cursor) = (first.items, first.sequence, first.cursor);
        while let Some(next) = cursor {
            let next = String::from(js_sys::encode_uri_component(&next));
            let more: ContainerList = self.read(&format!("/containers?limit=500&cursor={next}")).await?;
            items.extend(more.items);
            cursor = more.cursor;
        }
        Ok((items, sequence))
    }

    /// A container, looked at closely.
    pub async fn container(&self, id: &str) -> Result<ContainerDetail, Error> {
        self.read(&format!("/containers/{id}")).await
    }

    /// Starts, stops or restarts a container; the reply is its new state.
    pub async fn act(&self, id: &str, verb: Verb) -> Result<Container, Error> {
        let path = format!("/containers/{id}/{}", verb.path());
        self.heed(Call::new("POST", &path).token(&self.token).read().await)
    }

    /// Removes a container, which must not run unless `stop` is asked for as well.
    pub async fn remove(&self, id: &str, stop: bool) -> Result<(), Error> {
        let path = format!("/containers/{id}{}", if stop { "?stop=true" } else { "" });
        self.delete(&path).await
    }

    /// The machine, and how it is doing.
    pub async fn system(&self) -> Result<System, Error> {
        self.read("/system").await
    }

    /// All stacks.
    pub async fn stacks(&self) -> Result<Listed<Stack>, Error> {
        self.read("/stacks").await
    }

    /// All apps that one may see.
    pub async fn apps(&self) -> Result<Listed<App>, Error> {
        self.read("/apps").await
    }

    /// A way into an app, good once and for half a minute.
    pub async fn open_app(&self, id: &str) -> Result<OpenedApp, Error> {
        self.post(&format!("/apps/{id}/open"), &OpenApp::default()).await
    }

    /// The picture at a path of the server, as a `data:` address.
    pub async fn picture(&self, path: &str) -> Result<String, Error> {
        let path = path.strip_prefix("/api").unwrap_or(path);
        self.heed(Call::new("GET", path).token(&self.token).picture().await)
    }

    /// All jobs that are kept.
    pub async fn jobs(&self) -> Result<Listed<Job>, Error> {
        self.read("/jobs").await
    }

    /// What the person's desk is made of.
    pub async fn desk(&self) -> Result<Desk, Error> {
        self.read("/desk").await
    }

    /// Changes what the person's desk is made of, also where the page is being left.
    pub async fn change_desk(&self, patch: &DeskPatch) -> Result<Desk, Error> {
        let call = Call::new("PATCH", "/desk").token(&self.token).body(patch)?;
        self.heed(call.outliving().read().await)
    }

    /// A job, and what it wrote.
    pub async fn job(&self, id: &str) -> Result<JobDetail, Error> {
        self.read(&format!("/jobs/{id}")).await
    }

    /// Starts, stops or restarts a stack, by a job.
    pub async fn act_on_stack(&self, name: &StackName, verb: StackVerb) -> Result<StackJob, Error> {
        let path = format!("/stacks/{name}/{}", verb.word().to_lowercase());
        self.heed(Call::new("POST", &path).token(&self.token).read().await)
    }

    /// Makes a stack, of which nothing runs yet.
    pub async fn create_stack(&self, request: &CreateStack) -> Result<StackDetail, Error> {
        self.post("/stacks", request).await
    }

    /// Writes the files of a stack.
    pub async fn write_stack(&self, name: &StackName, request: &WriteStack) -> Result<StackDetail, Error> {
        self.put(&format!("/stacks/{name}"), request).await
    }

    /// What a deploy would do.
    pub async fn plan(&self, name: &StackName, request: &DeployStack) -> Result<Plan, Error> {
        self.post(&format!("/stacks/{name}/diff"), request).await
    }

    /// Begins a deploy.
    pub async fn deploy(&self, name: &StackName, request: &DeployStack) -> Result<StackJob, Error> {
        self.post(&format!("/stacks/{name}/deploy"), request).await
    }

    /// A ticket for a WebSocket.
    pub async fn ticket(&self, route: &str) -> Result<Ticket, Error> {
        let request = TicketRequest {
            route: route.to_owned(),
        };
        self.post("/tickets", &request).await
    }

    /// Who one is now, and whether a second factor is in force.
    pub async fn current(&self) -> Result<CurrentSession, Error> {
        self.read("/session").await
    }

    /// Gives the password again, for the calls that are otherwise refused with `password_needed`.
    pub async fn elevate(&self, password: String) -> Result<(), Error> {
        let password = password.into();
        self.tell("/session/elevate", &ElevateRequest { password }).await
    }

    /// Changes the password; ends all other sessions of the account.
    pub async fn change_password(&self, request: &ChangePassword) -> Result<(), Error> {
        self.tell("/session/password", request).await
    }

    /// Begins a second factor, which is in force once it is confirmed.
    pub async fn begin_factor(&self) -> Result<NewFactor, Error> {
        self.heed(Call::new("POST", "/session/factor").token(&self.token).read().await)
    }

    /// Puts the second factor in force; ends all other sessions of the account.
    pub async fn confirm_factor(&self, code: String) -> Result<(), Error> {
        let code = code.into();
        self.tell("/session/factor/confirm", &ConfirmFactor { code }).await
    }

    /// Removes the second factor.
    pub async fn remove_factor(&self) -> Result<(), Error> {
        self.delete("/session/factor").await
    }

    /// The person's sessions, this one among them, the last used first.
    pub async fn sessions(&self) -> Result<Vec<api::session::Session>, Error> {
        let page: Page<api::session::Session> = self.read("/sessions").await?;
        Ok(page.items)
    }

    /// Ends one of the person's sessions.
    pub async fn end_session(&self, id: &str) -> Result<(), Error> {
        self.delete(&format!("/sessions/{id}")).await
    }

    /// Ends this session.
    pub async fn logout(&self) -> Result<(), Error> {
        let done = Call::new("POST", "/logout").token(&self.token).done().await;
        if let Some(storage) = kept() {
            let _ = storage.remove_item(KEPT);
        }
        match done {
            Err(Error::Ended(_)) => Ok(()),
            other => other,
        }
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.heed(Call::new("GET", path).token(&self.token).read().await)
    }

    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.heed(Call::new("POST", path).token(&self.token).body(body)?.read().await)
    }

    pub(super) async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.heed(Call::new("PUT", path).token(&self.token).body(body)?.read().await)
    }

    pub(super) async fn patch<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Error> {
        self.heed(Call::new("PATCH", path).token(&self.token).body(body)?.read().await)
    }

    /// Sends a file as it is.
    pub(super) async fn upload(&self, path: &str, file: web_sys::File) -> Result<(), Error> {
        self.heed(Call::new("PUT", path).token(&self.token).file(file).done().await)
    }

    pub(super) async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), Error> {
        self.heed(Call::new("POST", path).token(&self.token).body(body)?.done().await)
    }

    pub(super) async fn delete_for<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        self.heed(Call::new("DELETE", path).token(&self.token).read().await)
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), Error> {
        self.heed(Call::new("DELETE", path).token(&self.token).done().await)
    }

    /// Notes the end of the session, whichever call finds out first.
    fn heed<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        // Logging out in another tab takes the cookie away.
        let result = match result {
            Err(error) if error.code() == Some("not_logged_in") => Err(Error::Ended(Ended::Over)),
            other => other,
        };
        if let Err(Error::Ended(why)) = &result {
            self.end(*why);
        }
        result
    }
}

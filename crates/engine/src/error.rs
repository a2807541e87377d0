//! Why the engine refuses. The edge turns each into a reply; what a person reads is made there, from these.

use crate::store;

/// What the engine answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the engine refuses.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no administrator yet: nothing but setup is answered.
    #[error("this Stardeck has no administrator yet")]
    SetupNeeded,
    /// There is an administrator: setup is gone.
    #[error("setup is over")]
    SetupOver,
    /// The setup token is not the one that was printed, or is too old.
    #[error("that is not the setup token, or it has expired")]
    WrongSetupToken,
    /// No session, or one that has ended.
    #[error("nobody is logged in")]
    NotLoggedIn,
    /// The cookie's session and the header's are not the same.
    #[error("the session has changed")]
    SessionChanged,
    /// A session without its header half: the mark of a request from another origin.
    #[error("the session's header is missing")]
    HeaderMissing,
    /// A ticket that is unknown, used, too old, or for another path or session.
    #[error("the ticket is not valid")]
    WrongTicket,
    /// The name or the password is wrong; which of them is not said.
    #[error("the name or the password is wrong")]
    WrongCredentials,
    /// The password was right, and the account has a second factor: its code is asked for.
    #[error("that needs a code of the second factor")]
    CodeNeeded {
        /// What the code is to be sent with.
        challenge: api::secret::Secret,
    },
    /// The code is wrong, or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode,
    /// The challenge is unknown, too old, or has had too many tries.
    #[error("the login has taken too long, or too many tries")]
    LoginOver,
    /// Too many wrong attempts.
    #[error("too many attempts; try again in {retry_after} seconds")]
    Throttled {
        /// Whole seconds until the next attempt is looked at.
        retry_after: u64,
    },
    /// The actor may not do that.
    #[error("that needs {need}")]
    Forbidden {
        /// Who may, as in "an administrator".
        need: &'static str,
    },
    /// The password must be given again first.
    #[error("that needs your password again")]
    PasswordNeeded,
    /// There is no such thing, or it is not the actor's to see.
    #[error("there is no {what} {id:?}")]
    NotFound {
        /// What kind of thing: one word of the design.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// Podman does not answer, or has not yet: nobody knows whether there is such a container.
    #[error("Podman has not told yet what there is")]
    Unseen,
    /// What was sent cannot be meant.
    #[error("{message}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it, as a sentence.
        message: String,
    },
    /// It cannot be done as things stand.
    #[error("{message}")]
    Conflict {
        /// A stable word.
        code: &'static str,
        /// Why not, as a sentence.
        message: String,
        /// What to do.
        hint: &'static str,
    },
    /// It cannot be removed: something uses it.
    #[error("{message}")]
    InUse {
        /// What kind of thing: one word of the design.
        what: &'static str,
        /// Who uses it, as a sentence.
        message: String,
        /// The containers that use it, as far as the actor may see them.
        used_by: Vec<api::thing::UsedBy>,
        /// The stacks that count on it.
        stacks: Vec<api::name::StackName>,
    },
    /// The files of a stack are not those that were read.
    #[error("the files of the stack have changed")]
    StackChanged {
        /// What is on the disk.
        disk: Box<api::stack::StackFiles>,
        /// What was sent, under the version that was read.
        sent: Box<api::stack::StackFiles>,
    },
    /// The files of a stack cannot be deployed.
    #[error("the compose file cannot be deployed")]
    Unfit {
        /// What there is to say about them.
        diagnostics: Vec<api::compose::Diagnostic>,
    },
    /// A stack asks for what is never given.
    #[error("the stack asks for what is not given: {}", messages(.risks))]
    Refused {
        /// What it asks for.
        risks: Vec<api::stack::Risk>,
    },
    /// A stack asks for what only an administrator can give.
    #[error("the stack asks for what an administrator has to agree to: {}", messages(.risks))]
    ConsentNeeded {
        /// What it asks for, without what was agreed to.
        risks: Vec<api::stack::Risk>,
    },
    /// Podman refused, or did not answer.
    #[error("Podman did not do it")]
    Podman(#[source] podman::Error),
    /// The database did not take it.
    #[error("the database did not take it")]
    Store(#[source] store::Error),
    /// Something that is sealed did not open, or could not be sealed.
    #[error("the vault did not do it")]
    Vault(#[source] vault::Error),
    /// A file of the data directory.
    #[error("{what} could not be read or written")]
    File {
        /// What the file is.
        what: &'static str,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
    /// A stored password hash cannot be read.
    #[error("a stored password hash cannot be read")]
    Hash,
    /// The server is going down.
    #[error("the server is stopping")]
    Stopping,
}

fn messages(risks: &[api::stack::Risk]) -> String {
    let messages: Vec<&str> = risks.iter().map(|risk| risk.message.as_str()).collect();
    messages.join(" ")
}

impl Error {
    pub(crate) fn not_found(what: &'static str, id: &str) -> Self {
        Self::NotFound {
            what,
            id: id.chars().take(128).collect(),
        }
    }

    pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            message: message.into(),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<vault::Error> for Error {
    fn from(error: vault::Error) -> Self {
        Self::Vault(error)
    }
}

impl From<podman::Error> for Error {
    fn from(error: podman::Error) -> Self {
        Self::Podman(error)
    }
}

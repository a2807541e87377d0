//! Who asks, and with which rights. Every method of the engine takes an actor and asks it first.

use std::net::IpAddr;

use api::token::Scope;
use api::user::{Role, User};

use crate::error::{Error, Result};

/// Who asks. Only the engine makes one, from a session, a ticket or a token.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) user: User,
    pub(crate) via: Via,
    pub(crate) peer: IpAddr,
    pub(crate) elevated: bool,
}

/// By which way an actor came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// A browser's session, by its id.
    Session(String),
    /// A program's token, by its id.
    Token(String, Scope),
}

/// What an actor may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// See what Stardeck manages, and the machine's state.
    See,
    /// Start, stop and change what Stardeck manages.
    Operate,
    /// See and, by explicit word, operate containers that Stardeck did not make; see the audit.
    Administer,
    /// Change accounts.
    Accounts,
    /// One's own sessions, tokens and password.
    OwnAccount,
}

impl Actor {
    /// The account.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    pub(crate) fn may(&self, right: Right) -> bool {
        let role = match right {
            Right::See | Right::OwnAccount => true,
            Right::Operate => self.user.role >= Role::Member,
            Right::Administer | Right::Accounts => self.user.role == Role::Administrator,
        };
        let scope = match (&self.via, right) {
            (Via::Session(_), _) => true,
            (Via::Token(..), Right::Accounts | Right::OwnAccount) => false,
            (Via::Token(_, scope), Right::See) => *scope >= Scope::Read,
            (Via::Token(_, scope), Right::Operate) => *scope >= Scope::Operate,
            (Via::Token(_, scope), Right::Administer) => *scope >= Scope::Administer,
        };
        role && scope
    }

    pub(crate) fn require(&self, right: Right) -> Result<()> {
        if self.may(right) {
            return Ok(());
        }
        Err(Error::Forbidden {
            need: match right {
                Right::See => "a token that may read",
                Right::Operate => "a member, and a token that may operate",
                Right::Administer => "an administrator",
                Right::Accounts => "an administrator who is logged in",
                Right::OwnAccount => "a person who is logged in, not a token",
            },
        })
    }

    /// Requires `right`, and that the password was given within the last ten minutes.
    pub(crate) fn require_elevated(&self, right: Right) -> Result<()> {
        self.require(right)?;
        if self.elevated {
            Ok(())
        } else {
            Err(Error::PasswordNeeded)
        }
    }

    pub(crate) fn session(&self) -> Option<&str> {
        match &self.via {
            Via::Session(id) => Some(id),
            Via::Token(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use api::name::UserName;
    use api::time::Timestamp;

    use super::*;

    fn actor(role: Role, via: Via) -> Actor {
        let name = UserName::parse("ada").unwrap();
        let user = User {
            id: "u".into(),
            name,
            role,
            disabled: false,
            created: Timestamp(0),
        };
        Actor {
            user,
            via,
            peer: IpAddr::from([127, 0, 0, 1]),
            elevated: false,
        }
    }

    #[test]
    fn rights_follow_from_role_and_way() {
        let rights = [
            Right::See,
            Right::Operate,
            Right::Administer,
            Right::Accounts,
            Right::OwnAccount,
        ];
        let table = |role, via: Via| {
            let actor = actor(role, via);
            rights
                .map(|right| if actor.may(right) { '+' } else { '-' })
                .iter()
                .collect::<String>()
        };
        let session = || Via::Session("s".into());
        let token = |scope| Via::Token("t".into(), scope);
        assert_eq!(table(Role::Viewer, session()), "+---+");
        assert_eq!(table(Role::Member, session()), "++--+");
        assert_eq!(table(Role::Administrator, session()), "+++++");
        assert_eq!(table(Role::Administrator, token(Scope::Read)), "+----");
        assert_eq!(table(Role::Administrator, token(Scope::Operate)), "++---");
        assert_eq!(table(Role::Administrator, token(Scope::Administer)), "+++--");
        assert_eq!(table(Role::Viewer, token(Scope::Administer)), "+----");
    }

    #[test]
    fn accounts_need_a_fresh_password() {
        let mut actor = actor(Role::Administrator, Via::Session("s".into()));
        assert!(matches!(
            actor.require_elevated(Right::Accounts),
            Err(Error::PasswordNeeded)
        ));
        actor.elevated = true;
        assert!(actor.require_elevated(Right::Accounts).is_ok());
    }
}

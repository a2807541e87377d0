//! One-time tickets: the way to open a WebSocket, where a browser cannot send headers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::session::{Ticket, TicketRequest};

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::{Engine, secret};

/// How long a ticket is good.
const LIFE: Duration = Duration::from_secs(30);
/// How many unused tickets there are at most, for all and for one session.
const ALL: usize = 4096;
const PER_SESSION: usize = 64;

/// The tickets that were given and not used.
#[derive(Default)]
pub(crate) struct Tickets {
    given: Mutex<HashMap<Hash, Given>>,
}

struct Given {
    session: String,
    route: String,
    until: Instant,
}

impl Tickets {
    pub(crate) fn give(&self, ticket: Hash, session: &str, route: &str, now: Instant) -> Result<()> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, given| given.until > now);
        let own = given.values().filter(|given| given.session == session).count();
        if given.len() >= ALL || own >= PER_SESSION {
            return Err(Error::Throttled {
                retry_after: LIFE.as_secs(),
            });
        }
        given.insert(
            ticket,
            Given {
                session: session.to_owned(),
                route: route.to_owned(),
                until: now + LIFE,
            },
        );
        Ok(())
    }

    /// Takes the ticket, right or wrong, and answers its session if it is for `route` and still good.
    pub(crate) fn take(&self, ticket: &Hash, route: &str, now: Instant) -> Option<String> {
        let given = self
            .given
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(ticket)?;
        (given.route == route && given.until > now).then_some(given.session)
    }
}

impl Engine {
    /// Gives the actor's session a ticket for one path.
    pub fn ticket(&self, actor: &Actor, request: &TicketRequest) -> Result<Ticket> {
        let session = actor
            .session()
            .ok_or_else(|| Error::invalid("authorization", "A token needs no ticket: send it as it is."))?;
        let ticket = secret::generate()?;
        self.tickets.give(
            Hash::of(ticket.expose_secret()),
            session,
            &request.route,
            Instant::now(),
        )?;
        Ok(Ticket { ticket })
    }

    /// Uses a ticket: who asks, if it is for `route` and for the session of one of `cookies`.
    pub async fn redeem(&self, ticket: &str, route: &str, cookies: Vec<String>, peer: IpAddr) -> Result<Actor> {
        let session = self
            .tickets
            .take(&Hash::of(ticket), route, Instant::now())
            .ok_or(Error::WrongTicket)?;
        self.session_of_cookie(cookies, session, peer).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_for_its_route_and_for_thirty_seconds() {
        let tickets = Tickets::default();
        let (ticket, now) = (Hash::of("t"), Instant::now());
        let give = || tickets.give(ticket, "s", "/api/events", now).unwrap();
        give();
        assert_eq!(tickets.take(&ticket, "/api/events", now).as_deref(), Some("s"));
        assert_eq!(tickets.take(&ticket, "/api/events", now), None, "a second time");
        give();
        assert_eq!(tickets.take(&ticket, "/api/other", now), None, "for another path");
        assert_eq!(
            tickets.take(&ticket, "/api/events", now),
            None,
            "and a wrong use spends it"
        );
        give();
        assert_eq!(tickets.take(&ticket, "/api/events", now + LIFE), None, "after its life");
    }

    #[test]
    fn a_session_cannot_fill_the_memory() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let given = (0..1000)
            .filter(|n| tickets.give(Hash::of(&n.to_string()), "s", "/", now).is_ok())
            .count();
        assert_eq!(given, PER_SESSION);
        assert!(tickets.give(Hash::of("other"), "another", "/", now).is_ok());
    }
}

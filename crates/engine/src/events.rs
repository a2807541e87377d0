//! The event stream of one listener: what it missed, then what happens, until its right to listen ends.

use std::collections::VecDeque;

use api::event::{EventsQuery, Frame};
use api::user::Role;
use tokio::sync::broadcast;

use crate::Engine;
use crate::actor::{Actor, Right};
use crate::containers::truth::{Audience, Told};
use crate::error::Result;
use crate::users::Lease;

/// A listener's stream.
pub struct EventStream {
    waiting: VecDeque<Frame>,
    told: broadcast::Receiver<Told>,
    engine: Engine,
    lease: Lease,
    ears: Ears,
    over: bool,
}

/// What a listener may hear of.
struct Ears {
    /// What Stardeck did not make.
    foreign: bool,
    /// What is for this role.
    role: Role,
    /// What concerns this person alone.
    person: Option<String>,
}

impl Engine {
    /// Opens the event stream for `actor`, from where it left off.
    pub async fn events(&self, actor: &Actor, query: &EventsQuery) -> Result<EventStream> {
        actor.require(Right::See)?;
        let lease = self.lease(actor).await?;
        let ears = Ears {
            foreign: actor.may(Right::Administer),
            role: actor.user.role,
            person: actor.may(Right::OwnAccount).then(|| actor.user.id.clone()),
        };
        let start = self.truth.listen(query.stream.as_deref(), query.after);
        let hello = Frame::Hello {
            stream: self.truth.stream.clone(),
            sequence: start.sequence,
            version: crate::VERSION.into(),
            podman: start.podman,
        };
        let mut waiting = VecDeque::from([hello]);
        match start.missed {
            Some(missed) => {
                let heard = missed.into_iter().filter(|told| ears.hear(told));
                waiting.extend(heard.map(|told| Frame::Event(told.event)));
            }
            None => waiting.push_back(Frame::Relist {
                sequence: start.sequence,
            }),
        }
        Ok(EventStream {
            waiting,
            told: start.told,
            engine: self.clone(),
            lease,
            ears,
            over: false,
        })
    }
}

impl Ears {
    fn hear(&self, told: &Told) -> bool {
        match &told.audience {
            Audience::All => true,
            Audience::Administrators => self.foreign,
            Audience::From(role) => self.role >= *role,
            Audience::Person(user) => self.person.as_ref() == Some(user),
        }
    }
}

impl EventStream {
    /// The next message; `None` after the last.
    pub async fn next(&mut self) -> Option<Frame> {
        if self.over {
            return None;
        }
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            tokio::select! {
                () = self.lease.ended() => {
                    self.over = true;
                    return Some(Frame::SessionEnded);
                }
                () = self.engine.stopping.cancelled() => {
                    self.over = true;
                    return None;
                }
                told = self.told.recv() => match told {
                    Ok(told) if !self.ears.hear(&told) => {}
                    Ok(told) => return Some(Frame::Event(told.event)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {
                        // What was missed is in the list; what is still queued comes again, which does no harm.
                        return Some(Frame::Relist { sequence: self.engine.truth.list(false).1 });
                    }
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }
}

//! The ground itself: what it gives, and that it leaves nothing behind.

mod deck;
mod leftovers;
mod session;
mod socket;

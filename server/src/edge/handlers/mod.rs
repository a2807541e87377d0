//! One file a thing; a handler is a few lines: who asks, what, one call of the engine, the reply.

pub(super) mod apps;
pub(super) mod audit;
pub(super) mod containers;
pub(super) mod desk;
pub(super) mod events;
pub(super) mod factor;
pub(super) mod files;
pub(super) mod health;
pub(super) mod images;
pub(super) mod jobs;
pub(super) mod logs;
pub(super) mod networks;
pub(super) mod registries;
pub(super) mod session;
pub(super) mod settings;
pub(super) mod setup;
pub(super) mod stacks;
pub(super) mod stats;
pub(super) mod system;
pub(super) mod tokens;
pub(super) mod trust;
pub(super) mod users;
pub(super) mod volumes;

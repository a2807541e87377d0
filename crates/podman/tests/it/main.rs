//! Podman's client against real Podman.

mod life;

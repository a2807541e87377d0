//! For tests: a temporary deck on real Podman.

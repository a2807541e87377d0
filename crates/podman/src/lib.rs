//! Podman's REST API over its unix socket, as typed calls and streams.

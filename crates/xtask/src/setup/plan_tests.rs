//! The planner on recorded facts: `recorded/*.toml` are what `cargo xtask setup --facts` said on such machines.

use super::{Facts, Plan, Purpose};
use expect_test::{Expect, expect};

fn facts(record: &str) -> Facts {
    toml::from_str(record).expect("a record of facts")
}

fn check(facts: &Facts, purpose: Purpose, expected: &Expect) {
    let text = match Plan::of(facts, purpose) {
        Ok(plan) => plan.commands(facts),
        Err(refusal) => format!("refused: {refusal}\n"),
    };
    expected.assert_eq(&text);
}

const DEBIAN_12: &str = include_str!("recorded/debian-12-bare.toml");
const DEBIAN_13: &str = include_str!("recorded/debian-13.toml");
const UBUNTU: &str = include_str!("recorded/ubuntu-24.04.toml");
const FEDORA: &str = include_str!("recorded/fedora.toml");
const COMPLETE: &str = include_str!("recorded/debian-12-complete.toml");

#[test]
fn a_bare_debian_12_without_systemd() {
    check(
        &facts(DEBIAN_12),
        Purpose::Test,
        &expect![[r##"
            # install podman runc crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables nodejs npm busybox-static docker-registry pebble chromium faketime strace slowhttptest user-mode-linux mmdebstrap e2fsprogs systemd python3-yaml rustc-web rust-web-src lld: Podman with its rootless helpers, and what builds and tests need
            apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends podman runc crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables nodejs npm busybox-static docker-registry pebble chromium faketime strace slowhttptest user-mode-linux mmdebstrap e2fsprogs systemd python3-yaml rustc-web rust-web-src lld
            # create the user stardeck: Podman and Stardeck run as an ordinary user, not as root
            useradd --create-home --shell /bin/bash stardeck
            # make the runtime folder of stardeck: Podman keeps its socket there, and no systemd made it
            install -d -m 755 /run/user && install -d -m 700 -o stardeck -g "$(id -g stardeck)" "/run/user/$(id -u stardeck)"
            # open /dev/net/tun for users: rootless networks are made with it
            chmod 666 /dev/net/tun
            # open /dev/fuse for users: rootless storage may be mounted with it
            chmod 666 /dev/fuse
        "##]],
    );
}

#[test]
fn the_second_look_at_that_machine_sees_what_the_new_user_lacks() {
    let mut facts = facts(COMPLETE);
    facts.user.storage_conf = false;
    facts.user.containers_conf = false;
    facts.user.podman_answers = false;
    check(
        &facts,
        Purpose::Run,
        &expect![[r##"
        # choose the overlay storage driver: Podman 4 picks the slow one by itself
        runuser -u stardeck -- env XDG_RUNTIME_DIR="/run/user/$(id -u stardeck)" sh -c 'mkdir -p ~/.config/containers && printf '\''%s\n'\'' '\''[storage]
        driver = "overlay"'\'' >~/.config/containers/storage.conf'
        # tell Podman to do without systemd: this machine does not run it
        runuser -u stardeck -- env XDG_RUNTIME_DIR="/run/user/$(id -u stardeck)" sh -c 'mkdir -p ~/.config/containers && printf '\''%s\n'\'' '\''[engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "runc"
        env = ["PODMAN_IGNORE_CGROUPSV1_WARNING=1"]
        [containers]
        log_driver = "k8s-file"
        pids_limit = 0'\'' >~/.config/containers/containers.conf'
        # start Podman's API service: Stardeck talks to Podman there
        runuser -u stardeck -- env XDG_RUNTIME_DIR="/run/user/$(id -u stardeck)" sh -c 'mkdir -p "$XDG_RUNTIME_DIR/podman"; setsid --fork sh -c '\''echo $$ >"$XDG_RUNTIME_DIR/podman/service.pid"; exec podman system service --time=0 "unix://$XDG_RUNTIME_DIR/podman/podman.sock"'\'' </dev/null >"$XDG_RUNTIME_DIR/podman/service.log" 2>&1'
    "##]],
    );
}

#[test]
fn a_debian_13_at_a_desk() {
    check(
        &facts(DEBIAN_13),
        Purpose::Run,
        &expect![[r##"
        # install podman crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables passt nodejs npm: Podman with its rootless helpers, and what builds and tests need
        sudo sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends podman crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables passt nodejs npm'
        # choose the overlay storage driver: Podman 4 picks the slow one by itself
        mkdir -p ~/.config/containers && printf '%s\n' '[storage]
        driver = "overlay"' >~/.config/containers/storage.conf
        # enable Podman's socket: Stardeck talks to Podman there
        systemctl --user enable --now podman.socket
    "##]],
    );
}

#[test]
fn an_ubuntu_with_rustup() {
    check(
        &facts(UBUNTU),
        Purpose::Run,
        &expect![[r##"
        # add the WebAssembly target to the toolchain: the desktop is compiled to it
        rustup target add wasm32-unknown-unknown
        # install podman crun slirp4netns fuse-overlayfs netavark aardvark-dns catatonit passt: Podman with its rootless helpers, and what builds and tests need
        sudo sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends podman crun slirp4netns fuse-overlayfs netavark aardvark-dns catatonit passt'
        # choose the overlay storage driver: Podman 4 picks the slow one by itself
        mkdir -p ~/.config/containers && printf '%s\n' '[storage]
        driver = "overlay"' >~/.config/containers/storage.conf
        # enable Podman's socket: Stardeck talks to Podman there
        systemctl --user enable --now podman.socket
    "##]],
    );
}

#[test]
fn a_fedora() {
    check(
        &facts(FEDORA),
        Purpose::Test,
        &expect![[r##"
            # install slirp4netns fuse-overlayfs iptables-nft gcc glibc-devel nodejs nodejs-npm busybox chromium libfaketime strace slowhttptest e2fsprogs systemd rust rust-std-static-wasm32-unknown-unknown lld: Podman with its rootless helpers, and what builds and tests need
            sudo sh -c 'dnf install -y --setopt=install_weak_deps=False slirp4netns fuse-overlayfs iptables-nft gcc glibc-devel nodejs nodejs-npm busybox chromium libfaketime strace slowhttptest e2fsprogs systemd rust rust-std-static-wasm32-unknown-unknown lld'
            # choose the overlay storage driver: Podman 4 picks the slow one by itself
            mkdir -p ~/.config/containers && printf '%s\n' '[storage]
            driver = "overlay"' >~/.config/containers/storage.conf
            # enable Podman's socket: Stardeck talks to Podman there
            systemctl --user enable --now podman.socket
        "##]],
    );
}

#[test]
fn where_everything_is_there_nothing_is_done() {
    check(&facts(COMPLETE), Purpose::Test, &expect![[""]]);
}

#[test]
fn refusals_say_what_to_do() {
    let mut old = facts(COMPLETE);
    old.podman = Some("3.4.4".to_owned());
    check(
        &old,
        Purpose::Run,
        &expect![[r#"
        refused: Podman 3.4.4 is too old, 4.3 is needed: Debian 12, Ubuntu 24.04 and every later release have it
    "#]],
    );
    let mut powerless = facts(DEBIAN_13);
    powerless.sudo = false;
    check(
        &powerless,
        Purpose::Run,
        &expect![[r#"
            refused: root has to prepare this machine, and there is no sudo. Let an administrator run:
            # install podman crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables passt nodejs npm: Podman with its rootless helpers, and what builds and tests need
            sudo sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends podman crun uidmap slirp4netns fuse-overlayfs netavark aardvark-dns catatonit iptables passt nodejs npm'
        "#]],
    );
    let mut foreign = facts(UBUNTU);
    foreign.system.id = "arch".to_owned();
    foreign.system.like = String::new();
    check(
        &foreign,
        Purpose::Run,
        &expect![[r#"
        refused: the packages of `arch` are unknown here. Install what brings these, then try again: podman, crun, slirp4netns, fuse-overlayfs, netavark, aardvark-dns, catatonit, pasta
    "#]],
    );
    let mut no_compiler = facts(UBUNTU);
    no_compiler.rustup = false;
    check(
        &no_compiler,
        Purpose::Run,
        &expect![[r#"
        refused: nothing here compiles for the browser: install rustup (https://rustup.rs), run `rustup target add wasm32-unknown-unknown`, then try again
    "#]],
    );
}

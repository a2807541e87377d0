#!/bin/sh
# Installs a Stardeck release for the user who runs it: the binary, the unit and the configuration; no root needed.
#   install.sh [BINARY]     BINARY: the release's `stardeck` (default: beside this script, or dist/stardeck)
#   install.sh --remove     takes the binary and the unit away; data and configuration stay
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=$HOME/.local/bin
config=${XDG_CONFIG_HOME:-$HOME/.config}/stardeck
say() { printf 'install: %s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }
# The user's systemd, where there is one that answers.
managed() { command -v systemctl >/dev/null && systemctl --user show-environment >/dev/null 2>&1; }

[ "$(id -u)" != 0 ] || fail "run this as the ordinary user that Podman and Stardeck shall run as, not as root"

if [ "${1:-}" = --remove ]; then
    if managed && [ -x "$bin/stardeck" ]; then "$bin/stardeck" service uninstall; fi
    rm -f "$bin/stardeck"
    say "removed; your data and configuration are still there"
    exit 0
fi

binary=${1:-}
for candidate in "$here/stardeck" "$here/../dist/stardeck"; do
    [ -n "$binary" ] || { [ ! -x "$candidate" ] || binary=$candidate; }
done
[ -n "$binary" ] && [ -x "$binary" ] || fail "no binary: name it, or build it with \`cargo xtask dist\`"
"$binary" --version >/dev/null || fail "$binary does not run on this machine"
command -v podman >/dev/null || fail "Podman is missing: install it (apt-get install podman, dnf install podman), then run this again"

install -D -m 755 "$binary" "$bin/stardeck.new"
mv "$bin/stardeck.new" "$bin/stardeck"
say "$bin/stardeck: $("$bin/stardeck" --version)"
[ -e "$config/stardeck.toml" ] || install -D -m 600 "$here/stardeck.toml" "$config/stardeck.toml"

if managed; then
    "$bin/stardeck" service install
else
    say "no systemd for this user: start it with $bin/stardeck serve"
fi

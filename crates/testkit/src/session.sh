# A login session on a machine whose own systemd, or cgroup tree, is of no use: a private mount and cgroup namespace with
# a unified cgroup tree of its own, and the user's systemd and bus in it. Becomes that systemd.
#   session.sh DIR CGROUP UID GID ROOT
# DIR: the machine's directory. CGROUP: a cgroup to be made and delegated. ROOT: another root file system, or empty.
set -e
export DIR="$1" CGROUP="$2" USER_ID="$3" GROUP_ID="$4" ROOT="$5"
mkdir "$CGROUP"
echo $$ > "$CGROUP/cgroup.procs"
exec unshare --mount --cgroup --propagation slave sh -ec '
  if [ -n "$ROOT" ]; then
    mount --rbind "$ROOT" "$ROOT"
    mount --make-rprivate "$ROOT"
    for dir in proc sys dev run tmp; do mount --rbind "/$dir" "$ROOT/$dir"; done
    cd "$ROOT"
    mkdir -p .old
    pivot_root . .old
    cd /
    umount -l /.old
  fi
  mount --make-rshared /
  umount -l /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  # systemd and Podman look here for a machine that systemd booted.
  mkdir -p /run/systemd
  mount -t tmpfs -o mode=755 tmpfs /run/systemd
  mkdir /run/systemd/system
  # The place that a systemd machine gives to a user.
  own="/sys/fs/cgroup/user.slice/user-$USER_ID.slice/user@$USER_ID.service"
  mkdir -p "$own"
  chown "$USER_ID:$GROUP_ID" "$own" "$own/cgroup.procs" "$own/cgroup.threads" "$own/cgroup.subtree_control"
  echo $$ > "$own/cgroup.procs"
  for systemd in /usr/lib/systemd/systemd /lib/systemd/systemd; do [ ! -x "$systemd" ] || break; done
  exec "$DIR/plain-as-user" "$systemd" --user --log-target=console
'

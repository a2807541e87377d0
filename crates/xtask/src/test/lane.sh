# Runs programs as an ordinary user, in the root file system of another Debian release, under a systemd of the user's own.
# Run by `unshare --mount --cgroup --propagation slave sh -e`: nothing outside this mount namespace changes but the
# user's branch of the control groups, which is removed at the end.
# Environment: ROOT (that file system), TREE (the checkout), ACCOUNT, ID, HOUSE (the account and its home), PROGRAMS.

runtime=/run/user/$ID
groups=/sys/fs/cgroup/unified
[ -d "$groups" ] || groups=/sys/fs/cgroup
slice=$groups/user.slice/user-$ID.slice
# The path that a login would have; Podman 5 builds the names of pods' groups from it.
delegated=$slice/user@$ID.service
mkdir -p "$delegated"
chown "$ACCOUNT:" "$delegated" "$delegated/cgroup.procs" "$delegated/cgroup.threads" "$delegated/cgroup.subtree_control"
mkdir -p "$runtime"
chown "$ACCOUNT:" "$runtime"
chmod 700 "$runtime"
rm -rf "$runtime/systemd" "$runtime/bus"
echo $$ >"$delegated/cgroup.procs"

# The account, the network's names and the checkout, in there.
for file in passwd group subuid subgid; do
    grep -q "^$ACCOUNT:" "$ROOT/etc/$file" 2>/dev/null || grep "^$ACCOUNT:" "/etc/$file" >>"$ROOT/etc/$file"
done
cp -L /etc/resolv.conf "$ROOT/etc/resolv.conf"
mount --rbind "$ROOT" "$ROOT"
mount --make-rprivate "$ROOT"
for folder in proc sys dev run tmp var/tmp home; do
    mkdir -p "$ROOT/$folder"
    mount --rbind "/$folder" "$ROOT/$folder"
done
mkdir -p "$ROOT/.old" "$ROOT$TREE"
mount --rbind "$TREE" "$ROOT$TREE"
cd "$ROOT"
pivot_root . .old
cd /
umount -l /.old

# What a machine with systemd looks like to Podman.
mount --make-rshared /
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/systemd
mount -t tmpfs -o mode=755 tmpfs /run/systemd
mkdir -p /run/systemd/system

as_user() {
    setpriv --reuid "$ACCOUNT" --regid "$ACCOUNT" --init-groups --reset-env -- env HOME="$HOUSE" USER="$ACCOUNT" \
        LOGNAME="$ACCOUNT" LANG=C.UTF-8 XDG_RUNTIME_DIR="$runtime" DBUS_SESSION_BUS_ADDRESS="unix:path=$runtime/bus" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c 'cd; exec "$@"' sh "$@"
}
as_user /usr/lib/systemd/systemd --user --log-target=console >"$runtime/systemd.log" 2>&1 &
manager=$!
tries=0
until [ -S "$runtime/systemd/private" ] && [ -S "$runtime/bus" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || { cat "$runtime/systemd.log"; exit 1; }
    sleep 0.1
done
as_user podman info --format 'lane: Podman {{.Version.Version}}, control groups {{.Host.CgroupsVersion}} by {{.Host.CgroupManager}}, {{.Host.OCIRuntime.Name}}, {{.Store.GraphDriverName}}'

status=0
for program in $PROGRAMS; do
    echo "lane: $program"
    as_user "$program" || status=1
done

# RTMIN+24 tells a user's systemd to exit at once.
kill -s RTMIN+24 "$manager" 2>/dev/null || true
wait "$manager" || true
echo $$ >/sys/fs/cgroup/cgroup.procs 2>/dev/null || true
for kill in $(find "/sys/fs/cgroup/user.slice/user-$ID.slice" -depth -name cgroup.kill 2>/dev/null); do
    echo 1 >"$kill" 2>/dev/null || true
done
exit $status

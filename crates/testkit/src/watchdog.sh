# Waits until the test lets go of our standard input, then takes the machine down. What it finds that a test should not
# have left is printed. Its arguments do not name the machine's directory, lest it finds itself.
cd "$1" || exit 1
unset PWD OLDPWD
read -r dir
cat > /dev/null

# Frozen groups cannot end.
for file in *.pid; do
  [ -s "$file" ] && kill -s CONT -- "-$(cat "$file")" 2> /dev/null
done
timeout 60 ./podman rm --all --force --time 0 > podman-rm.log 2>&1 || { echo "containers that cannot be removed:"; cat podman-rm.log; }
for file in *.pid; do
  [ -s "$file" ] && [ "$file" != session.pid ] && kill -s KILL -- "-$(cat "$file")" 2> /dev/null
done
# As an ordinary user: some files belong to users of the user's own namespace. Commands start in home.
[ "$(id -u)" = 0 ] || ./podman unshare rm -rf .local 2> /dev/null

# A session's own processes, and the one that keeps the user's namespace alive.
if [ -s session.pid ]; then
  session=$(cat session.pid)
  kill -s TERM "$session" 2> /dev/null
  i=0
  while grep -qs . "/proc/$session/cmdline" && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
  kill -s KILL -- "-$session" 2> /dev/null
fi
[ ! -s run/libpod/tmp/pause.pid ] || kill -s KILL -- "$(cat run/libpod/tmp/pause.pid)" 2> /dev/null
printf '%s\n' "$dir" > pattern
mine() { grep -lasFf pattern /proc/[0-9]*/cmdline /proc/[0-9]*/environ | cut -d/ -f3 | sort -un; }
# Podman keeps the monitor of each ended exec session for five minutes, for its exit code.
for pid in $(mine); do
  tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q -e '--exec-process-spec.*--exit-delay' && kill -s KILL "$pid" 2> /dev/null
done
i=0
while [ -n "$(mine)" ] && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
for pid in $(mine); do
  echo "process $pid: $(tr '\0' ' ' < "/proc/$pid/cmdline")"
  kill -s KILL "$pid" 2> /dev/null
done
[ ! -x ./remove-cgroup ] || ./remove-cgroup
# A storage of a size of its own.
grep -qsF "stardeck-test $dir/" /proc/self/mounts && umount -l home/.local/share/containers
grep -sFf pattern /proc/self/mounts | sed 's/^/mount: /'
cd /
rm -rf "$dir" 2> /dev/null || { sleep 0.5; rm -rf "$dir" 2> /dev/null; } || true
[ ! -e "$dir" ] || { echo "files in $dir:"; find "$dir" | head -20; }

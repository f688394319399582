# Stops a cluster, and removes its folder unless that is kept, when the process that started it is gone.
#
# $1 is the folder, and $2 is `remove` or `keep`. Standard input is a pipe whose only writer is that process: end of input means
# that the process has ended, however it ended. Until then each line says what runs in the folder,
# as "SIGNAL TARGET"; an empty line says that nothing does. This shell is in a process group of its
# own, so signals to the other group (Ctrl-C at a terminal, a CI's `kill -- -group`) do not reach
# it.

trap '' HUP INT QUIT TERM
case $2:$1 in keep:* | remove:*/dispatcher-postgres-* | remove:*/dispatcher-nats-* | remove:*/dispatcher-browser-*) ;; *) exit 2 ;; esac
lock=$1/data/postmaster.pid

signal='' target=''
while read -r line_signal line_target; do
  signal=$line_signal target=$line_target
done

pause() { sleep 0.02 2>/dev/null || sleep 1; }

if [ -n "$target" ]; then
  # In this form and without `--`, for BusyBox.
  kill "-$signal" "$target" 2>/dev/null
  # All ten seconds pass only if nothing reaps ended processes, as in a container without an init.
  tries=0
  while kill -0 "$target" 2>/dev/null && [ "$tries" -lt 500 ]; do
    pause
    tries=$((tries + 1))
  done
  kill -KILL "$target" 2>/dev/null
fi

# A killed server leaves its System V segment behind, and a machine has room for 4096.
if [ -e "$lock" ]; then
  segment=$(sed -n 's/^ *[0-9]\{1,\} *\([0-9]\{1,\}\)$/\1/p' "$lock" | tail -n 1)
  [ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
fi

[ "$2" = remove ] || exit 0

# Backends that outlive a killed server for a moment may still be writing.
tries=0
while [ -e "$1" ] && [ "$tries" -lt 500 ]; do
  rm -rf -- "$1" 2>/dev/null || pause
  tries=$((tries + 1))
done

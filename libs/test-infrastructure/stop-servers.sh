#!/bin/sh
# Ends every server that runs in the folder named first, then removes the folder.
# It waits for the end of its input first: the pipe closes however the process that holds it ends, also by `kill -9`.
trap '' INT TERM HUP
dir=$1
cat >/dev/null

ours() { # a number that the system gave to somebody else since is left alone
  [ -r "/proc/$1/cmdline" ] || { kill -0 "$1" 2>/dev/null && [ ! -d /proc/self ]; return; }
  grep -qF "$dir" "/proc/$1/cmdline"
}

pids=
for file in $(find "$dir" -name '*.pid' 2>/dev/null); do
  pid=$(head -n 1 "$file")
  case $file in */postmaster.pid) signal=QUIT ;; *) signal=KILL ;; esac
  ours "$pid" && kill -s "$signal" "$pid" 2>/dev/null && pids="$pids $pid"
done

rounds=0
for pid in $pids; do
  while ours "$pid" && [ "$rounds" -lt 50 ]; do
    sleep 0.1
    rounds=$((rounds + 1))
  done
  ours "$pid" && kill -s KILL "$pid" 2>/dev/null
done

if [ -r /proc/mounts ]; then # small disks
  while read -r _ at _; do
    case $at in "$dir"/*) umount -l "$at" ;; esac
  done </proc/mounts
fi
rm -rf "$dir"

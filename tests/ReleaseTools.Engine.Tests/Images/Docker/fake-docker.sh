#!/bin/sh
# Plays a docker CLI. What it is stands in the file "settings" beside the link it is called by.
PATH=/usr/bin:/bin
. "$(dirname "$0")/settings"
case "$1 $2" in
  "--version "*) echo "$VERSION" ;;
  "buildx version") [ -n "$BUILDX" ] && echo "github.com/docker/buildx $BUILDX 0123abc" || exit 1 ;;
  "buildx inspect") printf 'Name:   some\nDriver: %s\n' "$DRIVER" ;;
  "build "* | "buildx build")
    printf '%s\n' "$@" > "$(dirname "$0")/arguments"
    while [ -n "$IMAGE" ] && [ $# -gt 0 ]; do
      [ "$1" = --iidfile ] && { echo "$IMAGE" > "$2"; exit 0; }
      shift
    done
    sleep 1000 & echo "$$ $!" > "$(dirname "$0")/running"; wait ;;
  *) exit 125 ;;
esac

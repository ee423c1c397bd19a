#!/bin/sh
# Plays a docker CLI. What it is stands in the file "settings" beside the link it is called by.
PATH=/usr/bin:/bin
. "$(dirname "$0")/settings"
case "$1 $2" in
  "--version "*) echo "$VERSION" ;;
  "buildx version") [ -n "$BUILDX" ] && echo "github.com/docker/buildx $BUILDX 0123abc" || exit 1 ;;
  "build "* | "buildx build") sleep 1000 & echo "$$ $!" > "$(dirname "$0")/running"; wait ;;
  *) exit 125 ;;
esac

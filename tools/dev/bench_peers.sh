#!/usr/bin/env bash
# bench_peers.py in a private environment with the peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

peers=(ai-edge-litert==2.3.0 numpy==2.4.6)
env=.venv-peers stamp=.venv-peers/installed
if [[ $(cat "$stamp" 2>/dev/null) != "${peers[*]}" ]]; then
  say "installing ${peers[*]} into $env"
  python3 -m venv "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check "${peers[@]}" 2>"$(log peers)" ||
    fail_with "$(log peers)" "pip could not install the peers"
  echo "${peers[*]}" >"$stamp"
fi
exec "$env/bin/python" tools/dev/bench_peers.py "$@"

#!/usr/bin/env bash
# bench_peers.py in a private environment with the peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

private_env .venv-peers ai-edge-litert==2.3.0 openvino==2026.4.1 onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6
[[ -e build/bench/networks/resnet_50.onnx ]] || .venv-peers/bin/python tools/dev/bench_networks.py build/bench/networks
exec .venv-peers/bin/python tools/dev/bench_peers.py "$@"

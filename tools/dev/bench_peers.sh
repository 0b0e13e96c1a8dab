#!/usr/bin/env bash
# bench_peers.py in a private environment with the peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

private_env .venv-peers ai-edge-litert==2.3.0 openvino==2026.4.1 onnxruntime==1.31.1 ncnn==1.0.20261020 apache-tvm==0.27.0.post1 \
  iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 onnx==1.23.2 numpy==2.4.6
private_env .venv-pnnx --no-deps pnnx==20261020 # converts for ncnn; by itself it needs none of what it asks for
[[ -e build/bench/networks/resnet_50.onnx ]] || .venv-peers/bin/python tools/dev/bench_networks.py build/bench/networks
exec .venv-peers/bin/python tools/dev/bench_peers.py "$@"

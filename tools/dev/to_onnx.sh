#!/usr/bin/env bash
# to_onnx.py in a private environment with the frameworks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

private_env .venv-frameworks tensorflow==2.21.0 tf_keras==2.21.0 tf2onnx==1.17.0 torch==2.15.0 onnx==1.23.2 \
  onnxscript==0.7.2 numpy==2.4.6 # 8 GB
exec .venv-frameworks/bin/python tools/dev/to_onnx.py "$@"

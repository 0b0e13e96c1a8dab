#!/usr/bin/env bash
# to_onnx.py in a private environment with the framework that the model is of.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

if [[ ${1-} == *.pt2 ]]; then
  env=.venv-onnx-of-torch
  private_env $env torch==2.15.0 onnx==1.23.2 onnxscript==0.7.2 numpy==2.4.6
else
  env=.venv-onnx-of-tensorflow
  private_env $env tensorflow==2.21.0 tf_keras==2.21.0 tf2onnx==1.17.0 onnx==1.23.2 numpy==2.4.6
fi
exec $env/bin/python tools/dev/to_onnx.py "$@"

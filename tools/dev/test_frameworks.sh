#!/usr/bin/env bash
# Every importer against its own framework: all tests/models/check_*.py, each in a private environment with what
# its requirements name (some 20 GB in all, and half an hour for each). Names pick some: onnx, torch, keras, ...
# The sweeps over whole models write their pages of docs/generated anew, and
# list_operators.py the operators that each framework has (tests/models/operators).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

# environment, requirements, script and its arguments; the name is the environment's.
checks=(
  "onnx onnx list_operators.py onnx"
  "torch-zoo torch-zoo list_operators.py torch"
  "keras3 keras3 list_operators.py keras"
  "mxnet mxnet list_operators.py mxnet"
  "tensorflow tensorflow list_operators.py tensorflow tflite"
  "onnx onnx check_onnx_nodes.py --backends reference --write"
  "onnx onnx check_onnx_microsoft.py"
  "skl skl check_onnx_classic.py"
  "onnx onnx check_import_cost.py onnx --write"
  "published published check_published.py --write"
  "torch-zoo torch-zoo check_torch_operators.py --write"
  "torch-zoo torch-zoo check_torch_zoo.py --write"
  "torch-zoo torch-zoo check_torch_zoo.py --torchscript --write"
  "torch-zoo torch-zoo check_import_cost.py torch --write"
  "torch-packages torch-packages check_torch_packages.py --write"
  "keras3 keras3 check_keras_applications.py --write"
  "keras3 keras3 check_keras_layers.py --write"
  "keras3 keras3 check_import_cost.py keras --write"
  "mxnet mxnet check_mxnet.py operators --write"
  "mxnet mxnet check_mxnet.py zoo --write"
  "mxnet mxnet check_import_cost.py mxnet --write"
  "tensorflow tensorflow check_tensorflow.py --write"
  "tensorflow tensorflow check_tensorflow_operators.py --write"
  "tensorflow tensorflow check_keras_layers.py --tf-keras --write"
  "tensorflow tensorflow check_import_cost.py tensorflow --write"
  "tensorflow tensorflow check_operators.py --write"
)

failed=()
for check in "${checks[@]}"; do
  read -r name requirements script <<<"$check"
  if (($#)) && [[ " $* " != *" $name "* ]]; then continue; fi
  mapfile -t packages < <(grep -v '^#' "tests/models/requirements-$requirements.txt")
  private_env ".venv-$name" "${packages[@]}"
  say "tests/models/$script"
  # shellcheck disable=SC2086 # the script's arguments are words
  ".venv-$name/bin/python" tests/models/$script || failed+=("$script")
done
((${#failed[@]} == 0)) || die "not as the frameworks have it: ${failed[*]}"
say "all as the frameworks have it"

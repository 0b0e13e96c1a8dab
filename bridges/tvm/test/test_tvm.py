"""Models through TVM's importers, partitioned, compiled, run: equal to what TVM's own CPU code gives.

Run by ./dev test --frameworks, in an environment of its own.
"""

import concurrent.futures
import pathlib
import subprocess
import sys

import numpy as np
import pytest

tvm = pytest.importorskip("tvm")

from tvm import relax  # noqa: E402

from tvm_models import TFLITE_MODELS, from_tflite, from_torch, machine_of, noise_for, result_of  # noqa: E402

import tandem  # noqa: E402
import tandem.tvm  # noqa: E402

PARTITION = {"neuron": tandem.tvm.partition_for_neuron, "tandem_cpu": tandem.tvm.partition_for_cpu}


def run(mod, *inputs):
    return result_of(machine_of(mod), *inputs)


def tflite_model(name):
    """Its module in TVM, and its file."""
    pytest.importorskip("tflite")
    path = TFLITE_MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip("needs shared/models beside the repository")
    return from_tflite(path), path


def assert_close(ours, theirs, tolerance=1e-3):
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype
    assert np.abs(ours - theirs).max() <= tolerance * np.abs(theirs).max()


@pytest.fixture(scope="module")
def small():
    """A convolution with a batch norm, a residual, a pool and a dense layer, and an operation that we have not."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(7)

    class Small(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 8, 3, 2, 1, bias=False)
            self.norm = torch.nn.BatchNorm2d(8)
            self.depthwise = torch.nn.Conv2d(8, 8, 3, 1, 1, groups=8)
            self.dense = torch.nn.Linear(8, 5)

        def forward(self, x):
            y = torch.nn.functional.relu6(self.norm(self.conv(x)))
            y = torch.nn.functional.max_pool2d(y + self.depthwise(y), 2)
            y = torch.atan(y)  # not ours
            return torch.softmax(self.dense(y.mean((2, 3))), 1)

    x = torch.randn(1, 3, 16, 16)
    mod = from_torch(Small(), x)
    return mod, x.numpy(), run(mod, x.numpy())


@pytest.mark.parametrize("target", PARTITION)
def test_parts_go_to_us_and_the_rest_stays(small, target):
    mod, x, theirs = small
    partitioned = PARTITION[target](mod)
    assert tandem.tvm.coverage(partitioned, target)["left"] == 1
    assert_close(run(partitioned, x), theirs)


def test_a_library_is_exported_and_loaded_in_another_process(small, tmp_path):
    mod, x, theirs = small
    executable = tvm.compile(relax.transform.RunCodegen()(tandem.tvm.partition_for_neuron(mod)), target="llvm")
    executable.export_library(str(tmp_path / "small.so"))
    np.save(tmp_path / "x.npy", x)
    program = (
        "import sys, numpy, tvm, tandem.tvm\n"
        "from tvm import relax\n"
        f"machine = relax.VirtualMachine(tvm.runtime.load_module({str(tmp_path / 'small.so')!r}), tvm.cpu())\n"
        f"result = machine['main'](tvm.runtime.tensor(numpy.load({str(tmp_path / 'x.npy')!r})))\n"
        f"numpy.save({str(tmp_path / 'y.npy')!r}, (result if hasattr(result, 'numpy') else result[0]).numpy())\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert_close(np.load(tmp_path / "y.npy"), theirs)


def test_options_go_to_the_compiler(small):
    mod, x, theirs = small
    partitioned = tandem.tvm.partition_for_cpu(mod, {"isas": ["avx2"], "placement": "greedy"})
    assert_close(run(partitioned, x), theirs)
    with pytest.raises(Exception, match="no device|profile|'nowhere'"):
        machine_of(tandem.tvm.partition_for_cpu(mod, {"device": "nowhere"}))


@pytest.mark.parametrize("target", PARTITION)
def test_mobilenet_v2_of_pytorch_goes_to_us_whole(target):
    torchvision, torch = pytest.importorskip("torchvision"), pytest.importorskip("torch")
    torch.manual_seed(7)
    module, x = torchvision.models.mobilenet_v2(), torch.randn(1, 3, 96, 96)
    mod = from_torch(module, x)
    partitioned = PARTITION[target](mod)
    assert tandem.tvm.coverage(partitioned, target)["left"] == 0
    assert_close(run(partitioned, x.numpy()), module(x).detach().numpy())


@pytest.mark.parametrize("name, left", [("vww_96_int8", 3), ("vww_96_float", 0), ("mobilenet_v2_1.0_224_quant", 3)])
@pytest.mark.parametrize("target", PARTITION)
def test_tflite_models(name, left, target):
    mod, _ = tflite_model(name)
    x = noise_for(mod)
    theirs = run(mod, x)
    partitioned = PARTITION[target](mod)
    assert tandem.tvm.coverage(partitioned, target)["left"] == left
    ours = run(partitioned, x)
    if x.dtype == np.float32:
        assert_close(ours, theirs)
    else:
        assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1


def test_codes_through_tvm_are_those_of_the_file_itself():
    """TVM's own code is no judge of a deep model: it computes in floats between quantize and dequantize."""
    mod, path = tflite_model("tf2_mobilenet_v2_1.0_224_ptq")
    partitioned = tandem.tvm.partition_for_cpu(mod)
    assert tandem.tvm.coverage(partitioned, "tandem_cpu")["left"] == 0
    x = noise_for(mod)
    np.testing.assert_array_equal(run(partitioned, x), tandem.compile(path).load()(x))


@pytest.mark.parametrize("target", PARTITION)
def test_onnx_models(target):
    onnx = pytest.importorskip("onnx")
    from tvm.relax.frontend.onnx import from_onnx

    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = np.random.default_rng(7).standard_normal((4, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("GlobalAveragePool", ["r"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", kind, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("y", kind, [1, 4, 1, 1])],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    mod = from_onnx(proto, keep_params_in_input=False)
    x = np.random.default_rng(8).standard_normal((1, 3, 8, 8)).astype(np.float32)
    theirs = run(mod, x)
    partitioned = PARTITION[target](mod)
    assert tandem.tvm.coverage(partitioned, target)["taken"] >= 3
    assert_close(run(partitioned, x), theirs)


def test_threads_that_call_one_module_take_turns(small):
    mod, x, theirs = small
    executable = tvm.compile(relax.transform.RunCodegen()(tandem.tvm.partition_for_cpu(mod)), target="llvm")

    def results(seed):  # a machine is of one thread, what it calls of ours is shared
        machine = relax.VirtualMachine(executable, tvm.cpu())
        return [result_of(machine, x + seed) for _ in range(50)]

    expected = [results(seed)[0] for seed in range(2)]
    assert_close(expected[0], theirs)
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        for one, many in zip(expected, threads.map(results, range(2))):
            for result in many:
                np.testing.assert_array_equal(result, one)


def test_the_example_runs():
    pytest.importorskip("tflite")
    model = TFLITE_MODELS / "vww_96_int8.tflite"
    if not model.exists():
        pytest.skip("needs shared/models beside the repository")
    example = pathlib.Path(__file__).resolve().parents[3] / "python/examples/tvm_neuron.py"
    done = subprocess.run([sys.executable, example, model], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "operations go to Neuron, 3 stay with TVM" in done.stdout
    assert "largest difference from TVM's own code: 0" in done.stdout or "code: 1" in done.stdout


def module_of(shape, build):
    """Of one input and one operation."""
    x = relax.Var("x", relax.TensorType(shape, "float32"))
    builder = relax.BlockBuilder()
    with builder.function("main", [x]):
        with builder.dataflow():
            result = builder.emit_output(build(x))
        builder.emit_func_output(result)
    return builder.get()


@pytest.mark.parametrize("value", [0.0, -1.5, float("-inf"), float("inf"), float("nan")])
def test_pads_with_any_value(value):
    x = np.random.default_rng(7).standard_normal((1, 3, 4, 2)).astype(np.float32)
    mod = module_of(x.shape, lambda v: relax.op.nn.pad(v, (0, 0, 1, 2, 0, 1, 0, 0), pad_value=value))
    mod = tandem.tvm.partition_for_cpu(mod)
    assert tandem.tvm.coverage(mod, "tandem_cpu") == {"taken": 1, "left": 0}
    np.testing.assert_array_equal(run(mod, x), np.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)), constant_values=value))


def test_tensors_without_elements_stay():
    mod = tandem.tvm.partition_for_cpu(module_of((0, 3), relax.op.nn.relu))
    assert tandem.tvm.coverage(mod, "tandem_cpu") == {"taken": 0, "left": 1}
    assert run(mod, np.zeros((0, 3), np.float32)).shape == (0, 3)


def test_tensors_of_another_type_are_refused():
    mod = relax.transform.RunCodegen()(tandem.tvm.partition_for_cpu(module_of((2, 3), relax.op.nn.relu)))
    (module,) = mod.attrs["external_mods"]
    function = module[str(module["get_symbol"]())]
    ours, theirs = (tvm.runtime.tensor(np.ones((2, 3), dtype)) for dtype in (np.float32, np.int32))
    with pytest.raises(Exception, match="'in0' is int32 2x3, expected f32 2x3"):
        function(theirs, ours)
    function(ours, ours)


def test_says_what_is_wrong_with_a_request():
    mod = module_of((2, 3), relax.op.nn.relu)
    with pytest.raises(tandem.InvalidArgumentError, match="^error: no option is called 'zzz', there are backends, device"):
        tandem.tvm.partition_for_cpu(mod, {"zzz": 1})
    with pytest.raises(TypeError, match="options is \\['cpu'\\], expected arguments of tandem.compile"):
        tandem.tvm.partition_for_neuron(mod, ["cpu"])
    with pytest.raises(TypeError, match="options has something that is neither text, numbers nor a path"):
        tandem.tvm.partition_for_cpu(mod, {"device": object()})
    for call in (tandem.tvm.partition_for_cpu, lambda mod: tandem.tvm.coverage(mod, "neuron")):
        with pytest.raises(TypeError, match="the module is of type int, expected a tvm.IRModule of Relax"):
            call(3)


def test_says_what_it_cannot_take():
    from tandem.tvm import _codegen

    with pytest.raises(tandem.UnsupportedError, match="error: relax.atan is in a function for Tandem"):
        _codegen.graph_of(module_of((2, 2), relax.op.atan)["main"])


def test_a_tvm_that_is_too_old_is_refused(monkeypatch):
    monkeypatch.setattr(tvm, "__version__", "0.24.0")
    with pytest.raises(tandem.UnsupportedError, match="this is TVM 0.24.0, tandem.tvm needs 0.27 or newer"):
        tandem.tvm._load()


def test_a_damaged_module_is_refused():
    load = tvm.get_global_func("ffi.Module.load_from_bytes.tandem")
    for data in (b"", b"nothing of ours", b"TANDEMTVM1" + b"\xff" * 8):
        with pytest.raises(Exception, match="a module of kind 'tandem' is damaged"):
            load(data)

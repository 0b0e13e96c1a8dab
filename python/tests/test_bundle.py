"""Bundles: compiled, saved, loaded, looked at; and what is wrong with them said as the command line says it."""

import gc
import os
import pathlib

import numpy as np
import pytest
from conftest import SUM

import tandem

ONES = np.ones((2, 3), np.float32)


def test_saves_and_loads(sum_bundle, tmp_path):
    path = sum_bundle.save(tmp_path / "kept.tandem")
    model = tandem.load(path)
    np.testing.assert_array_equal(model(ONES, ONES), ONES * 2)
    assert tandem.load(tandem.Bundle(path), "sum", threads=2).name == "sum"


def test_writes_where_it_is_told(write, tmp_path):
    bundle = tandem.compile(write(SUM), output=tmp_path / "out.tandem")
    assert bundle.path == str(tmp_path / "out.tandem") and os.path.exists(bundle.path)
    assert bundle.models == ["m"] and bundle.name == bundle.path and repr(bundle) == f"<tandem.Bundle {bundle.path!r}: m>"


def test_a_temporary_file_goes_with_the_bundle(write):
    bundle = tandem.compile(write(SUM))
    path, model = bundle.path, bundle.load()
    assert os.path.exists(path)
    del bundle
    gc.collect()
    assert not os.path.exists(path)
    np.testing.assert_array_equal(model(ONES, ONES), ONES * 2)


def test_a_closed_bundle_says_so(write):
    with tandem.compile(write(SUM)) as bundle:
        model = bundle.load()
    assert repr(bundle) == f"<tandem.Bundle {bundle.name!r}, closed>"
    for call in (bundle.load, bundle.report, lambda: bundle.models, lambda: bundle.save("x")):
        with pytest.raises(tandem.InvalidArgumentError, match="error: the bundle was closed$"):
            call()
    np.testing.assert_array_equal(model(ONES, ONES), ONES * 2)


def test_reports_as_plain_data(sum_bundle):
    report = sum_bundle.report()
    assert report["ops"][0]["device"] == "cpu" and report["ops"][0]["node"] == "add_1"
    assert sum_bundle.summary["ops"] == 1 and sum_bundle.summary["bundle_bytes"] > 0
    assert tandem.inspect(sum_bundle.path)["models"][0]["name"] == "sum"


def test_errors_name_the_model_and_not_a_file_that_nobody_knows(write):
    path = str(write(SUM))
    bundle = tandem.compile(path)
    assert bundle.name == path and bundle.path != path
    message = error_of(lambda: bundle.load()(ONES), tandem.InvalidArgumentError)
    assert message.startswith(f"{path}: error: model 'm' was called without input 'right'")
    message = error_of(lambda: bundle.load(threads=0), tandem.InvalidArgumentError)
    assert message.startswith(f"{path}: error: ") and bundle.path not in message
    bundle.close()
    assert error_of(bundle.load, tandem.InvalidArgumentError) == f"{path}: error: the bundle was closed"


def test_takes_names_as_text(write):
    path = write(SUM)
    assert tandem.compile(path, backends="cpu").report()["ops"][0]["device"] == "cpu"
    assert tandem.compile(path, backends="neuron,cpu", require="cpu>=100%").summary["ops"] == 1
    assert error_of(lambda: tandem.compile(path, backends="gpu"), tandem.InvalidArgumentError).startswith(
        "error: no backend is called 'gpu'"
    )


@pytest.mark.parametrize("shapes", [[1, 2], "left", {"left": 3}])
def test_shapes_are_by_name(write, shapes):
    with pytest.raises(TypeError, match=r"^shapes is .*, expected dimensions by name, as {\"input\": \(1, 224"):
        tandem.compile(write(SUM), shapes=shapes)


def test_warns_of_what_has_no_effect(write, tmp_path):
    path, log = str(write(SUM)), tmp_path / "log.json"
    log.write_text('{"format": "tandem-tuning", "version": 1, "schedules": []}')
    with pytest.warns(UserWarning, match=f"^{log}: warning: is empty, nothing of it is used$"):
        tandem.compile(path, options={"cpu.tuning": log})
    with pytest.warns(UserWarning, match=f"^{path}: warning: has code for x86-64, and device 'mt6873' is aarch64: "):
        tandem.compile(path, device="mt6873")
    bundle = tandem.compile(path, device="mt6873", targets=["aarch64", "x86-64"])
    code = tandem.inspect(bundle.path)["models"][0]["regions"][0]["code"]
    assert {one["target"] for one in code} == {"aarch64", "x86-64"}


def test_tells_of_progress(write):
    stages = []
    tandem.compile(write(SUM), progress=lambda stage, done: stages.append((stage, done)))
    assert stages[0] == ("importing", 0.0) and stages[-1] == ("done", 1.0)


def test_what_progress_raises_ends_the_work(write, tmp_path):
    def stop(stage, done):
        if stage == "optimizing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tandem.compile(write(SUM), output=tmp_path / "m.tandem", progress=stop)
    assert not os.path.exists(tmp_path / "m.tandem")


def error_of(call, kind):
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    return str(caught.value)


def test_says_what_is_wrong_with_a_request(write):
    path = write(SUM)
    compile, wrong = tandem.compile, tandem.InvalidArgumentError
    assert "no backend is called 'gpu'; this build has cpu" in error_of(lambda: compile(path, backends=["gpu"]), wrong)
    assert "error: no placement is called 'best', there are cost and greedy" in error_of(
        lambda: compile(path, placement="best"), wrong
    )
    assert "write BACKEND>=PERCENT%" in error_of(lambda: compile(path, require=["all of it"]), wrong)
    assert "the model's inputs are left, right" in error_of(lambda: compile(path, shapes={"up": (1, 4)}), wrong)
    assert "would replace the model itself" in error_of(lambda: compile(path, output=path), wrong)
    assert "example inputs are for a torch.nn.Module" in error_of(lambda: compile(path, example_inputs=(1,)), wrong)
    assert "error: a model of type int, expected a path, a torch.nn.Module" in error_of(lambda: compile(3), wrong)
    with pytest.raises(TypeError):
        compile(path, backends=[3])


def test_says_what_is_wrong_with_files(tmp_path, write):
    missing = tmp_path / "missing.tflite"
    assert error_of(lambda: tandem.compile(missing), tandem.NotFoundError).startswith(f"{missing}: error: ")
    assert error_of(lambda: tandem.load(missing), tandem.NotFoundError).startswith(f"{missing}: error: ")
    damaged = write("no bundle at all", "bad.tandem")
    assert error_of(lambda: tandem.load(damaged), tandem.CorruptDataError).startswith(f"{damaged}: error: ")
    unknown = write("what is this", "m.what")
    assert "not a model file of a known format" in error_of(lambda: tandem.compile(unknown), tandem.UnsupportedError)
    assert "m.tandem: error: cannot" in error_of(
        lambda: tandem.compile(write(SUM), output=tmp_path / "no" / "m.tandem"), tandem.IoError
    )


def test_refuses_models_and_threads_that_there_are_not(sum_bundle):
    assert "'up'" in error_of(lambda: sum_bundle.load("up"), tandem.NotFoundError)
    assert "threads" in error_of(lambda: sum_bundle.load(threads=0), tandem.InvalidArgumentError)


def test_a_bundle_runs_without_the_compiler(sum_bundle, tmp_path):
    import subprocess
    import sys

    path = sum_bundle.save(tmp_path / "s.tandem")
    program = (
        "import sys, numpy, tandem\n"
        f"model = tandem.load({str(path)!r})\n"
        "print(model(numpy.ones((2, 3), 'f4'), numpy.ones((2, 3), 'f4')).sum(), 'tandem._compiler' in sys.modules,"
        " any('LLVM' in line for line in open('/proc/self/maps')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["12.0", "False", "False"]


def test_the_stubs_say_what_there_is():
    import re

    from tandem import _compiler, _runtime

    for module in (_runtime, _compiler):
        stub = (pathlib.Path(tandem.__file__).parent / f"{module.__name__.split('.')[-1]}.pyi").read_text()
        for name, value in vars(module).items():
            if name.startswith("__") and name != "__version__":
                continue
            assert re.search(rf"^(class|def) {name}\b|^{name}:", stub, re.M), name
            if isinstance(value, type):
                body = re.search(rf"^class {name}\b.*?(?=^\S|\Z)", stub, re.M | re.S).group()
                own = {m for m in vars(value) if not m.startswith("_") or m in ("__call__", "__getitem__")}
                assert own == set(re.findall(r"def ([a-z]\w*|__call__|__getitem__)\(", body)), name

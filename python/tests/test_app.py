"""Applications: on pictures from files and from memory, step after step and as a pipeline, planned and measured."""

import json
import threading

import numpy as np
import pytest

import tandem

NET = """
func.func @main(%x: tensor<1x2xf32> {graph.name = "halves"}) -> (tensor<1x2xf32> {graph.name = "scores"}) {
  %0 = graph.relu %x : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
"""

SIDES = """tandem: 1
name: sides
models:
  net: {file: net.mlir, labels: [left, right]}
steps:
  input:
    uses: preprocess
    inputs: frame
    channels: grey
    size: [2, 1]
    range: [0, 1]
  flat: {uses: flatten, inputs: input}
  run: {model: net, inputs: flat}
  side: {uses: classify, inputs: run}
results:
  side: side.label
  scores: side.scores
"""

LEFT = np.array([[[255] * 3, [0] * 3]], np.uint8)
RIGHT = np.ascontiguousarray(LEFT[:, ::-1])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "net.mlir").write_text(NET)
    (tmp_path / "sides.yaml").write_text(SIDES)
    return tmp_path


@pytest.fixture
def app(folder):
    return tandem.App(folder / "sides.yaml")


@pytest.fixture
def pictures(folder):
    paths = []
    for i in range(6):
        paths.append(folder / f"{i}.png")
        tandem.save_picture(paths[-1], RIGHT if i % 2 else LEFT)
    return paths


SIDES_OF = ["left", "right"] * 3


def test_runs_on_arrays_and_files(app, pictures):
    found = app.run(LEFT)
    assert found["side"] == "left" and found.results == {"side": "left", "scores": [1, 0]}
    assert app.run(pictures[1])["side"] == "right"
    assert app.run(LEFT[:, ::-1])["side"] == "right"  # an array that is not contiguous
    assert found.ended == "done" and found.milliseconds > 0 and found.frame == 1
    assert [timing["stage"] for timing in found.timings] == ["input", "flat", "run", "side"]
    np.testing.assert_array_equal(found.image, LEFT)
    assert found.annotated().shape == LEFT.shape
    assert app.models()[0]["regions"][0]["runs"] == 3 and app.name == "sides"
    with pytest.raises(KeyError):
        found["up"]
    assert repr(app) == "<tandem.App 'sides': models net; results side, scores>"


def test_runs_on_frame_after_frame(app, pictures):
    assert [found["side"] for found in app.frames(pictures)] == SIDES_OF
    assert [found["side"] for found in app.frames(picture for picture in (LEFT, RIGHT))] == ["left", "right"]
    assert [found["side"] for found in app.frames([LEFT])] == ["left"]
    assert list(app.frames([])) == []


def test_runs_as_a_pipeline_and_draws_the_timeline(app, folder, pictures):
    results = list(app.frames(pictures, pipeline=True, trace=folder / "t.json", svg=folder / "t.svg"))
    assert [found["side"] for found in results] == SIDES_OF
    assert [found.frame for found in results] == [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(results[1].image, RIGHT)
    assert json.loads((folder / "t.json").read_text())["traceEvents"]
    assert (folder / "t.svg").read_text().startswith("<svg")


def test_a_pipeline_may_be_left_early(app, pictures):
    frames = app.frames(pictures, pipeline=True)
    assert next(frames)["side"] == "left"
    del frames


def test_an_application_keeps_its_deadline(folder):
    (folder / "late.yaml").write_text(SIDES.replace("name: sides", "name: sides\ndeadline: 0.001"))
    app = tandem.App(folder / "late.yaml")
    assert app.run(LEFT).ended == "late"
    assert [found.ended for found in app.frames([LEFT, RIGHT])] == ["late", "late"]


def test_a_pipeline_of_no_frames_is_over_at_once(app):
    assert list(app.frames([], pipeline=True)) == []
    with pytest.raises(tandem.InvalidArgumentError, match="expected one of throughput"):
        app.frames([], pipeline=True, objective="x")
    with pytest.raises(tandem.NotFoundError, match="nothing is known of its costs"):
        app.frames(iter([LEFT]), pipeline=True)


def test_what_is_for_pipelines_is_refused_without(app, folder):
    for name, value in {"fps": 30, "trace": folder / "t.json", "drop_oldest": True, "measure_on": [LEFT]}.items():
        with pytest.raises(tandem.InvalidArgumentError, match=f"^error: {name} is for pipeline=True$"):
            app.frames([LEFT], **{name: value})
    assert not (folder / "t.json").exists()


@pytest.mark.parametrize("pipeline", [False, True])
def test_a_frame_that_is_wrong_is_named(app, folder, pictures, pipeline):
    places = {"trace": folder / "t.json", "svg": folder / "t.svg", "measure_on": pictures} if pipeline else {}
    frames = app.frames([LEFT, LEFT[:, :, 0], RIGHT], pipeline=pipeline, **places)
    with pytest.raises(tandem.InvalidArgumentError, match="^frame 2: error: the picture is u8 1x2, expected") as caught:
        list(frames)
    assert caught.value.subject == "frame 2" and list(frames) == []
    if pipeline:  # of what ran
        assert json.loads((folder / "t.json").read_text())["traceEvents"] and (folder / "t.svg").exists()


def test_traces_of_a_pipeline_that_is_left_early(app, folder, pictures):
    frames = app.frames(pictures, pipeline=True, trace=folder / "t.json")
    next(frames)
    frames.close()
    assert json.loads((folder / "t.json").read_text())["traceEvents"]
    (folder / "gone").mkdir()
    frames = app.frames(pictures, pipeline=True, trace=folder / "gone" / "t.json")
    next(frames)
    (folder / "gone").rmdir()
    with pytest.warns(UserWarning, match="gone"):
        frames.close()


def test_plans_and_measures(app, folder, pictures):
    costs = app.profile(pictures, folder / "costs.json")
    assert costs["application"] == "sides" and costs == json.loads((folder / "costs.json").read_text())
    plan = app.plan(costs=folder / "costs.json", objective="latency", svg=folder / "plan.svg", cores=1)
    assert plan["plan"]["objective"] == "latency" and plan["simulated"]["frames"] == 300 and plan["modelled"] == []
    assert (folder / "plan.svg").exists()


def test_plans_and_measures_on_arrays(app):
    assert app.plan([LEFT, RIGHT])["modelled"] == []
    assert app.profile(LEFT)["frames"] == 1
    assert [found["side"] for found in app.frames([LEFT, RIGHT], pipeline=True)] == ["left", "right"]
    assert [found["side"] for found in app.frames(LEFT)] == ["left"]


def test_runs_without_a_cache_and_says_so(folder, monkeypatch):
    (folder / "file").write_text("")
    monkeypatch.setenv("TANDEM_CACHE", str(folder / "file"))
    with pytest.warns(UserWarning, match="its models are compiled each time, the cache cannot keep them"):
        assert tandem.App(folder / "sides.yaml").run(LEFT)["side"] == "left"


def test_says_what_is_wrong(app, folder):
    def error_of(call, kind=tandem.InvalidArgumentError):
        with pytest.raises(kind) as caught:
            call()
        return str(caught.value)

    assert error_of(lambda: app.run(LEFT.astype(np.float32))) == (
        "error: the picture is f32 1x2x3, expected u8 HEIGHTxWIDTHx3 of RGB"
    )
    assert "the picture is u8 1x2, expected" in error_of(lambda: app.run(LEFT[:, :, 0]))
    assert "a picture of 2 x 0" in error_of(lambda: app.run(LEFT[:0]))
    assert error_of(lambda: tandem.save_picture("x.png", LEFT[:0])) == "x.png: error: the picture is empty, 2x0"
    assert "expected one of throughput, latency" in error_of(lambda: app.frames([LEFT], pipeline=True, objective="x"))
    assert "cores is 0, expected a number from 1 to 1024" in error_of(lambda: app.plan(cores=0))
    assert "nothing is known of its costs" in error_of(lambda: app.plan(), tandem.NotFoundError)
    assert "the application's models are net" in error_of(lambda: tandem.App(folder / "sides.yaml", models={"up": "x"}))
    assert "no backend is called 'gpu'" in error_of(lambda: tandem.App(folder / "sides.yaml", backends=["gpu"]))
    assert "no backend is called 'gpu'" in error_of(lambda: tandem.App(folder / "sides.yaml", backends="cpu,gpu"))
    assert "missing.yaml" in error_of(lambda: tandem.App(folder / "missing.yaml"), tandem.NotFoundError)
    (folder / "bad.yaml").write_text(SIDES.replace("net.mlir", "none.mlir"))
    assert "none.mlir" in error_of(lambda: tandem.App(folder / "bad.yaml"), tandem.NotFoundError)
    assert "missing.png" in error_of(lambda: app.run(folder / "missing.png"), tandem.NotFoundError)
    assert "missing.png" in error_of(lambda: list(app.frames(folder / "missing.png")), tandem.NotFoundError)


def test_threads_take_turns(app):
    wrong = []

    def run(picture, side):
        wrong.extend(side for _ in range(50) if app.run(picture)["side"] != side)

    threads = [threading.Thread(target=run, args=pair) for pair in ((LEFT, "left"), (RIGHT, "right"), (LEFT, "left"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

"""The examples of docs/python.md run."""

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import ROOT, SUM
from test_app import LEFT, NET, RIGHT, SIDES

import tandem

EXAMPLES = ROOT / "python" / "examples"
SHOWCASE = ROOT / "apps" / "showcase"


def run_example(name, *arguments, cwd):
    package = str(pathlib.Path(tandem.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": package}
    command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_report_and_timeline(tmp_path):
    for name, text in (("sum.mlir", SUM), ("net.mlir", NET), ("sides.yaml", SIDES)):
        (tmp_path / name).write_text(text)
    tandem.save_picture(tmp_path / "a.png", LEFT)
    tandem.save_picture(tmp_path / "b.png", RIGHT)
    said = run_example("report_and_timeline.py", "sum.mlir", "sides.yaml", "a.png", "b.png", cwd=tmp_path)
    assert "cpu: 1 of 1 ops" in said and "2 frames" in said
    assert {path.name for path in tmp_path.glob("*line*")} == {"timeline.svg", "timeline.json"}


@pytest.mark.skipif(not (SHOWCASE / "models" / "emotion_model.hdf5").exists(), reason="needs ./dev models")
def test_showcase(tmp_path):
    said = run_example("showcase.py", SHOWCASE / "pictures" / "astronaut.png", cwd=tmp_path)
    assert "faces: live" in said and (tmp_path / "annotated" / "00001.png").exists()

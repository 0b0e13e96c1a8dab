"""What a call from Python costs beside the run itself: 1,000 calls of small models, and the same by the runtime alone.

Both take turns; shown is the median of the turns. Run by ./dev bench python.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import tandem

TURNS, CALLS = 15, 1000
SHAPES = [(2, 3), (1, 64, 64, 3)]


def model_text(shape):
    kind = f"tensor<{'x'.join(map(str, shape))}xf32>"
    return f"""func.func @main(%a: {kind} {{graph.name = "a"}}, %b: {kind} {{graph.name = "b"}}) -> ({kind} {{graph.name = "sum"}}) {{
  %0 = graph.add %a, %b : ({kind}, {kind}) -> {kind}
  return %0 : {kind}
}}"""


def microseconds_of(call):
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) / CALLS * 1e6


def runtime_microseconds(path):
    done = subprocess.run(
        [os.path.join("build", "bin", "tandem"), "bench", path, "--seconds", "0.2", "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["median_ms"] * 1e3


def measure(shape, folder):
    source = os.path.join(folder, "m.mlir")
    with open(source, "w") as file:
        file.write(model_text(shape))
    bundle = tandem.compile(source, output=os.path.join(folder, "m.tandem"))
    model, a, b = bundle.load(), np.ones(shape, np.float32), np.ones(shape, np.float32)
    ways = {
        "the runtime alone": lambda: runtime_microseconds(bundle.path),
        "model.run()": lambda: microseconds_of(model.run),
        "model(a, b)": lambda: microseconds_of(lambda: model(a, b)),
        "model(a=a, b=b)": lambda: microseconds_of(lambda: model(a=a, b=b)),
        "np.add(a, b), to compare": lambda: microseconds_of(lambda: np.add(a, b)),
    }
    times = {way: [] for way in ways}
    for _ in range(TURNS):
        for way, time_of in ways.items():
            times[way].append(time_of())
    print(f"f32 {'x'.join(map(str, shape))} + the same, microseconds a call")
    for way, measured in times.items():
        print(f"  {way:26} {statistics.median(measured):8.2f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit("./dev bench python takes no arguments")
    with tempfile.TemporaryDirectory() as place:
        for each in SHAPES:
            measure(each, place)

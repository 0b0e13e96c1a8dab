"""A look into a compiled model and an application, cell by cell (# %% is a cell for an editor that knows notebooks).

    python python/examples/report_and_timeline.py MODEL [APP FRAMES...]
"""

# %% What is in the model, and what goes where
import collections
import sys

import numpy as np

import tandem

model_file, rest = sys.argv[1], sys.argv[2:]
bundle = tandem.compile(model_file)
report = bundle.report()
for backend, count in collections.Counter(op["device"] for op in report["ops"]).items():
    print(f"{backend}: {count} of {len(report['ops'])} ops")

# %% The ops that take the longest, as the device's profile predicts
slowest = sorted(report["ops"], key=lambda op: -op["predicted_us"])[:5]
for op in slowest:
    print(f"  {op['predicted_us']:8.1f} us  {op['op']:20} {op['node']}")

# %% What a run really takes, by region
model = bundle.load()
arrays = [np.zeros(tensor.shape, model.input(i).dtype) for i, tensor in enumerate(model.inputs)]
for _ in range(5):
    model(*arrays)
for region in model.regions():
    print(f"  {region['name']} on {region['ran_on']}: {region['us']:.1f} us")

# %% An application: its plan, then the timeline of a real run
if rest:
    app_file, frames = rest[0], rest[1:]
    app = tandem.App(app_file)
    plan = app.plan(frames, svg="plan.svg")
    print(f"planned: a frame every {plan['plan']['interval'] / 1e3:.2f} ms on {plan['machine']}")
    results = list(app.frames(frames, pipeline=True, trace="timeline.json", svg="timeline.svg"))
    print(f"{len(results)} frames; the charts are in plan.svg and timeline.svg, the trace in timeline.json")

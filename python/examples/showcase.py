"""The showcase on pictures and videos: python python/examples/showcase.py PICTURE_OR_VIDEO... [-o FOLDER]"""

import argparse
import pathlib

import tandem

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("frames", nargs="+")
arguments.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("annotated"))
options = arguments.parse_args()

showcase = pathlib.Path(__file__).parents[2] / "apps" / "showcase" / "showcase.yaml"
app = tandem.App(showcase, progress=lambda work, done: print(work))
options.output.mkdir(parents=True, exist_ok=True)
for found in app.frames(options.frames):
    faces = ", ".join(f"{face['verdict']} {face.get('emotion', '')}".strip() for face in found["faces"])
    objects = ", ".join(thing["label"] for thing in found["objects"])
    print(f"frame {found.frame}: objects: {objects or 'none'}; faces: {faces or 'none'}; {found.milliseconds:.1f} ms")
    tandem.save_picture(options.output / f"{found.frame:05}.png", found.annotated())

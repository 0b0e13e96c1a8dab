#!/usr/bin/env python3
"""Make small/tflite_lstm.tflite and small/tflite_detections.tflite, whose goldens make_goldens.py computes.

Usage: small_tflite.py      (needs requirements-tensorflow.txt)

Two cases of operator_cases.py, of which only the first input is one: the others are constants.
"""

from pathlib import Path

from check_operators import model_of
from operator_cases import CASES

FOLDER = Path(__file__).resolve().parent / "small"
FILES = {"tflite_lstm": ("UNIDIRECTIONAL_SEQUENCE_LSTM", "f32_projected"), "tflite_detections": ("TFLite_Detection_PostProcess", "f32_2_1")}


def main():
    for name, which in FILES.items():
        case = next(case for case in CASES if (case.operator, case.name) == which)
        for given in case.inputs[1:]:
            if given is not None:
                given.constant = not given.variable
        (FOLDER / f"{name}.tflite").write_bytes(model_of(case))


if __name__ == "__main__":
    main()

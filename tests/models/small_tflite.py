#!/usr/bin/env python3
"""Make the small/tflite_*.tflite, whose goldens make_goldens.py computes.

Usage: small_tflite.py [NAME...]      (needs requirements-tensorflow.txt)

Two are cases of operator_cases.py, of which only the first input is one: the others are constants. The third is what TensorFlow's
converter makes of a Keras model for keyword spotting when all of it is to be integers.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent / "small"
CASES_OF = {"tflite_lstm": ("UNIDIRECTIONAL_SEQUENCE_LSTM", "f32_projected"), "tflite_detections": ("TFLite_Detection_PostProcess", "f32_2_1")}


def from_case(operator, name):
    from operator_cases import CASES
    from operator_model import model_of

    case = next(case for case in CASES if (case.operator, case.name) == (operator, name))
    for given in case.inputs[1:]:
        if given is not None:
            given.constant = not given.variable
    return model_of(case)


def keywords(places=6, features=10):
    """10 coefficients of each moment of a sound to 12 words; of few moments, as each becomes some fifty operations."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"  # whose LSTM becomes one operator
    import tensorflow
    import tf_keras

    tf_keras.utils.set_random_seed(3)
    given = tf_keras.Input((places, features), batch_size=1)
    model = tf_keras.Model(given, tf_keras.layers.Dense(12, name="word")(tf_keras.layers.LSTM(16, name="memory")(given)))
    random = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        signature = tensorflow.TensorSpec((1, places, features), tensorflow.float32)
        model.save(folder, save_format="tf", signatures=tensorflow.function(model.call).get_concrete_function(signature))
        converter = tensorflow.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tensorflow.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([random.normal(0, 1, (1, places, features)).astype(np.float32)] for _ in range(20))
        converter.target_spec.supported_ops = [tensorflow.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tensorflow.int8
        return converter.convert()


def main():
    makers = {name: lambda which=which: from_case(*which) for name, which in CASES_OF.items()} | {"tflite_keywords": keywords}
    for name in sys.argv[1:] or makers:
        (FOLDER / f"{name}.tflite").write_bytes(makers[name]())


if __name__ == "__main__":
    main()

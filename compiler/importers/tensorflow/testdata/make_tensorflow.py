#!/usr/bin/env python3
"""Make the SavedModels of this folder.

Usage: make_tensorflow.py      (in an environment with tests/models/requirements-tensorflow.txt)

  dense       TensorFlow 2: variables, a function that calls a function, an open batch
  old         TensorFlow 1: variables that are references, restored by nodes of the graph
  signatures  two signatures, none of them the default one
"""

import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

HERE = Path(__file__).resolve().parent
OPTIONS = tf.saved_model.SaveOptions(save_debug_info=False)


def fresh(name):
    shutil.rmtree(HERE / name, ignore_errors=True)
    return str(HERE / name)


def tidy(name):
    (HERE / name / "fingerprint.pb").unlink(missing_ok=True)
    if (HERE / name / "assets").exists():
        (HERE / name / "assets").rmdir()


def counted(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


class Dense(tf.Module):
    def __init__(self):
        # Named alike on purpose: only the restoring part of the graph tells which is which.
        self.kernel = tf.Variable(counted(2, 3), name="value")
        self.offset = tf.Variable(counted(3) + 10, name="value")

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def multiply(self, x):
        return x @ self.kernel

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def serve(self, x):
        return {"scores": tf.nn.softmax(self.multiply(x) + self.offset), "same": x}


def dense():
    module = Dense()
    tf.saved_model.save(module, fresh("dense"), {"serving_default": module.serve}, OPTIONS)


class Two(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([1, 2], tf.float32, "x")])
    def negative(self, x):
        return {"y": -x}

    @tf.function(input_signature=[tf.TensorSpec([1, 2], tf.float32, "x")])
    def positive(self, x):
        return {"y": tf.nn.relu(x)}


def signatures():
    module = Two()
    tf.saved_model.save(module, fresh("signatures"), {"negative": module.negative, "positive": module.positive}, OPTIONS)


def old():
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [1, 2], "x")
        kernel = v1.get_variable("kernel", initializer=counted(2, 3), use_resource=False)
        y = tf.identity(tf.matmul(x, kernel), "y")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, fresh("old"), {"x": x}, {"y": y})


if __name__ == "__main__":
    dense()
    signatures()
    old()
    for name in ("dense", "signatures", "old"):
        tidy(name)

#!/usr/bin/env python3
"""Compare models of scikit-learn, as skl2onnx exports them, with ONNX Runtime.

Usage: check_onnx_classic.py [--tandem build/bin/tandem] [--only TEXT]

  python3 -m venv .venv && .venv/bin/pip install -r tests/models/requirements-skl.txt
  .venv/bin/python tests/models/check_onnx_classic.py

Each model is fitted to made-up numbers, some of which are missing, and run on rows that it has not seen. Labels must be equal; reals may
differ by 1e-5 of the largest. Exit: 1 when one differs.
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import numpy as np
import onnx
import onnxruntime
from onnx import helper
from skl2onnx import to_onnx
from sklearn import cluster, datasets, decomposition, ensemble, impute, linear_model, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-5


def models():
    for classes in (2, 3):
        for model in (tree.DecisionTreeClassifier(max_depth=6), ensemble.RandomForestClassifier(20), ensemble.ExtraTreesClassifier(10, max_depth=5),
                      ensemble.GradientBoostingClassifier(n_estimators=12), linear_model.LogisticRegression(), linear_model.SGDClassifier(),
                      linear_model.Perceptron(), naive_bayes.GaussianNB(), neighbors.KNeighborsClassifier(), neural_network.MLPClassifier((16,), max_iter=30),
                      ensemble.BaggingClassifier(n_estimators=3), ensemble.AdaBoostClassifier(n_estimators=5)):
            yield f"{type(model).__name__} {classes}", model, classes
    for model in (linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(0.1), tree.DecisionTreeRegressor(), ensemble.RandomForestRegressor(20),
                  ensemble.GradientBoostingRegressor(n_estimators=12), ensemble.HistGradientBoostingRegressor(max_iter=12), svm.SVR(), svm.SVR(kernel="poly"),
                  svm.SVR(kernel="linear"), svm.LinearSVR(), neighbors.KNeighborsRegressor(), neural_network.MLPRegressor((16,), max_iter=30)):
        yield f"{type(model).__name__} {getattr(model, 'kernel', '')}".strip(), model, 0
    for model in (preprocessing.StandardScaler(), preprocessing.MinMaxScaler(), preprocessing.RobustScaler(), preprocessing.MaxAbsScaler(),
                  preprocessing.Normalizer("l1"), preprocessing.Normalizer("l2"), preprocessing.Normalizer("max"), preprocessing.Binarizer(threshold=0.2),
                  preprocessing.PolynomialFeatures(2), impute.SimpleImputer(), decomposition.PCA(3), decomposition.TruncatedSVD(3), cluster.KMeans(4, n_init=1)):
        yield f"{type(model).__name__} {getattr(model, 'norm', '')}".strip(), model, -1
    yield "pipeline", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler(), linear_model.LogisticRegression()), 3
    yield "boosted pipeline", pipeline.make_pipeline(preprocessing.StandardScaler(), ensemble.GradientBoostingRegressor(n_estimators=5)), 0


def exported(model, classes, random):
    """The fitted model as ONNX, and rows for it."""
    features = 9
    if classes > 0:
        x, y = datasets.make_classification(400, features, n_informative=6, n_classes=classes, random_state=1)
    else:
        x, y = datasets.make_regression(400, features, noise=1, random_state=1)
    x = x.astype(np.float32)
    kind = type(model[0] if isinstance(model, pipeline.Pipeline) else model).__name__
    if kind in ("SimpleImputer", "HistGradientBoostingRegressor"):
        x[random.random(x.shape) < 0.1] = np.nan
    model.fit(x[:300], y[:300])
    options = {id(model): {"zipmap": False}} if classes > 0 else None
    return to_onnx(model, x[:1], options=options, target_opset={"": 18, "ai.onnx.ml": 3}), x[300:]


def run_tandem(tandem, model, rows, names, folder):
    path, array = folder / "model.onnx", folder / "x.npy"
    path.write_bytes(model.SerializeToString())
    np.save(array, rows)
    done = subprocess.run([tandem, "run", path, "--input", array, "--save", folder / "out"], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1].split(": error: ")[-1], []
    return None, [np.load(folder / "out" / f"{name}.npy") for name in names]


def difference(expected, actual):
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return f"{actual.dtype} {actual.shape}, expected {expected.dtype} {expected.shape}"
    if not np.issubdtype(expected.dtype, np.floating):
        return None if np.array_equal(expected, actual) else f"{(expected != actual).sum()} of {expected.size} differ"
    largest, off = np.abs(expected).max(initial=0), np.abs(expected.astype(np.float64) - actual).max(initial=0)
    return None if off <= TOLERANCE * largest else f"off by {off:.3g} of {largest:.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tandem", default=ROOT / "build/bin/tandem")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    count = equal = wrong = 0
    for name, model, classes in models():
        if options.only not in name:
            continue
        try:
            onnx_model, rows = exported(model, classes, np.random.default_rng(3))
        except Exception as error:  # of the exporter
            print(f"{name}: not exported: {str(error).splitlines()[0][:80]}")
            continue
        session = onnxruntime.InferenceSession(onnx_model.SerializeToString(), providers=["CPUExecutionProvider"])
        names = [o.name for o in session.get_outputs()]
        expected = session.run(names, {session.get_inputs()[0].name: rows})
        with tempfile.TemporaryDirectory() as folder:
            error, actual = run_tandem(options.tandem, onnx_model, rows, names, Path(folder))
        problems = [p for e, a in zip(expected, actual) if (p := difference(np.asarray(e), a))]
        count, equal, wrong = count + 1, equal + (not error and not problems), wrong + bool(problems)
        print(f"{name}: {'refused: ' + error if error else '; '.join(problems) if problems else 'equal'}", flush=True)
    print(f"{equal} of {count} models agree, {wrong} differ")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())

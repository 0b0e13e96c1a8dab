"""OpenVINO on the CPU with its own default, which is bf16 where the processor multiplies that."""

from peers import openvino

PACKAGE = openvino.PACKAGE
takes, prepare = openvino.takes, openvino.prepare


def load(path, inputs, threads):
    return openvino.load(path, inputs, threads, precision=None)

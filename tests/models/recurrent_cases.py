"""Cases of check_operators.py of recurrent layers: sequences in one direction and both, and single steps."""

import numpy as np

from operator_case import F32, I8, Codes, Input, Output, add, given, options, values


class Sequences:
    """Recurrent layers, from a state of zeros: weights as float32, or as codes of i8 (hybrid)."""
    places, batch, depth, width, narrow = 5, 2, 6, 8, 3

    def __init__(self, form="f32", time_major=False):
        self.hybrid, self.asymmetric = form.startswith("hybrid"), form == "hybrid_asymmetric"
        self.time_major = time_major
        self.shape = (self.places, self.batch) if time_major else (self.batch, self.places)
        self.name = form + ("_time_major" if time_major else "")

    def input(self, seed=1):
        return given(F32, (*self.shape, self.depth), seed)

    def weights(self, seed, *shape):
        reals = values(F32, shape, seed, low=-0.6, high=0.6)
        if not self.hybrid:
            return Input(reals, constant=True)
        scale = float(np.abs(reals).max() / 127)
        return Input(np.round(reals / scale).astype(I8), Codes([scale], [0]), True)

    def vector(self, seed, size, low=-0.6, high=0.6):
        return Input(values(F32, (size,), seed, low=low, high=high), constant=True)

    def state(self, size):
        return Input(np.zeros((self.batch, size), F32), variable=True)

    def options(self, kind, **fields):
        return options(kind, timeMajor=self.time_major, asymmetricQuantizeInputs=self.asymmetric, **fields)

    def four(self, seed, make, *size, coupled=False):
        return [None if coupled and i == 0 else make(seed + i, *size) for i in range(4)]


def lstm_weights(s, seed, extras=()):
    """Of one direction: weights, peepholes, biases and projection, and how wide its state is."""
    coupled, size = "coupled" in extras, s.narrow if "projected" in extras else s.width
    peepholes = [s.weights(seed + 20 + i, s.width) for i in range(3)] if "peepholes" in extras else [None] * 3
    if coupled:
        peepholes[0] = None
    projection = [s.weights(seed + 12, s.narrow, s.width), s.vector(seed + 13, s.narrow)] if "projected" in extras else [None] * 2
    return [*s.four(seed, s.weights, s.width, s.depth, coupled=coupled), *s.four(seed + 4, s.weights, s.width, size, coupled=coupled),
            *peepholes, *s.four(seed + 8, s.vector, s.width, coupled=coupled), *projection], size


def add_sequences():
    for form in ("f32", "hybrid", "hybrid_asymmetric"):
        for time_major in (False, True):
            s = Sequences(form, time_major)
            for activation in (1, 4):
                rnn = [s.weights(2, s.width, s.depth), s.weights(3, s.width, s.width), s.vector(4, s.width), s.state(s.width)]
                add("UNIDIRECTIONAL_SEQUENCE_RNN", f"{s.name}_{activation}", [s.input(), *rnn], Output((*s.shape, s.width), F32),
                    s.options("SequenceRNN", fusedActivationFunction=activation))
            for extras in ((), ("projected",), ("peepholes",), ("coupled",), ("normalized",),
                           ("coupled", "peepholes", "normalized", "projected")):
                layer, size = lstm_weights(s, 2, extras)
                coupled = "coupled" in extras
                factors = s.four(40, s.vector, s.width, 0.5, 1.5, coupled=coupled) if "normalized" in extras else [None] * 4
                add("UNIDIRECTIONAL_SEQUENCE_LSTM", "_".join((s.name, *extras)),
                    [s.input(), *layer, s.state(size), s.state(s.width), *factors], Output((*s.shape, size), F32),
                    s.options("UnidirectionalSequenceLSTM", fusedActivationFunction=4,
                              cellClip=0.4 if "projected" in extras else 0.0, projClip=0.3 if coupled and size != s.width else 0.0))
            add_bidirectional(s)
        add_single_steps(Sequences(form))


def add_single_steps(s):
    rows = given(F32, (s.batch, s.depth))
    rnn = [s.weights(2, s.width, s.depth), s.weights(3, s.width, s.width), s.vector(4, s.width), s.state(s.width)]
    add("RNN", s.name, [rows, *rnn], Output((s.batch, s.width), F32),
        options("RNN", fusedActivationFunction=4, asymmetricQuantizeInputs=s.asymmetric), keeps=True)
    for extras in ((), ("peepholes", "projected"), ("coupled",)):
        layer, size = lstm_weights(s, 2, extras)
        add("LSTM", "_".join((s.name, *extras)), [rows, *layer, s.state(size), s.state(s.width)], Output((s.batch, size), F32),
            options("LSTM", fusedActivationFunction=4, asymmetricQuantizeInputs=s.asymmetric), keeps=True)
    for rank in (1, 2):
        times, units = 5, 3
        weights = [s.weights(2, units * rank, s.depth), s.weights(3, units * rank, times), s.vector(4, units)]
        add("SVDF", f"{s.name}_{rank}", [rows, *weights, s.state(units * rank * times)], Output((s.batch, units), F32),
            options("SVDF", rank=rank, fusedActivationFunction=1, asymmetricQuantizeInputs=s.asymmetric), keeps=True)
    if s.name == "f32":
        state, both = (s.batch, s.width), s.depth + s.width
        add("LSTM", "f32_basic", [rows, given(F32, state, 2), s.weights(3, 4 * s.width, both), s.vector(4, 4 * s.width),
                                  given(F32, state, 5)],
            [Output(state, F32), Output(state, F32), Output((s.batch, both), F32), Output((s.batch, 4 * s.width), F32)],
            options("LSTM", fusedActivationFunction=4, kernelType=1))


def add_bidirectional(s):
    """Where LiteRT's kernels are right: with the batch in front an RNN does not read the second sequence instead of the
    first, and an LSTM whose results are merged takes its state from elsewhere; hybrid, with the places in front, an RNN runs
    over all of them once for each."""
    for second in ("", "_beside", "_instead") if not s.hybrid else ("",):
        for merged in (False, True):
            auxiliary = [s.input(60) if second else None]
            ofSecond = [s.weights(61 + i, s.width, s.depth) if second == "_beside" else None for i in range(8)]
            name = s.name + second + ("_merged" if merged else "")
            outputs = [Output((*s.shape, 2 * s.width), F32)] if merged else [Output((*s.shape, s.width), F32)] * 2
            if not s.hybrid if s.time_major else second != "_instead":
                rnn = [part for seed in (2, 12) for part in (s.weights(seed, s.width, s.depth), s.weights(seed + 1, s.width, s.width),
                                                             s.vector(seed + 2, s.width), s.state(s.width))]
                add("BIDIRECTIONAL_SEQUENCE_RNN", name, [s.input(), *rnn, *auxiliary, *ofSecond[:2]], outputs,
                    s.options("BidirectionalSequenceRNN", fusedActivationFunction=4, mergeOutputs=merged))
            if s.time_major or not merged:
                lstm = lstm_weights(s, 2)[0] + lstm_weights(s, 22, ("peepholes",))[0] + [s.state(s.width) for _ in range(4)]
                add("BIDIRECTIONAL_SEQUENCE_LSTM", name, [s.input(), *lstm, *auxiliary, *ofSecond], outputs,
                    s.options("BidirectionalSequenceLSTM", fusedActivationFunction=4, cellClip=0.0, projClip=0.0, mergeOutputs=merged))


FAMILIES = (add_sequences,)

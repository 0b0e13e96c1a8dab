"""Cases of check_operators.py of recurrent layers whose activations are codes: of i8, with a cell or a state of i16."""

import itertools

import numpy as np

from operator_case import F32, I8, I16, I32, Codes, Input, Output, add, options

EXTRAS = ("coupled", "peepholes", "normalized", "projected")
CELL_SCALES = {"": 2.0**-11, "_narrow": 2.0**-15, "_wide": 2.0**-9}


class CodesLayer:
    """Weights, scales as a converter finds them, and states that begin at 0."""

    def __init__(self, seed, places=6, batch=2, depth=5, width=8, narrow=3, time_major=False, cell_scale=2.0**-11, zero=(3, -7, 5)):
        self.random = np.random.default_rng(seed)
        self.places, self.batch, self.depth, self.width, self.narrow = places, batch, depth, width, narrow
        self.time_major, self.cell_scale = time_major, cell_scale
        self.input_zero, self.state_zero, self.hidden_zero = zero

    def codes(self, dtype, shape, scale, low=None):
        ends = np.iinfo(dtype)
        least = low if low is not None else -ends.max
        return Input(self.random.integers(least, ends.max + 1, shape).astype(dtype), Codes([scale], [0]), constant=True)

    def weights(self, *shape):
        return self.codes(I8, shape, 0.8 / 127 / np.sqrt(shape[1] / 8))

    def bias(self, size, spread, scale):
        return Input(self.random.integers(-spread, spread + 1, size).astype(I32), Codes([scale], [0]), constant=True)

    def state(self, dtype, size, scale, zero):
        return Input(np.full((self.batch, size), zero, dtype), Codes([scale], [zero]), variable=True)

    def four(self, make, *arguments, coupled):
        return [None if coupled and gate == 0 else make(*arguments) for gate in range(4)]


def add_lstm(operator, name, layer, extras=(), clip=0.0, **expected):
    s, coupled, single = layer, "coupled" in extras, operator == "LSTM"
    size = s.narrow if "projected" in extras else s.width
    input_scale, state_scale = 0.03, 0.9 / 127
    shape = (s.batch,) if single else (s.places, s.batch) if s.time_major else (s.batch, s.places)
    given = Input(s.random.integers(-128, 128, (*shape, s.depth)).astype(I8), Codes([input_scale], [s.input_zero]))
    normalized = "normalized" in extras
    layers = [*s.four(s.weights, s.width, s.depth, coupled=coupled), *s.four(s.weights, s.width, size, coupled=coupled)]
    peepholes = [s.codes(I16, (s.width,), 0.5 / 32767) if "peepholes" in extras else None for _ in range(3)]
    if coupled:
        peepholes[0] = None
    # A bias has the scale of the input's products; one of a normalized sum 2^-10 of that of the factors.
    biases = s.four(lambda: s.bias(s.width, 1 << 22 if normalized else 3000, 1e-4), coupled=coupled)
    projection = [s.codes(I8, (s.narrow, s.width), 0.5 / 127), s.bias(s.narrow, 2000, 3e-5)] if "projected" in extras else [None] * 2
    factors = s.four(s.codes, I16, (s.width,), 1.5 / 32767, 12000, coupled=coupled) if normalized else [None] * 4
    states = [s.state(I8, size, state_scale, s.state_zero), s.state(I16, s.width, s.cell_scale, 0)]
    sums = [Output((0,), I16, Codes([2.0**-11 * 0.7], [0])) if normalized else Output((0,), F32) for _ in range(4)]
    hidden = Output((0,), I8, Codes([0.8 / 127 if "projected" in extras else state_scale], [s.hidden_zero]))
    fields = dict(fusedActivationFunction=4, cellClip=clip, projClip=0.4 if clip and "projected" in extras else 0.0)
    made = options("LSTM", **fields) if single else options("UnidirectionalSequenceLSTM", timeMajor=s.time_major, **fields)
    add(operator, name, [given, *layers, *peepholes, *biases, *projection, *states, *factors],
        Output((*shape, size), I8, Codes([state_scale], [s.state_zero])), made, intermediates=[*sums, hidden], keeps=single, **expected)


def add_codes_lstm():
    seed = 0
    for count in range(len(EXTRAS) + 1):
        for extras in itertools.combinations(EXTRAS, count):
            name, seed = "_".join(("i8", *extras)), seed + 1
            add_lstm("UNIDIRECTIONAL_SEQUENCE_LSTM", name, CodesLayer(seed, time_major=count % 2 == 1), extras)
            add_lstm("LSTM", name, CodesLayer(seed + 100), extras)
    for kind, scale in CELL_SCALES.items():
        for extras in ((), ("projected",)):
            add_lstm("UNIDIRECTIONAL_SEQUENCE_LSTM", "_".join((f"i8_long{kind}", *extras)),
                     CodesLayer(50 + len(kind), places=64, batch=3, width=20, narrow=7, cell_scale=scale), extras, clip=0.6)
    # More products than are exact at once.
    add_lstm("UNIDIRECTIONAL_SEQUENCE_LSTM", "i8_deep", CodesLayer(70, places=2, batch=1, depth=1300, width=8))


def add_codes_svdf():
    for rank, times, bias, zero in ((1, 10, True, -128), (2, 5, True, -9), (2, 1, False, -128)):
        s, units = CodesLayer(80 + rank), 6
        features = units * rank
        given = Input(s.random.integers(-128, 128, (s.batch, s.depth)).astype(I8), Codes([0.05], [-11]))
        weights = [s.codes(I8, (features, s.depth), 0.01), s.codes(I16, (features, times), 1 / 32767),
                   s.bias(units, 1 << 20, 3e-8) if bias else None]
        add("SVDF", f"i8_{rank}_{times}", [given, *weights, s.state(I16, features * times, 12 / 32767, 0)],
            Output((s.batch, units), I8, Codes([0.1], [zero])), options("SVDF", rank=rank, fusedActivationFunction=1), keeps=True)


FAMILIES = (add_codes_lstm, add_codes_svdf)

"""Calls of a model: what goes in, what comes out, what is refused."""

import threading

import numpy as np
import pytest
from conftest import PAIR

import tandem

LEFT = np.arange(6, dtype=np.float32).reshape(2, 3)
RIGHT = np.full((2, 3), 10, np.float32)


class Tensor:
    """A DLPack tensor of another library."""

    def __init__(self, array, device=1):
        self.array, self.device = array, device

    def __dlpack__(self, **_):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return (self.device, 0)


def test_takes_inputs_by_place_and_by_name(sum_model):
    for result in (sum_model(LEFT, RIGHT), sum_model(right=RIGHT, left=LEFT), sum_model(LEFT, right=RIGHT)):
        assert isinstance(result, np.ndarray) and result.dtype == np.float32
        np.testing.assert_array_equal(result, LEFT + RIGHT)


def test_takes_its_own_inputs_where_they_are(sum_model):
    left, right = sum_model.input("left"), sum_model.input("right")
    left[...], right[...] = LEFT, RIGHT
    np.testing.assert_array_equal(sum_model(left, right), LEFT + RIGHT)
    np.testing.assert_array_equal(sum_model(left[::-1], right), LEFT[::-1] + RIGHT)
    left[...] = LEFT
    np.testing.assert_array_equal(sum_model(right, left), LEFT + RIGHT)  # each over the other
    np.testing.assert_array_equal(left, RIGHT)
    np.testing.assert_array_equal(right, LEFT)
    np.testing.assert_array_equal(sum_model(LEFT, left), LEFT + RIGHT)  # looked at before it is overwritten


def test_shares_its_memory_by_dlpack(sum_model):
    left = np.from_dlpack(sum_model.input("left"))
    left[...] = LEFT
    sum_model.input("right")[...] = RIGHT
    sum_model.run()
    total = np.from_dlpack(sum_model.output("sum"))
    np.testing.assert_array_equal(total, LEFT + RIGHT)
    assert total.ctypes.data == sum_model.output("sum").ctypes.data and total.ctypes.data % 64 == 0
    assert not total.flags.writeable


def test_gives_arrays_that_the_next_call_leaves_alone(sum_model):
    first = sum_model(LEFT, RIGHT)
    sum_model(RIGHT, RIGHT)
    np.testing.assert_array_equal(first, LEFT + RIGHT)


def test_gives_several_outputs_by_name(write):
    result = tandem.compile(write(PAIR)).load()(np.array([-1, 0, 1, 2], np.float32))
    assert list(result) == ["positive", "same:0"]
    np.testing.assert_array_equal(result["positive"], [0, 0, 1, 2])
    np.testing.assert_array_equal(result["same:0"], [-2, 0, 2, 4])


@pytest.mark.parametrize(
    "lie",
    [
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(np.repeat(a, 2, 0), 3, 1)[::2, ::3],
        lambda a: a[::-1, ::-1].copy()[::-1, ::-1],
        lambda a: np.ascontiguousarray(a.T).T,
        lambda a: Tensor(a),
        lambda a: Tensor(np.asfortranarray(a)),
        lambda a: memoryview(a),
    ],
)
def test_takes_elements_however_they_lie(sum_model, lie):
    np.testing.assert_array_equal(sum_model(lie(LEFT), RIGHT), LEFT + RIGHT)


def test_takes_arrays_that_cannot_be_written_to(sum_model):
    fixed = LEFT.copy()
    fixed.flags.writeable = False
    np.testing.assert_array_equal(sum_model(fixed, RIGHT), LEFT + RIGHT)


def test_works_in_place_without_copies(sum_model):
    left, total = sum_model.input("left"), sum_model.output(0)
    left[...] = LEFT
    sum_model.input(1)[...] = RIGHT
    sum_model.run()
    np.testing.assert_array_equal(total, LEFT + RIGHT)
    left[...] = 1  # inputs keep their contents, the right one too
    sum_model.run()
    np.testing.assert_array_equal(total, RIGHT + 1)
    assert np.shares_memory(total, sum_model.output("sum")) and not total.flags.writeable


def test_an_array_that_looks_into_a_model_keeps_its_memory(sum_bundle):
    total = sum_bundle.load().output("sum")
    total.sum()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (lambda: ((LEFT.astype(np.float64), RIGHT), {}), "input 'left' has elements of type float64, expected f32"),
        (lambda: ((LEFT.astype(np.int32), RIGHT), {}), "input 'left' is i32, expected f32"),
        (lambda: ((LEFT.astype(">f4"), RIGHT), {}), "input 'left' has elements of type >f4, expected f32"),
        (lambda: ((LEFT, RIGHT[:1]), {}), "input 'right' is 1x3, expected 2x3"),
        (lambda: ((LEFT, RIGHT.ravel()), {}), "input 'right' is 6, expected 2x3"),
        (lambda: ((LEFT, 1.0), {}), "input 'right' is of type float, expected a NumPy array or a DLPack tensor"),
        (lambda: ((LEFT, [[1.0]]), {}), "input 'right' is of type list, expected a NumPy array or a DLPack tensor"),
        (lambda: ((LEFT, None), {}), "input 'right' is of type NoneType, expected a NumPy array or a DLPack tensor"),
        (lambda: ((LEFT, Tensor(RIGHT, 2)), {}), "input 'right' is not in the CPU's memory, copy it there first"),
        (lambda: ((LEFT,), {}), "model 'sum' was called without input 'right'; its inputs are 'left', 'right'"),
        (lambda: ((LEFT, RIGHT, RIGHT), {}), "model 'sum' was called with 3 arrays; its inputs are 'left', 'right'"),
        (lambda: ((LEFT, RIGHT), {"left": LEFT}), "model 'sum' was called with input 'left' twice; its inputs are 'left', 'right'"),
        (lambda: ((), {"left": LEFT, "up": RIGHT}), "model 'sum' has no input 'up'; its inputs are 'left', 'right'"),
        (lambda: ((LEFT, RIGHT), {"up": LEFT}), "model 'sum' has no input 'up'; its inputs are 'left', 'right'"),
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit(sum_bundle, sum_model, arguments, message):
    args, kwargs = arguments()
    with pytest.raises(tandem.InvalidArgumentError) as caught:
        sum_model(*args, **kwargs)
    assert str(caught.value) == f"{sum_bundle.name}: error: {message}"
    assert isinstance(caught.value, (tandem.Error, ValueError)) and caught.value.code == "invalid-argument"
    assert caught.value.subject == sum_bundle.name
    np.testing.assert_array_equal(sum_model(LEFT, RIGHT), LEFT + RIGHT)  # it goes on working


def test_an_error_of_dlpack_itself_comes_through(sum_model):
    class Refuses(Tensor):
        def __dlpack__(self, **_):
            raise BufferError("it needs a gradient")

    with pytest.raises(BufferError, match="it needs a gradient"):
        sum_model(Refuses(LEFT), RIGHT)


@pytest.mark.parametrize(
    "key, message",
    [
        ("up", "model 'sum' has no input 'up', only 'left', 'right'"),
        (2, "model 'sum' has no input 2, it has 2"),
        (-1, "model 'sum' has no input -1, it has 2"),
        (1.5, "an input is asked for by its name or its place, a str or an int"),
    ],
)
def test_refuses_inputs_that_there_are_not(sum_model, key, message):
    with pytest.raises(tandem.InvalidArgumentError) as caught:
        sum_model.input(key)
    assert str(caught.value).endswith(f": error: {message}")


def test_says_what_it_takes_and_gives(sum_model):
    assert repr(sum_model) == "<tandem.Model 'sum': left f32[2, 3], right f32[2, 3] -> sum f32[2, 3]>"
    assert sum_model.inputs == [tandem.TensorInfo("left", "f32", (2, 3)), tandem.TensorInfo("right", "f32", (2, 3))]
    assert sum_model.outputs == [tandem.TensorInfo("sum", "f32", (2, 3))]
    assert sum_model.name == "sum"


def test_says_what_ran_where(sum_model):
    sum_model(LEFT, RIGHT)
    (region,) = sum_model.regions()
    assert region["backend"] == region["ran_on"] == "cpu" and region["runs"] == 1 and region["us"] > 0
    assert sum_model.notices() == []


def test_a_closed_model_says_so(sum_bundle):
    model = sum_bundle.load()
    left = model.input("left")
    model.close()
    assert repr(model) == "<tandem.Model 'sum', closed>"
    for call in (lambda: model(LEFT, RIGHT), model.run, lambda: model.input(0), lambda: model.inputs, model.regions):
        with pytest.raises(tandem.InvalidArgumentError, match="error: model 'sum' was closed$"):
            call()
    left[...] = 1  # its memory is still there
    model.close()


def test_threads_take_turns(sum_model):
    wrong = []

    def call(number):
        array = np.full((2, 3), number, np.float32)
        for _ in range(300):
            if not np.array_equal(sum_model(array, RIGHT), array + 10):
                wrong.append(number)

    threads = [threading.Thread(target=call, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_closing_while_threads_call_is_clean(sum_bundle):
    model, ended = sum_bundle.load(), []

    def call():
        try:
            while True:
                model(LEFT, RIGHT)
        except tandem.InvalidArgumentError as error:
            ended.append(str(error))

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    model.close()
    for thread in threads:
        thread.join()
    assert len(ended) == 3 and all("was closed" in text for text in ended)


TYPES = {"f32": np.float32, "i8": np.int8, "u8": np.uint8, "i32": np.int32, "i64": np.int64, "f16": np.float16}


@pytest.mark.parametrize("name", ["i32", "i64", "i8", "u8"])
def test_element_types_go_through_as_they_are(write, name):
    kind = {"i32": "i32", "i64": "i64", "i8": "!quant.uniform<i8:f32, 0.5>", "u8": "!quant.uniform<u8:f32, 0.5:128>"}[name]
    model = tandem.compile(
        write(f"""
func.func @main(%x: tensor<2x3x{kind}> {{graph.name = "x"}}) -> (tensor<3x2x{kind}> {{graph.name = "y"}}) {{
  %0 = graph.transpose %x permutation [1, 0] : (tensor<2x3x{kind}>) -> tensor<3x2x{kind}>
  return %0 : tensor<3x2x{kind}>
}}""")
    ).load()
    array = np.arange(6).astype(TYPES[name]).reshape(2, 3)
    result = model(array)
    assert result.dtype == TYPES[name] and model.inputs[0].dtype == name
    np.testing.assert_array_equal(result, array.T)
    assert bool(model.inputs[0].scales) == (name in ("i8", "u8"))


def test_a_device_that_fails_warns_once(write, monkeypatch):
    monkeypatch.setenv("TANDEM_NEURON_LIBRARY", "/nowhere/libneuron.so")
    bundle = tandem.compile(
        write("""
func.func @main(%a: tensor<1x8x8x4xf32> {graph.name = "a"}) -> (tensor<1x8x8x4xf32> {graph.name = "y"}) {
  %0 = graph.add %a, %a : (tensor<1x8x8x4xf32>, tensor<1x8x8x4xf32>) -> tensor<1x8x8x4xf32>
  return %0 : tensor<1x8x8x4xf32>
}"""),
        backends=["neuron", "cpu"],
        placement="greedy",
    )
    with pytest.warns(tandem.FallbackWarning, match="it runs on cpu"):
        model = bundle.load()
    array = np.ones((1, 8, 8, 4), np.float32)
    np.testing.assert_array_equal(model(array), array * 2)
    assert model.regions()[0]["ran_on"] == "cpu" and model.regions()[0]["backend"] == "neuron"

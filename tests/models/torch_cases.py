"""Cases of check_torch_operators.py: PyTorch's own samples of its functions and modules."""

import dataclasses
import itertools

import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db
from torch.utils import _pytree as pytree

SAMPLES = 3  # of one function, spread over all that PyTorch has
MOST_ELEMENTS = 20000
# What is none of a model's: kernels compiled for CUDA at run time, and what PyTorch's own compiler calls.
# Neither does it read what is in the memory of an empty tensor.
LEFT_OUT = ("jiterator", "hash_tensor", "empty", "new_empty", "item", "torch.ops.aten._flash", "torch.ops.aten._efficient", "torch._scaled_mm")


@dataclasses.dataclass
class Case:
    name: str  # "softmax", "nn.Conv2d"
    number: int
    module: torch.nn.Module  # takes the tensors one by one
    inputs: list
    tolerance: float = 1e-5  # of the largest result


class Call(torch.nn.Module):
    """A function of all arguments as one of the tensors among them. Subclasses have `forward` with so many parameters."""

    def __init__(self, function, leaves, structure):
        super().__init__()
        self.function, self.leaves, self.structure = function, leaves, structure

    def call(self, *tensors):
        given = iter(tensors)
        leaves = [next(given) if isinstance(leaf, torch.Tensor) else leaf for leaf in self.leaves]
        arguments, keywords = pytree.tree_unflatten(leaves, self.structure)
        results = [leaf for leaf in pytree.tree_leaves(self.function(*arguments, **keywords)) if leaf is not None]
        return results[0] if len(results) == 1 else tuple(results)


def call_of(function, arguments, keywords):
    """The module, and the tensors that it takes."""
    leaves, structure = pytree.tree_flatten((arguments, keywords))
    tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
    names = ", ".join(f"x{i}" for i in range(len(tensors)))
    space = {}
    exec(f"def forward(self, {names}):\n    return self.call({names})", space)  # tracing takes no *tensors
    module = type("Call", (Call,), space)(function, [leaf if not isinstance(leaf, torch.Tensor) else torch.empty(0) for leaf in leaves], structure)
    return module, tensors


def is_small(tensors):
    return (0 < len(tensors) and all(0 < tensor.numel() for tensor in tensors)
            and sum(tensor.numel() for tensor in tensors) < MOST_ELEMENTS)


def spread(cases):
    """Some of them, the first and the last among them."""
    count = min(SAMPLES, len(cases))
    return [cases[i * (len(cases) - 1) // max(count - 1, 1)] for i in range(count)]


def function_cases(info):
    name = info.name + ("." + info.variant_test_name if info.variant_test_name else "")
    torch.manual_seed(3)
    made = []
    for sample in itertools.islice(info.sample_inputs("cpu", torch.float32), 200):
        arguments = (sample.input, *sample.args)
        module, tensors = call_of(info.op, arguments, sample.kwargs)
        if is_small(tensors) and all(tensor.layout == torch.strided for tensor in tensors):
            made.append((module, [tensor.detach().clone() for tensor in tensors]))
    return [Case(name, i, module.eval(), tensors) for i, (module, tensors) in enumerate(spread(made))]


def module_cases(info):
    torch.manual_seed(3)
    made = []
    for sample in info.module_inputs_func(info, "cpu", torch.float32, False, False):
        arguments, keywords = sample.constructor_input.args, sample.constructor_input.kwargs
        given = sample.forward_input
        if given is None or "device" in keywords:
            continue
        module = info.module_cls(*arguments, **keywords).eval()
        call, tensors = call_of(module, given.args, given.kwargs)
        call.inner = module  # so that its weights are saved
        if is_small(tensors):
            made.append((call, [tensor.detach().clone() for tensor in tensors]))
    return [Case(info.name, i, module.eval(), tensors) for i, (module, tensors) in enumerate(spread(made))]


class Narrow(torch.nn.Module):
    """A module that computes in 16 bits, between float32."""

    def __init__(self, call, dtype):
        super().__init__()
        self.call, self.dtype = call.to(dtype), dtype

    def narrowed(self, *tensors):
        results = self.call(*(tensor.to(self.dtype) if tensor.is_floating_point() else tensor for tensor in tensors))
        widened = [result.float() if result.is_floating_point() else result for result in ([results] if isinstance(results, torch.Tensor) else results)]
        return widened[0] if len(widened) == 1 else tuple(widened)


def narrow_of(call, dtype, count):
    names = ", ".join(f"x{i}" for i in range(count))
    space = {}
    exec(f"def forward(self, {names}):\n    return self.narrowed({names})", space)
    return type("Narrow", (Narrow,), space)(call, dtype).eval()


def half_cases(info, dtype):
    """The first sample of a module in 16 bits: its results are within four units of the largest's last place."""
    return [Case(f"{info.name} in {str(dtype).split('.')[-1]}", case.number, narrow_of(case.module, dtype, len(case.inputs)), case.inputs,
                 4 * torch.finfo(dtype).eps) for case in module_cases(info)[:1]]


def names():
    """Of all modules and functions, what models are made of first, what makes the cases of each."""
    found = {}
    modules = [info for info in sorted(module_db, key=lambda each: each.name) if not info.name.startswith("nn.Lazy")]
    for info in modules:  # lazy ones become the others
        found[info.name] = lambda info=info: module_cases(info)
    for dtype in (torch.float16, torch.bfloat16):
        for info in modules:
            if not info.name.endswith("Loss"):
                found[f"{info.name} in {str(dtype).split('.')[-1]}"] = lambda info=info, dtype=dtype: half_cases(info, dtype)
    for info in sorted(op_db, key=lambda each: (not each.name.startswith("nn.functional"), each.name)):
        if torch.float32 in info.dtypes and not info.name.startswith(LEFT_OUT):
            name = info.name + ("." + info.variant_test_name if info.variant_test_name else "")
            found[name] = lambda info=info: function_cases(info)
    return found

#!/usr/bin/env python3
"""The inner loops of what is generated for aarch64: what they are made of, and how long LLVM's models of processors say that
they take. Nothing is timed: instructions are counted, cycles are modelled (llvm-mca, every load from the first cache).

Usage: model_loops.py [--tandem build/bin/tandem] [--only NAME] [--listing] > docs/generated/loops_aarch64.md
       model_loops.py --check docs/generated/loops_aarch64.md

The peak is what the units of the loop's multiplying instructions can do, by the same model. It needs llvm-objdump-22 and
llvm-mca-22; --check, which holds the counts of a page to what is generated now, only the first.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

# LLVM's model of the Cortex-A76 is that of an older core; the Neoverse N1 is an A76 for servers.
CORES = {"Cortex-A55": "cortex-a55", "Cortex-A76": "neoverse-n1", "Cortex-A510": "cortex-a510", "Cortex-X2": "cortex-x2"}
OF_ARMV8_6 = ("cortex-a510", "cortex-x2")  # the others have no i8mm and no bf16
FEATURES = "+fullfp16,+dotprod,+i8mm,+bf16"
ITERATIONS = 100

CODES = """!in = !quant.uniform<i8:f32, 0.05:3>
!w = !quant.uniform<i8<-127:127>:f32, 0.02>
!out = !quant.uniform<i8:f32, 0.5:-4>
"""


def convolution(pixels, channels, window, out="", kind="f32"):
    """The text of a module with one convolution between equal images."""
    pad = window // 2
    image, filters = (f"1x{pixels}x{pixels}x{channels}", f"{channels}x{window}x{window}x{channels}")
    of_input = "!in" if kind == "i8" else "f32"
    of_filter = "f32" if kind == "f32" else "!w"
    of_result = "!out" if kind == "i8" else "f32"
    stored, number = ("f32", "0.1") if kind == "f32" else ("i8", "7")
    types = f"(tensor<{image}x{of_input}>, tensor<{filters}x{of_filter}>) -> tensor<{image}x{of_result}>"
    return f"""{CODES}func.func @main(%x: tensor<{image}x{of_input}>) -> tensor<{image}x{of_result}> {{
  %f = graph.constant dense<{number}> : tensor<{filters}x{stored}> : tensor<{filters}x{of_filter}>
  %0 = graph.conv_2d %x, %f pad_low [{pad}, {pad}] pad_high [{pad}, {pad}] : {types}
  return %0 : tensor<{image}x{of_result}>
}}"""


def depthwise(pixels, channels):
    image, filters = f"tensor<1x{pixels}x{pixels}x{channels}xf32>", f"tensor<1x3x3x{channels}xf32>"
    return f"""func.func @main(%x: {image}) -> {image} {{
  %f = graph.constant dense<0.1> : {filters} : {filters}
  %0 = graph.depthwise_conv_2d %x, %f pad_low [1, 1] pad_high [1, 1] : ({image}, {filters}) -> {image}
  return %0 : {image}
}}"""


def matrix(columns, rows, kind="f32"):
    of_filter, stored, number = ("f32", "f32", "0.1") if kind == "f32" else ("!w", "i8", "7")
    types = f"(tensor<1x{columns}xf32>, tensor<{rows}x{columns}x{of_filter}>) -> tensor<1x{rows}xf32>"
    return f"""{CODES}func.func @main(%x: tensor<1x{columns}xf32>) -> tensor<1x{rows}xf32> {{
  %f = graph.constant dense<{number}> : tensor<{rows}x{columns}x{stored}> : tensor<{rows}x{columns}x{of_filter}>
  %0 = graph.fully_connected %x, %f : {types}
  return %0 : tensor<1x{rows}xf32>
}}"""


LAYERS = {
    "1×1": convolution(28, 192, 1),
    "5×5": convolution(14, 64, 5),
    "depthwise 3×3": depthwise(28, 192),
    "matrix × vector": matrix(512, 256),
    "1×1, codes": convolution(28, 192, 1, kind="i8"),
    "5×5, codes": convolution(14, 64, 5, kind="i8"),
    "1×1, hybrid": convolution(28, 192, 1, kind="hybrid"),
    "matrix × vector, hybrid": matrix(512, 256, kind="hybrid"),
}
# Instruction set, precision, multiplying instruction, layers.
FLOATS = ["1×1", "5×5", "depthwise 3×3", "matrix × vector"]
OF_CODES = ["1×1, codes", "5×5, codes", "1×1, hybrid", "matrix × vector, hybrid"]
KERNELS = [
    ("neon", "f32", "fmla", FLOATS),
    ("fp16", "f16", "fmla", FLOATS),
    ("bf16", "bf16", "bfmmla", ["1×1", "5×5"]),
    ("bf16", "bf16", "bfdot", ["matrix × vector"]),
    ("neon", "f32", "sadalp", OF_CODES),
    ("dotprod", "f32", "sdot", OF_CODES),
    ("i8mm", "f32", "usmmla", ["1×1, codes", "5×5, codes", "1×1, hybrid"]),
    ("i8mm", "f32", "sudot", ["matrix × vector, hybrid"]),
]
MULTIPLY = re.compile(r"^(fmla|fmul|bfmmla|bfdot|sdot|usdot|sudot|usmmla|smull2?|smlal2?)\b")
LOAD = re.compile(r"^(ld|prfm)")


def image_of(bundle):
    """The code: an ELF file inside another file."""
    content = bundle.read_bytes()
    return content[content.index(b"\x7fELF") :]


def instructions(image, objdump):
    """Addresses and texts."""
    with tempfile.NamedTemporaryFile(suffix=".elf") as file:
        file.write(image)
        file.flush()
        command = [objdump, "-d", "--no-show-raw-insn", f"--mattr={FEATURES}", file.name]
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^\s*([0-9a-f]+):\s+(.*)$", listing, re.M)
    return [(int(address, 16), re.sub(r"\s+", " ", text.split("//")[0].split(" <")[0]).strip()) for address, text in found]


def busiest_loop(code, mnemonic):
    """The one without loops in it that has the most instructions of that name."""
    best, best_count, last_back = [], 0, -1
    places = {address: i for i, (address, _) in enumerate(code)}
    for i, (address, text) in enumerate(code):
        target = re.match(r"^(?:b\.\w+|cbn?z|tbn?z|b)\b.*?0x([0-9a-f]+)$", text)
        start = places.get(int(target[1], 16)) if target else None
        if start is None or start > i:
            continue
        inner, last_back = start > last_back, i
        loop = [text for _, text in code[start : i + 1]]
        count = sum(text.split()[0] == mnemonic for text in loop)
        if inner and count > best_count:
            best, best_count = loop, count
    return best


def simulated(loop, core, figure):
    """A figure of the summary that llvm-mca gives."""
    body = "\n".join(re.sub(r"(0x[0-9a-f]+)$", "round", text) if text.startswith(("b.", "cb", "tb")) else text for text in loop)
    command = ["llvm-mca-22", "-mtriple=aarch64", f"-mcpu={core}", f"-mattr={FEATURES}", f"-iterations={ITERATIONS}"]
    run = subprocess.run(command, input=f"round:\n{body}\n", capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"llvm-mca: {run.stderr}\n{body}")
    summary = run.stdout
    return float(re.search(rf"{figure}:\s+([0-9.]+)", summary)[1])


def share(loop, core):
    """Of a round's cycles those that its multiplying instructions take of the units that they need, in percent."""
    multiplying = [text for text in loop if MULTIPLY.match(text)]
    least = simulated(multiplying, core, "Block RThroughput")
    return round(100 * least / (simulated(loop, core, "Total Cycles") / ITERATIONS))


def loop_of(isa, precision, mnemonic, layer, arguments):
    """The instructions of the inner loop that is generated for a layer."""
    with tempfile.TemporaryDirectory() as folder:
        model, bundle = Path(folder) / "layer.mlir", Path(folder) / "layer.tandem"
        model.write_text(LAYERS[layer])
        command = [arguments.tandem, "compile", model, "--backends", "cpu", "--isa", isa, "--option", f"cpu.precision={precision}", "-o", bundle]
        subprocess.run(command, check=True, capture_output=True)
        return busiest_loop(instructions(image_of(bundle), arguments.objdump), mnemonic)


def counted(isa, precision, layer, loop):
    """The cells of a row that are counted, the first of them what they are of."""
    products = sum(bool(MULTIPLY.match(text)) for text in loop)
    loads = sum(bool(LOAD.match(text)) for text in loop)
    stack = sum("[sp" in text for text in loop)
    return [isa, precision, layer, *map(str, (products, loads, len(loop) - products - loads, stack))]


def kernels(only):
    return [(isa, precision, mnemonic, layer) for isa, precision, mnemonic, layers in KERNELS for layer in layers if only in f"{isa} {precision} {layer}"]


def row(cells):
    print("| " + " | ".join(cells) + " |")


def print_page(arguments):
    print("<!-- Made by tools/dev/model_loops.py: do not edit. -->")
    print("# Inner loops for aarch64, counted and modelled\n")
    print("Instructions of one round of the inner loop are **counted** (a test holds them to what is generated); % of peak is **modelled**")
    print("by llvm-mca, with LLVM's models of processors (of the Cortex-A76 that of the Neoverse N1, which is one for servers) and every")
    print("load from the first cache. No loop here was timed. The peak is what the units of the loop's multiplying instructions can do, by")
    print("the same model.\n")
    header = ["instruction set", "precision", "layer", "multiplying", "loads", "others", "on the stack", *(f"{core}, % of peak" for core in CORES)]
    row(header)
    row(["---"] * len(header))
    for isa, precision, mnemonic, layer in kernels(arguments.only):
        loop = loop_of(isa, precision, mnemonic, layer, arguments)
        cores = OF_ARMV8_6 if isa in ("i8mm", "bf16") else CORES.values()
        shares = [str(share(loop, core)) if core in cores else "–" for core in CORES.values()]
        row(counted(isa, precision, layer, loop) + shares)
        if arguments.listing:
            print("\n".join(loop))


def check_page(arguments):
    """What is wrong with the page, in words; nothing where its counts are those of now."""
    rows = [line.strip("| \n").split(" | ") for line in Path(arguments.check).read_text().splitlines() if line.startswith("| ")]
    on_page = [cells[:7] for cells in rows[2:]]
    now = [counted(isa, precision, layer, loop_of(isa, precision, mnemonic, layer, arguments)) for isa, precision, mnemonic, layer in kernels("")]
    differing = [" ".join(cells) for cells in now if cells not in on_page] or (["rows"] if on_page != now else [])
    if differing:
        sys.exit(f"{arguments.check} is stale ({'; '.join(differing)}): run tools/dev/model_loops.py > {arguments.check}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tandem", default="build/bin/tandem")
    parser.add_argument("--objdump", default="llvm-objdump-22")
    parser.add_argument("--only", default="", help="part of the name of a row")
    parser.add_argument("--listing", action="store_true", help="the loops themselves, too")
    parser.add_argument("--check", metavar="PAGE", help="fail where the counts of the page are no longer those of the code")
    arguments = parser.parse_args()
    check_page(arguments) if arguments.check else print_page(arguments)


if __name__ == "__main__":
    main()

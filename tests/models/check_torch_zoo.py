#!/usr/bin/env python3
"""Compare the PyTorch importer with PyTorch: torchvision's and timm's families of models, as .pt2 and as TorchScript (.pt).

Usage: check_torch_zoo.py [--torchscript] [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3 -m venv .venv-torch-zoo && .venv-torch-zoo/bin/pip install -r tests/models/requirements-torch-zoo.txt
  .venv-torch-zoo/bin/python tests/models/check_torch_zoo.py --write                  # docs/generated/torch.md
  .venv-torch-zoo/bin/python tests/models/check_torch_zoo.py --torchscript --write    # docs/generated/torchscript.md

Of each family the smallest member, with the smallest input that it takes and seeded random weights (statistics of
batch norms that are not the identity), as torch.export writes it, or with --torchscript as torch.jit.trace and torch.jit.script
do; compiled with `tandem compile`, run with `tandem run`, and compared with PyTorch's own output: largest difference over
largest value. Prints a table, in which few of timm's models are scripted, as most are not made for torch.jit.script. Exit: 0 all
within the tolerance, 1 something is not.
"""

import argparse
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import numpy as np
import timm
import torch
import torchvision
from sweep import Sweep, add_arguments, relative_difference, tandem

# Family: model, height and width of the input.
TORCHVISION = {
    "AlexNet": ("alexnet", 63), "ConvNeXt": ("convnext_tiny", 32), "DenseNet": ("densenet121", 32),
    "EfficientNet": ("efficientnet_b0", 32), "EfficientNetV2": ("efficientnet_v2_s", 32),
    "GoogLeNet": ("googlenet", 64), "Inception v3": ("inception_v3", 75), "MaxVit": ("maxvit_t", 224),
    "MNASNet": ("mnasnet0_5", 32), "MobileNetV2": ("mobilenet_v2", 32), "MobileNetV3": ("mobilenet_v3_small", 32),
    "RegNet": ("regnet_y_400mf", 32), "ResNet": ("resnet18", 32), "ResNeXt": ("resnext50_32x4d", 32),
    "ShuffleNetV2": ("shufflenet_v2_x0_5", 32), "SqueezeNet": ("squeezenet1_1", 32), "Swin": ("swin_t", 64),
    "SwinV2": ("swin_v2_t", 64), "VGG": ("vgg11_bn", 32), "ViT": ("vit_b_32", 224), "Wide ResNet": ("wide_resnet50_2", 32),
    "DeepLabV3": ("segmentation.deeplabv3_mobilenet_v3_large", 64), "FCN": ("segmentation.fcn_resnet50", 64),
    "LRASPP": ("segmentation.lraspp_mobilenet_v3_large", 64),
}
# Of videos: model, height and width, frames.
VIDEO = {
    "ResNet 3D": ("video.r3d_18", 32, 4), "ResNet mixed convolution": ("video.mc3_18", 32, 4), "ResNet (2+1)D": ("video.r2plus1d_18", 32, 4),
    "S3D": ("video.s3d", 224, 14), "MViT": ("video.mvit_v1_b", 224, 16), "Swin 3D": ("video.swin3d_t", 64, 4),
}
TIMM = {
    "BEiT": ("beit_base_patch16_224", 224), "CaiT": ("cait_xxs24_224", 224), "CoAtNet": ("coatnet_nano_rw_224", 224),
    "ConvNeXt": ("convnext_atto", 32), "DeiT": ("deit_tiny_patch16_224", 224), "EfficientFormer": ("efficientformer_l1", 224),
    "EfficientNet": ("efficientnet_lite0", 32), "EVA": ("eva02_tiny_patch14_224", 224), "FastViT": ("fastvit_t8", 64),
    "GhostNet": ("ghostnet_050", 32), "HRNet": ("hrnet_w18_small", 64), "Inception-ResNet": ("inception_resnet_v2", 75),
    "LeViT": ("levit_128s", 224), "MixNet": ("mixnet_s", 32), "MLP-Mixer": ("mixer_s32_224", 224),
    "MobileNetV3": ("mobilenetv3_small_050", 32), "MobileNetV4": ("mobilenetv4_conv_small", 32),
    "MobileOne": ("mobileone_s0", 32), "MobileViT": ("mobilevit_xxs", 64), "NFNet": ("nf_resnet26", 32),
    "PoolFormer": ("poolformer_s12", 64), "PVTv2": ("pvt_v2_b0", 64), "RegNet": ("regnetx_002", 32),
    "RepVGG": ("repvgg_a0", 32), "ResNetV2": ("resnetv2_50", 32), "SENet": ("legacy_seresnet18", 32),
    "Swin": ("swin_tiny_patch4_window7_224", 224), "Twins": ("twins_pcpvt_small", 224), "ViT": ("vit_tiny_patch16_224", 224),
    "Xception": ("xception41", 71),
}
# What each form of a model is saved as.
FILE = {"exported": "model.pt2", "traced": "traced.pt", "scripted": "scripted.pt"}
# Families of timm that torch.jit.script takes.
TIMM_SCRIPTED = ("convnext_atto", "efficientnet_lite0", "mobilenetv3_small_050", "regnetx_002", "resnetv2_50", "vit_tiny_patch16_224")
# The name of `forward`'s input, where it is not x.
SCRIPTED_INPUT = {"segmentation.lraspp_mobilenet_v3_large": "input"}


def build(library, name, form):
    if library == "timm":
        return timm.create_model(name, pretrained=False, scriptable=form == "scripted")
    module = torchvision.models
    for part in name.split(".")[:-1]:
        module = getattr(module, part)
    extra = {"weights_backbone": None} if "segmentation" in name else {}
    if name in ("googlenet", "inception_v3"):
        extra = {"init_weights": False}
    return getattr(module, name.split(".")[-1])(weights=None, **extra)


def randomize(model):
    generator = torch.Generator().manual_seed(7)
    for module in model.modules():
        if getattr(module, "running_mean", None) is not None:
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
    for name, parameter in model.named_parameters():
        if "gamma" in name or name.endswith("layer_scale"):  # factors that begin near 0 would hide a branch
            parameter.data.uniform_(0.5, 1.5, generator=generator)
        elif not parameter.any():  # heads that begin as zeros would hide all before them
            parameter.data.normal_(0, 0.1, generator=generator)


def tensors(value):
    """The tensors that a model returns, by the names that the importer gives TorchScript's results."""
    if isinstance(value, torch.Tensor):
        return {"output": value}
    named = value if isinstance(value, dict) else value._asdict() if hasattr(value, "_asdict") else None
    parts = named or {f"output_{index}": part for index, part in enumerate(value)}
    return {name: part for name, part in parts.items() if part is not None}


def save(form, model, value, path):
    """Writes the model in one of its forms; the names of its results in order, where the form has its own."""
    if form == "exported":
        exported = torch.export.export(model, (value,))
        torch.export.save(exported, path)
        return exported.graph_signature.user_outputs
    model = torch.jit.trace(model, value, strict=False, check_trace=False) if form == "traced" else torch.jit.script(model)
    torch.jit.save(model, path)
    return None


def export(library, name, shape, form, folder):
    """Fills the folder with the archive, an input and what PyTorch makes of it."""
    torch.manual_seed(5)
    model = build(library, name, form).eval()
    randomize(model)
    value = torch.from_numpy(np.random.default_rng(11).uniform(-1, 1, shape).astype(np.float32))
    with torch.no_grad():
        names = save(form, model, value, folder / FILE[form])
        expected = tensors(torch.jit.load(folder / FILE[form])(value) if form == "scripted" else model(value))
    np.save(folder / "in.npy", value.numpy())
    np.savez(folder / f"{form}.npz", **dict(zip(names or expected, (each.numpy() for each in expected.values()))))


def difference(arguments, library, name, shape, form):
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        folder = Path(arguments.cache, library, name) if arguments.cache else scratch
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / f"{form}.npz").exists():
            export(library, name, shape, form, folder)
        options = ["--shape", f"{SCRIPTED_INPUT.get(name, 'x')}={'x'.join(map(str, shape))}"] if form == "scripted" else []
        tandem(arguments.tandem, "compile", folder / FILE[form], "-o", scratch / "m.tandem", *options, *arguments.compile_options.split())
        tandem(arguments.tandem, "run", scratch / "m.tandem", "--input", folder / "in.npy", "--save", scratch / "out")
        return max(relative_difference(wanted, np.load(scratch / "out" / f"{output}.npy"))
                   for output, wanted in np.load(folder / f"{form}.npz").items())


def check(arguments, library, name, shape):
    scripted = library == "torchvision" or name in TIMM_SCRIPTED
    forms = ["traced"] + ["scripted"] * scripted if arguments.torchscript else ["exported"]
    return [difference(arguments, library, name, shape, form) for form in forms]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as torchvision/resnet18")
    parser.add_argument("--cache", metavar="FOLDER", help="keep what was exported there, and do not export it again")
    parser.add_argument("--torchscript", action="store_true", help="traced and scripted models")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    version = lambda library: library.__version__.split("+")[0]
    forms = ("saved by torch.jit.trace and torch.jit.script of" if arguments.torchscript else "exported by")
    how = (f"Made by `tests/models/check_torch_zoo.py{' --torchscript' * arguments.torchscript} --write`, which says how: the smallest member of "
           f"each family of torchvision {version(torchvision)} and timm {version(timm)} with random weights, {forms} torch "
           f"{version(torch)}, through `tandem compile` and `tandem run`.")
    labels = ["library", "family", "model", "input"]
    if arguments.torchscript:
        sweep = Sweep("torchscript", arguments, "TorchScript models", how, labels, ["traced", "scripted"])
    else:
        sweep = Sweep("torch", arguments, "PyTorch models", how, labels, ["difference"])
    sys.exit(sweep.run({f"{library}/{name}": ([library, family, name.split(".")[-1], "x".join(map(str, (3, *frames, size, size)))],
                                              lambda library=library, name=name, shape=(1, 3, *frames, size, size): check(arguments, library, name, shape))
                        for library, models in (("torchvision", TORCHVISION), ("torchvision", VIDEO), ("timm", TIMM))
                        for family, (name, size, *frames) in models.items()}))


if __name__ == "__main__":
    main()

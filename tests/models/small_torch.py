#!/usr/bin/env python3
"""Make small/torch_*, whose goldens make_goldens.py computes.

Usage: small_torch.py [NAME...]      (needs requirements-torch.txt)

torch_standardized.pt2: convolutions whose weights are standardized before each use, by a batch norm that has no statistics of
its own, as timm's NFNets have them. torch_traced.pt: a channel shuffle with sizes that are computed, tensors that are changed
in place through slices, an LSTM, a GRU, attention. torch_scripted.pt: loops, branches and containers as torch.jit.script keeps them; traced
around that, so that the file has the input's shape. torch_volumes.pt2: convolutions and pools over the depth of a volume, as video
networks have them, and back up. Weights are random with a fixed seed.
"""

import sys
from pathlib import Path
from typing import Dict, List, Optional

import torch

FOLDER = Path(__file__).resolve().parent / "small"
SHAPE = (1, 3, 24, 20)  # of the one input that each has


class StandardizedConv(torch.nn.Conv2d):
    def __init__(self, inputs, outputs, **options):
        super().__init__(inputs, outputs, 3, padding=1, **options)
        self.gain = torch.nn.Parameter(torch.empty(outputs).uniform_(0.2, 0.6))

    def forward(self, x):
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = torch.nn.functional.batch_norm(rows, None, None, weight=self.gain, training=True, momentum=0.0, eps=1e-6)
        return torch.nn.functional.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, self.padding)


def standardized():
    return torch.nn.Sequential(StandardizedConv(3, 8, stride=2), torch.nn.SiLU(), StandardizedConv(8, 12, stride=2), torch.nn.SiLU(),
                               torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(48, 10)).eval()


class Traced(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, stride=2, padding=1), torch.nn.BatchNorm2d(8), torch.nn.ReLU(inplace=True))
        self.rows = torch.nn.LSTM(12 * 8, 6, batch_first=True, bidirectional=True)
        self.more = torch.nn.GRU(12, 8, num_layers=2)
        self.look = torch.nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = torch.nn.Linear(8, 5)
        for parameter in (*self.rows.parameters(), *self.more.parameters(), *self.look.parameters()):
            parameter.data *= 3  # results differ more

    def forward(self, x):
        x = self.stem(x)
        batch, channels, height, width = x.shape
        x = x.view(batch, 2, channels // 2, height, width).transpose(1, 2).reshape(batch, channels, height, width)
        x[:, 1] = x[:, 0] * 0.5
        x[:, 2:4] += 1
        rows = x[:, :, :, :8].permute(0, 2, 1, 3).flatten(2)
        rows = torch.cat([rows, rows.new_zeros(batch, height, 32)], dim=2)
        rows = self.more(self.rows(rows)[0].transpose(0, 1))[0].transpose(0, 1)
        rows = rows + self.look(rows, rows, rows, need_weights=False)[0]
        return self.head(rows)


class Blocks(torch.nn.Module):
    scale: Optional[float]

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([torch.nn.Conv2d(3 + 4 * i, 4, 3, padding=1) for i in range(3)])
        self.pools: List[int] = [2, 1]
        self.scale = 0.5

    def forward(self, x: torch.Tensor, wide: bool = False) -> Dict[str, torch.Tensor]:
        features = [x]
        for layer in self.layers:
            features.append(torch.relu(layer(torch.cat(features, 1))))
        result: Dict[str, torch.Tensor] = {}
        for i, size in enumerate(self.pools):
            pooled = torch.nn.functional.adaptive_avg_pool2d(features[-1 - i], [size, size])
            scale = self.scale
            if scale is not None and not wide:
                pooled = pooled * scale
            result[f"level{i}"] = pooled.flatten(1)
        rounds = 0
        while rounds * rounds < x.shape[2]:
            rounds += 1
        result["sum"] = x.mean([2, 3]) * float(rounds)
        assert len(result) == 3, f"{len(result)} results"
        return result


class Around(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = torch.jit.script(Blocks())

    def forward(self, x):
        return self.blocks(x)


class Factored(torch.nn.Module):
    """A residual of convolutions of images and of depths, and one of both for each channel, as in R(2+1)D and X3D."""

    def __init__(self, channels):
        super().__init__()
        self.images = torch.nn.Conv3d(channels, 12, (1, 3, 3), padding=(0, 1, 1), bias=False)
        self.norm = torch.nn.BatchNorm3d(12)
        self.depths = torch.nn.Conv3d(12, channels, (3, 1, 1), padding=(1, 0, 0))
        self.each = torch.nn.Conv3d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x):
        return torch.relu(x + self.each(self.depths(torch.relu(self.norm(self.images(x))))))


class Volumes(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = torch.nn.Sequential(torch.nn.Conv3d(3, 8, (3, 5, 4), stride=(1, 2, 1), padding=(1, 2, 1), bias=False), torch.nn.BatchNorm3d(8), torch.nn.ReLU())
        self.block = Factored(8)
        self.pool = torch.nn.MaxPool3d((2, 3, 3), stride=2, padding=(0, 1, 1), ceil_mode=True)
        self.deep = torch.nn.Conv3d(8, 12, 3, padding=1, groups=2)
        self.up = torch.nn.ConvTranspose3d(12, 6, 3, stride=2, padding=1, output_padding=(1, 0, 1))
        self.head = torch.nn.Linear(6 * 4 + 12, 10)
        for module in self.modules():
            if isinstance(module, torch.nn.BatchNorm3d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)

    def forward(self, x):
        x = self.block(self.stem(x.reshape(1, 3, 6, 8, 10)))
        x = self.deep(self.pool(x))
        up = torch.nn.functional.interpolate(self.up(x), scale_factor=(1.0, 2.0, 1.0), mode="trilinear")
        up = torch.nn.functional.avg_pool3d(up, 3, stride=2, padding=1, count_include_pad=False)
        up = torch.nn.functional.adaptive_avg_pool3d(up, (1, 2, 2))
        return self.head(torch.cat([up.flatten(1), torch.nn.functional.adaptive_avg_pool3d(x, 1).flatten(1)], 1))


def main():
    example = torch.zeros(SHAPE)
    torch.manual_seed(1)
    made = {"torch_standardized.pt2": standardized(), "torch_traced.pt": Traced().eval(), "torch_scripted.pt": Around().eval(),
            "torch_volumes.pt2": Volumes().eval()}
    for name in sys.argv[1:] or made:
        if name.endswith(".pt2"):
            torch.export.save(torch.export.export(made[name], (example,)), FOLDER / name)
        else:
            with torch.no_grad():
                torch.jit.save(torch.jit.trace(made[name], example, strict=False), FOLDER / name)


if __name__ == "__main__":
    main()

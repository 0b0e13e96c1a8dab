#!/usr/bin/env python3
"""Make small/torch_standardized.pt2, whose goldens make_goldens.py computes.

Usage: small_torch.py      (needs requirements-torch.txt)

Convolutions whose weights are standardized before each use, by a batch norm that has no statistics of its own, as timm's
NFNets have them. Weights are random with a fixed seed.
"""

from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent / "small"


class StandardizedConv(torch.nn.Conv2d):
    def __init__(self, inputs, outputs, **options):
        super().__init__(inputs, outputs, 3, padding=1, **options)
        self.gain = torch.nn.Parameter(torch.empty(outputs).uniform_(0.2, 0.6))

    def forward(self, x):
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = torch.nn.functional.batch_norm(rows, None, None, weight=self.gain, training=True, momentum=0.0, eps=1e-6)
        return torch.nn.functional.conv2d(x, weight.reshape_as(self.weight), self.bias, self.stride, self.padding)


def main():
    torch.manual_seed(1)
    model = torch.nn.Sequential(StandardizedConv(3, 8, stride=2), torch.nn.SiLU(), StandardizedConv(8, 12, stride=2), torch.nn.SiLU(),
                                torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Linear(48, 10)).eval()
    torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 24, 20),)), FOLDER / "torch_standardized.pt2")


if __name__ == "__main__":
    main()

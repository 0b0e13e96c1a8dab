#!/usr/bin/env python3
"""Exports a small network in the archive layout of the PyTorch that runs this: export_small.py OUT.pt2

small_2_6.pt2 is by torch 2.6.0, small_2_15.pt2 by torch 2.15.0; make_variants.py makes the others of
these two, without PyTorch.
"""
import sys

import torch
from torch import nn


def main():
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(2)
    norm.running_mean.copy_(torch.tensor([1.0, 2.0]))
    norm.running_var.copy_(torch.tensor([3.0, 4.0]))
    model = nn.Sequential(nn.Conv2d(1, 2, (1, 3), stride=2, padding=(0, 1), bias=False), norm, nn.ReLU(inplace=True),
                          nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3), nn.Softmax(1)).eval()
    model[0].weight.data = torch.arange(6.0).reshape(2, 1, 1, 3)
    model[5].weight.data = torch.arange(24.0).reshape(3, 8)
    model[5].bias.data = torch.arange(3.0)
    program = torch.export.export(model, (torch.zeros(1, 1, 8, 8),))
    for node in program.graph.nodes:  # paths of the machine that runs this
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, sys.argv[1])


if __name__ == "__main__":
    main()

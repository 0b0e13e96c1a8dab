#!/usr/bin/env python3
"""What a peer runs, made of a model once: of a peer that compiles or converts ahead of time.

Usage: peer_convert.py PEER MODEL FOLDER

Prints the path, as the last line.
"""

import importlib
import sys
from pathlib import Path


def main(peer, model, folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    print(importlib.import_module(f"peers.{peer}").convert(Path(model), Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])

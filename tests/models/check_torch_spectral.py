#!/usr/bin/env python3
"""Compare the PyTorch importer with PyTorch on Fourier transforms, complex numbers and what audio models make of them.

Usage: check_torch_spectral.py [--tandem build/bin/tandem] [NAME...]

  .venv-torch-zoo/bin/python tests/models/check_torch_spectral.py

Each module is exported, exported and decomposed, traced and scripted, compiled with `tandem compile` and run with `tandem run`:
largest difference over largest value. Forms that a module has not are left out below. Exit: 0 all within the tolerance, 1 something
is not.
"""

import argparse
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import numpy as np
import torch
from check_torch_zoo import tensors
from sweep import ROOT, relative_difference, tandem

TOLERANCE = 1e-4


class Spectrogram(torch.nn.Module):
    """As torchaudio has it."""

    def __init__(self, size=400, step=160, length=None, power=2.0, normalized=False):
        super().__init__()
        self.size, self.step, self.length, self.power, self.normalized = size, step, length or size, power, normalized
        self.register_buffer("window", torch.hann_window(self.length))

    def forward(self, x):
        z = torch.stft(x, self.size, self.step, self.length, self.window, center=True, pad_mode="reflect", normalized=self.normalized,
                       onesided=True, return_complex=True)
        return z.abs().pow(self.power)


class MelSpectrogram(torch.nn.Module):
    def __init__(self, size=512, bands=40):
        super().__init__()
        self.spectrogram = Spectrogram(size, size // 4)
        self.register_buffer("bank", torch.rand(size // 2 + 1, bands, generator=torch.Generator().manual_seed(1)))

    def forward(self, x):
        mel = torch.matmul(self.spectrogram(x).transpose(-1, -2), self.bank).transpose(-1, -2)
        return torch.log(mel + 1e-3)


class Pairs(Spectrogram):
    def forward(self, x):
        z = torch.view_as_real(torch.stft(x, self.size, self.step, window=self.window, center=False, return_complex=True))
        return torch.sqrt(z[..., 0] ** 2 + z[..., 1] ** 2)


class Masked(Spectrogram):
    """A mask on the spectrum, and back: as models that take noise away."""

    def forward(self, x):
        z = torch.stft(x, self.size, self.step, window=self.window, return_complex=True)
        return torch.istft(z * torch.sigmoid(z.abs()), self.size, self.step, window=self.window, length=x.shape[-1])


class Transforms(torch.nn.Module):
    def forward(self, x):
        a, b, d = torch.fft.rfft(x), torch.fft.fft(x), torch.fft.rfft2(x.unsqueeze(0))
        e = torch.fft.ifft(b * b.conj(), norm="ortho")
        return (a.real, b.imag, torch.fft.irfft(a * 2), d.abs(), e.real, torch.fft.fft2(x.unsqueeze(0)).real, torch.fft.irfft2(d),
                torch.fft.rfft(x, n=20).imag, torch.fft.irfft(a, n=11), torch.fft.rfft(x, dim=0, norm="forward").real)


class Numbers(torch.nn.Module):
    def forward(self, x):
        z = torch.complex(x, x * 2 - 1)
        p = torch.polar(x.abs(), x)
        pairs = torch.view_as_complex(torch.stack([x, x * 2], -1))
        s = (z + pairs) / (p - 2) * z.conj() + x
        return (z.imag, z.angle(), p.real, pairs.abs(), s.real, s.imag, torch.fft.fftshift(z).real,
                torch.cat([z, p], 1).reshape(4, -1).transpose(0, 1).unsqueeze(0).imag, (z[:, 2:5] * 3).sum(1).real)


class Fourier(torch.nn.Module):
    """Tokens mixed by a transform, as FNet does."""

    def forward(self, x):
        return torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2).real


CASES = {
    "spectrogram": (Spectrogram, (2, 4000)), "spectrogram 1024": (lambda: Spectrogram(1024, 256), (1, 6000)),
    "spectrogram window": (lambda: Spectrogram(512, 128, 400, 1.0, True), (2, 4000)), "mel spectrogram": (MelSpectrogram, (2, 4000)),
    "pairs": (Pairs, (2, 4000)), "masked": (Masked, (2, 4000)), "transforms": (Transforms, (2, 16)), "numbers": (Numbers, (4, 8)),
    "fourier": (Fourier, (1, 12, 24)),
}
# Scatters with lists of places; what torch.jit.script makes of code for tensors of any rank.
WITHOUT = {"masked": {"decomposed"}}


def save(form, model, value, path):
    """Writes the archive; the names of the outputs, where they have any."""
    if form in ("traced", "scripted"):
        made = torch.jit.trace(model, value, check_trace=False) if form == "traced" else torch.jit.script(model)
        torch.jit.save(made, path)
        return None
    program = torch.export.export(model, (value,))
    program = program.run_decompositions() if form == "decomposed" else program
    torch.export.save(program, path)
    return program.graph_signature.user_outputs


def difference(arguments, make, shape, form):
    torch.manual_seed(5)
    model = make().eval()
    value = torch.from_numpy(np.random.default_rng(11).uniform(-1, 1, shape).astype(np.float32))
    with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
        folder = Path(temporary)
        file = folder / ("model.pt" if form in ("traced", "scripted") else "model.pt2")
        names = save(form, model, value, file)
        expected = tensors(model(value))
        np.save(folder / "in.npy", value.numpy())
        options = ["--shape", f"x={'x'.join(map(str, shape))}"] if form == "scripted" else []
        tandem(arguments.tandem, "compile", file, "-o", folder / "m.tandem", *options, *arguments.compile_options.split())
        tandem(arguments.tandem, "run", folder / "m.tandem", "--input", folder / "in.npy", "--save", folder / "out")
        return max(relative_difference(wanted.numpy(), np.load(folder / "out" / f"{name}.npy"))
                   for name, wanted in zip(names or expected, expected.values()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as 'mel spectrogram'")
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--compile-options", default="", help="more arguments of tandem compile")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    bad = count = 0
    for name, (make, shape) in CASES.items():
        for form in ("exported", "decomposed", "traced", "scripted"):
            if (arguments.names and name not in arguments.names) or form in WITHOUT.get(name, ()):
                continue
            try:
                worst = difference(arguments, make, shape, form)
                verdict = f"{worst:.1e}" + ("" if worst <= TOLERANCE else "  too far")
                bad += not worst <= TOLERANCE
            except Exception as error:  # whatever a framework raises: the next form is another matter
                verdict = f"error: {' '.join(str(error).split())[:400]}"
                bad += 1
            count += 1
            print(f"{name:20} {form:10} {verdict}", flush=True)
    print(f"{bad} of {count} not within {TOLERANCE:g}" if bad else f"all {count} within {TOLERANCE:g}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

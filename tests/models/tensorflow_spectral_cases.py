"""Cases of check_tensorflow_operators.py: Fourier transforms, complex numbers, and what tf.signal makes of them."""

import math

import tensorflow as tf


def spectral(case, values):
    """`case` and `values` are those of tensorflow_cases.py."""
    found = []

    def add(name, function, *shapes):
        found.append(case(name, function, {key: values(*shape, seed=i) for i, (key, shape) in enumerate(zip("abc", shapes))}))

    def pair(a, b):
        return tf.complex(a, b)

    def parts(x):
        return tf.math.real(x), tf.math.imag(x)

    for size in (1, 2, 7, 16, 31, 400, 1024):
        add(f"RFFT {size}", lambda a: parts(tf.signal.rfft(a)), (3, size))
        add(f"IRFFT {size}", lambda a, b, n=size: tf.signal.irfft(pair(a, b), [n]), (2, size // 2 + 1), (2, size // 2 + 1))
    for size in (5, 16, 1024, 1500):
        add(f"FFT {size}", lambda a, b: parts(tf.signal.fft(pair(a, b))), (2, size), (2, size))
        add(f"IFFT {size}", lambda a, b: parts(tf.signal.ifft(pair(a, b))), (2, size), (2, size))
    add("FFT of reals", lambda a: parts(tf.signal.fft(tf.cast(a, tf.complex64))), (3, 12))
    add("RFFT longer", lambda a: parts(tf.signal.rfft(a, [20])), (3, 12))
    add("RFFT shorter", lambda a: parts(tf.signal.rfft(a, [9])), (3, 12))
    add("IRFFT longer", lambda a, b: tf.signal.irfft(pair(a, b), [20]), (2, 9), (2, 9))
    add("IRFFT shorter", lambda a, b: tf.signal.irfft(pair(a, b), [11]), (2, 9), (2, 9))
    add("RFFT2D", lambda a: parts(tf.signal.rfft2d(a)), (2, 6, 8))
    add("RFFT2D longer", lambda a: parts(tf.signal.rfft2d(a, [8, 5])), (2, 6, 8))
    add("IRFFT2D", lambda a, b: tf.signal.irfft2d(pair(a, b)), (2, 6, 5), (2, 6, 5))
    add("FFT2D", lambda a, b: parts(tf.signal.fft2d(pair(a, b))), (2, 6, 8), (2, 6, 8))
    add("IFFT2D", lambda a, b: parts(tf.signal.ifft2d(pair(a, b))), (2, 6, 8), (2, 6, 8))
    add("FFT3D", lambda a, b: parts(tf.signal.fft3d(pair(a, b))), (4, 6, 8), (4, 6, 8))
    add("RFFT3D", lambda a: parts(tf.signal.rfft3d(a)), (4, 6, 8))

    add("ComplexAbs, Angle", lambda a, b: (tf.abs(pair(a, b)), tf.math.angle(pair(a, b))), (3, 4), (3, 4))
    add("Conj", lambda a, b: parts(tf.math.conj(pair(a, b)) * pair(b, a)), (3, 4), (3, 4))
    add("complex arithmetic", lambda a, b: parts((pair(a, b) + pair(b, a)) / (pair(a, a) - pair(b, a) * tf.cast(a, tf.complex64))),
        (3, 4), (3, 4))
    add("complex exponential", lambda a, b: parts(tf.exp(pair(a, b)) * tf.square(pair(a, b))), (3, 4), (3, 4))
    add("complex to real", lambda a, b: tf.cast(pair(a, b), tf.float32), (3, 4), (3, 4))

    def moved(a, b):
        x = tf.transpose(tf.reshape(pair(a, b), [4, 3]))
        x = tf.concat([x[:, 1:], x[:, :1]], 1)
        return parts(tf.reduce_sum(tf.stack(tf.unstack(x[tf.newaxis], axis=2), axis=0), 0))

    add("complex numbers moved", moved, (3, 4), (3, 4))

    for length, step in ((256, 64), (400, 160), (100, 30), (1024, 512)):
        add(f"stft {length} {step}", lambda a, n=length, s=step: tf.abs(tf.signal.stft(a, n, s)), (2, 3000))
    add("stft padded", lambda a: parts(tf.signal.stft(a, 200, 80, fft_length=256, pad_end=True)), (1, 1000))
    add("inverse stft", lambda a: tf.signal.inverse_stft(
        tf.signal.stft(a, 128, 32), 128, 32, window_fn=tf.signal.inverse_stft_window_fn(32)), (2, 1000))

    def mel(a):
        power = tf.square(tf.abs(tf.signal.stft(a, 400, 160, fft_length=512)))
        matrix = tf.signal.linear_to_mel_weight_matrix(20, 257, 16000, 80.0, 7600.0)
        return tf.math.log(tf.tensordot(power, matrix, 1) + 1e-3)

    add("mel spectrogram", mel, (2, 3000))
    add("mfccs", lambda a: tf.signal.mfccs_from_log_mel_spectrograms(mel(a)), (2, 3000))
    for kind in (2, 3):
        add(f"dct {kind}", lambda a, k=kind: tf.signal.dct(a, k, norm="ortho"), (3, 20))
    add("power in decibels", lambda a: 10 / math.log(10) * tf.math.log(tf.abs(tf.signal.rfft(a)) + 1), (3, 64))
    return found

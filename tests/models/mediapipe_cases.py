"""Custom operators of MediaPipe, of which LiteRT has no kernels: by their definitions, in numpy."""

import numpy as np
from flatbuffers import flexbuffers

from operator_case import F32, Case, Input, Output, add, constant, options, values


def add_mediapipe():
    """Custom operators of MediaPipe, of which LiteRT has no kernel: by their definitions, in numpy."""
    pool = lambda padding, stride, size: np.array([padding, *stride[::-1], *size[::-1], 0], np.int32).tobytes()
    image = values(F32, (2, 5, 7, 3))
    for name, padding, stride, size in (("same", 1, (2, 2), (2, 2)), ("valid", 2, (2, 1), (3, 2)), ("same_wide", 1, (2, 2), (3, 3))):
        largest, places = max_pool_with_argmax(image, padding == 1, stride, size)
        add("MaxPoolingWithArgmax2D", name, [Input(image)], [Output(largest.shape, F32), Output(places.shape, F32)],
            pool(padding, stride, size), expected=[largest, places])
    for size in ((2, 2), (2, 3)):
        places = np.random.default_rng(3).integers(0, size[0] * size[1], image.shape)
        whole = np.zeros((2, 5, size[0], 7, size[1], 3), F32)
        for n, y, x, c in np.ndindex(image.shape):
            whole[n, y, places[n, y, x, c] // size[1], x, places[n, y, x, c] % size[1], c] = image[n, y, x, c]
        whole = whole.reshape(2, 5 * size[0], 7 * size[1], 3)
        add("MaxUnpooling2D", f"{size[1]}", [Input(image), Input((places + 0.1).astype(F32))], Output(whole.shape, F32),
            pool(1, size, size), expected=[whole])
    landmarks = values(F32, (1, 9, 3), 7, low=0, high=60)
    crop = dict(left_rotation_idx=2, right_rotation_idx=5, target_rotation_radians=0.3, output_height=6, output_width=8, scale_x=1.5,
                scale_y=1.25)
    shown = [0, 1, 2, 3, 7, 8]
    matrix = landmark_matrix(landmarks[0], shown, **crop)
    builder = flexbuffers.Builder()
    with builder.Map():
        for key, value in crop.items():
            builder.Add(key, value)
        with builder.TypedVector("subset_idxs"):
            for index in shown:
                builder.Int(index)
    add("Landmarks2TransformMatrix", "f32", [Input(landmarks)], Output((1, 4, 4), F32), bytes(builder.Finish()), expected=[matrix])
    for points in (landmarks, landmarks[:, :, :2].copy()):
        moved = points.copy()
        moved[0, :, :2] = points[0, :, :2] @ matrix[0, :2, :2].T + matrix[0, :2, 3]
        add("TransformLandmarks", f"f32_{points.shape[2]}", [Input(points), Input(matrix)], Output(points.shape, F32),
            flexbuffers.Dumps({"dimensions": points.shape[2]}), expected=[moved])
    source = values(F32, (1, 11, 13, 4), 8)
    turned = np.array([[1.1, -0.4, 0, 2.5], [0.5, 0.9, 0, -1.25], [0, 0, 1, 0], [0, 0, 0, 1]], F32)[None]
    add("TransformTensorBilinear", "f32", [Input(source), Input(turned)], Output((1, 6, 8, 4), F32),
        flexbuffers.Dumps({"mode": "bilinear", "output_size": [6, 8]}), expected=[transformed_image(source[0], turned[0], 6, 8)[None]])


def add_transpose_convolution():
    """TRANSPOSE_CONV with a bias, whose padding and strides are a struct, and whose shape stands at the result."""
    image, kernel, bias = Input(values(F32, (1, 3, 4, 6))), constant(values(F32, (5, 3, 3, 6), 2), F32), constant(values(F32, (5,), 3), F32)
    for name, padding, shape in (("same", 1, (1, 6, 8, 5)), ("valid", 2, (1, 7, 9, 5))):
        same = options("TransposeConv", padding=padding - 1, strideW=2, strideH=2)
        add("Convolution2DTransposeBias", f"f32_{name}", [image, kernel, bias], Output(shape, F32),
            np.array([padding, 2, 2], np.int32).tobytes(),
            like=Case("TRANSPOSE_CONV", name, [constant(list(shape)), kernel, image, bias], [Output(shape, F32)], same))


def max_pool_with_argmax(image, same, stride, size):
    """The largest of each window, and its place in the window plus 0.1."""
    rows = [-(-n // s) if same else (n - k) // s + 1 for n, s, k in zip(image.shape[1:3], stride, size)]
    before = [max((r - 1) * s + k - n, 0) // 2 if same else 0 for r, n, s, k in zip(rows, image.shape[1:3], stride, size)]
    largest = np.full((image.shape[0], *rows, image.shape[3]), -np.inf, F32)
    places = np.zeros(largest.shape, F32)
    for n, y, x, c in np.ndindex(largest.shape):
        for i, (dy, dx) in enumerate(np.ndindex(*size)):
            at = (y * stride[0] - before[0] + dy, x * stride[1] - before[1] + dx)
            if 0 <= at[0] < image.shape[1] and 0 <= at[1] < image.shape[2] and image[n, *at, c] > largest[n, y, x, c]:
                largest[n, y, x, c], places[n, y, x, c] = image[n, *at, c], F32(i + 0.1)
    return largest, places


def landmark_matrix(landmarks, shown, left_rotation_idx, right_rotation_idx, target_rotation_radians, output_height, output_width,
                    scale_x, scale_y):
    """From a crop around landmarks, turned so that a line of two is level, to the image."""
    def affine(a=1.0, b=0.0, x=0.0, c=0.0, d=1.0, y=0.0):
        return np.array([[a, b, 0, x], [c, d, 0, y], [0, 0, 1, 0], [0, 0, 0, 1]])

    line = landmarks[right_rotation_idx] - landmarks[left_rotation_idx]
    angle = target_rotation_radians - np.arctan2(line[1], line[0])
    turn = lambda r: affine(np.cos(r), -np.sin(r), 0, np.sin(r), np.cos(r))
    level = landmarks[shown, :2] @ turn(angle)[:2, :2].T
    low, high = level.min(0), level.max(0)
    middle = turn(-angle)[:2, :2] @ ((low + high) / 2)
    size = (high - low) * (scale_x, scale_y) / (output_width, output_height)
    return (affine(x=middle[0], y=middle[1]) @ turn(-angle) @ affine(size[0], d=size[1])
            @ affine(x=-output_width / 2, y=-output_height / 2)).astype(F32)[None]


def transformed_image(image, matrix, height, width):
    """Between the four pixels around where the matrix puts each, by their centres; zero outside."""
    result = np.zeros((height, width, image.shape[2]), F32)
    for y, x in np.ndindex(height, width):
        atX, atY = matrix[:2] @ (x + 0.5, y + 0.5, 0, 1) - 0.5
        if not (0 <= atX <= image.shape[1] - 1 and 0 <= atY <= image.shape[0] - 1):
            continue
        left, top = int(atX), int(atY)
        right, below = min(left + 1, image.shape[1] - 1), min(top + 1, image.shape[0] - 1)
        across, down = atX - left, atY - top
        upper = (1 - across) * image[top, left] + across * image[top, right]
        lower = (1 - across) * image[below, left] + across * image[below, right]
        result[y, x] = (1 - down) * upper + down * lower
    return result


FAMILIES = (add_mediapipe, add_transpose_convolution)

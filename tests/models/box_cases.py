"""Cases of check_operators.py that choose boxes."""

import numpy as np
from flatbuffers import flexbuffers

from operator_case import F32, I32, Input, Output, add, constant, given


def add_boxes():
    """The best of 60 boxes, which overlap; more of them do not than are asked for."""
    anchors, each = 60, np.random.default_rng(5)
    boxes = np.concatenate([each.uniform(0, 1, (anchors, 2)), each.uniform(0.1, 0.3, (anchors, 2))], 1).astype(F32)
    for classes_each, by_class, background in ((1, False, 0), (1, False, 1), (2, False, 0), (2, False, 1), (1, True, 0),
                                               (1, True, 1)):
        count = 8 * classes_each
        add("TFLite_Detection_PostProcess", f"f32_{classes_each}_{background}{'_by_class' if by_class else ''}",
            [given(F32, (1, anchors, 4), 2), given(F32, (1, anchors, 5 + background), 3, low=0, high=1), constant(boxes, F32)],
            [Output((1, count, 4), F32), Output((1, count), F32), Output((1, count), F32), Output((1,), F32)],
            flexbuffers.Dumps({"max_detections": 8, "max_classes_per_detection": classes_each, "num_classes": 5,
                               "detections_per_class": 3, "use_regular_nms": by_class,
                               "nms_score_threshold": 0.1, "nms_iou_threshold": 0.3, "y_scale": 10.0, "x_scale": 10.0,
                               "h_scale": 5.0, "w_scale": 5.0}))
    corners = np.concatenate([boxes[:, :2] + boxes[:, 2:], boxes[:, :2]], 1)  # the far corner first
    inputs = [Input(corners), given(F32, (anchors,), 3, low=0, high=1)]
    for threshold, most in ((0.1, 12), (0.9, 12), (0.2, 70)):  # more and fewer than there are
        limits = [constant(most), constant(0.3, F32), constant(threshold, F32)]
        name = f"f32_{most}_{threshold}"
        add("NON_MAX_SUPPRESSION_V4", name, [*inputs, *limits], [Output((most,), I32), Output((), I32)])
        for sigma in (0.0, 0.4):
            add("NON_MAX_SUPPRESSION_V5", f"{name}_{sigma}", [*inputs, *limits, constant(sigma, F32)],
                [Output((most,), I32), Output((most,), F32), Output((), I32)])


FAMILIES = (add_boxes,)

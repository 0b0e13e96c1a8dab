"""Families of packages beside `transformers` for check_torch_packages.py: small configurations with random weights."""

import functools
import importlib

import torch
from torch_transformers import uniform


def of(path, *options, inputs=((1, 3, 64, 64),), **keywords):
    """What the class or function at `path` makes, for inputs of these shapes."""

    def make():
        module, name = path.rsplit(".", 1)
        return getattr(importlib.import_module(module), name)(*options, **keywords), tuple(uniform(*each) if isinstance(each, tuple) else each for each in inputs)

    return make


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def call(path, *options, shape=(1, 3, 32, 32), **keywords):
    """A function of pictures, of which values are from 0 to 1."""

    def make():
        module, name = path.rsplit(".", 1)
        return Function(lambda x: getattr(importlib.import_module(module), name)(x, *options, **keywords)), ((uniform(*shape) + 1) / 2,)

    return make


def ids(*shape, most=50):
    return torch.randint(1, most, shape, generator=torch.Generator().manual_seed(4))


def yolo(kind, file, exporting=False, size=64):
    """Of ultralytics; as its own exporter leaves it, or as it is."""

    def make():
        tasks = importlib.import_module("ultralytics.nn.tasks")
        model = getattr(tasks, kind)(file, verbose=False).eval()
        for module in model.modules():
            if exporting and hasattr(module, "export"):
                module.export, module.format, module.dynamic = True, "torchscript", False
        return model.fuse(verbose=False) if exporting else model, (uniform(1, 3, size, size),)

    return make


ULTRALYTICS = {
    **{f"{name}": yolo("DetectionModel", file) for name, file in {
        "YOLOv3-tiny": "yolov3-tiny.yaml", "YOLOv5": "yolov5n.yaml", "YOLOv6": "yolov6n.yaml", "YOLOv8": "yolov8n.yaml", "YOLOv9": "yolov9t.yaml",
        "YOLOv10": "yolov10n.yaml", "YOLO11": "yolo11n.yaml", "YOLO12": "yolo12n.yaml", "YOLO26": "yolo26n.yaml", "YOLOv8-P2": "yolov8n-p2.yaml",
        "YOLOv8-GhostNet": "yolov8n-ghost.yaml"}.items()},
    **{f"{name}, exporting": yolo("DetectionModel", file, True) for name, file in {
        "YOLOv5": "yolov5n.yaml", "YOLOv8": "yolov8n.yaml", "YOLOv10": "yolov10n.yaml", "YOLO11": "yolo11n.yaml", "YOLO12": "yolo12n.yaml", "YOLO26": "yolo26n.yaml"}.items()},
    **{f"{name}, {task}": yolo(kind, f"{file}-{end}.yaml") for name, file in {"YOLOv8": "yolov8n", "YOLO11": "yolo11n", "YOLO26": "yolo26n"}.items() for task, kind, end in (
        ("segments", "SegmentationModel", "seg"), ("poses", "PoseModel", "pose"), ("classes", "ClassificationModel", "cls"), ("oriented boxes", "OBBModel", "obb"))},
    "YOLOv8, segments, exporting": yolo("SegmentationModel", "yolov8n-seg.yaml", True), "YOLOv8, poses, exporting": yolo("PoseModel", "yolov8n-pose.yaml", True),
    "RT-DETR": yolo("RTDETRDetectionModel", "rtdetr-l.yaml", size=128), "RT-DETR, exporting": yolo("RTDETRDetectionModel", "rtdetr-l.yaml", True, size=128),
    "YOLO-World": yolo("WorldModel", "yolov8s-worldv2.yaml"),
}
SMP = {
    f"{architecture}, {encoder}": of(f"segmentation_models_pytorch.{architecture}", encoder, encoder_weights=None, inputs=((1, 3, size, size),), **options)
    for architecture, encoder, size, options in (
        ("Unet", "resnet18", 64, {}), ("Unet", "mobilenet_v2", 64, {"decoder_attention_type": "scse"}), ("Unet", "efficientnet-b0", 64, {}),
        ("Unet", "timm-mobilenetv3_small_075", 64, {}), ("Unet", "mit_b0", 64, {}), ("Unet", "tu-convnext_atto", 64, {}), ("Unet", "densenet121", 64, {}),
        ("Unet", "vgg11_bn", 64, {}), ("Unet", "xception", 96, {}), ("Unet", "inceptionv4", 96, {}), ("Unet", "dpn68", 64, {}), ("Unet", "se_resnet50", 64, {}),
        ("UnetPlusPlus", "resnet18", 64, {}), ("MAnet", "resnet18", 64, {}), ("Linknet", "resnet18", 64, {}), ("FPN", "resnet18", 64, {}), ("FPN", "mobileone_s0", 64, {}),
        ("PSPNet", "resnet18", 64, {}), ("PAN", "resnet18", 128, {}), ("DeepLabV3", "resnet18", 64, {}), ("DeepLabV3Plus", "mobilenet_v2", 64, {}),
        ("DeepLabV3Plus", "resnet18", 64, {"aux_params": {"classes": 4}}), ("UPerNet", "resnet18", 64, {}), ("Segformer", "mit_b0", 64, {}),
        ("DPT", "tu-vit_tiny_patch16_224", 224, {}))
}
FACES = {
    "InceptionResnetV1": of("facenet_pytorch.InceptionResnetV1", classify=False, inputs=((1, 3, 80, 80),)),
    "InceptionResnetV1, classes": of("facenet_pytorch.InceptionResnetV1", classify=True, num_classes=9, inputs=((1, 3, 80, 80),)),
    "MTCNN's PNet": of("facenet_pytorch.models.mtcnn.PNet", pretrained=False, inputs=((1, 3, 40, 50),)),
    "MTCNN's RNet": of("facenet_pytorch.models.mtcnn.RNet", pretrained=False, inputs=((4, 3, 24, 24),)),
    "MTCNN's ONet": of("facenet_pytorch.models.mtcnn.ONet", pretrained=False, inputs=((4, 3, 48, 48),)),
}
TEXT_TOWER = {"context_length": 12, "vocab_size": 50, "width": 32, "heads": 4, "layers": 2}
OPEN_CLIP = {
    "CLIP, ViT": of("open_clip.model.CLIP", 16, {"image_size": 32, "patch_size": 8, "width": 64, "layers": 2}, TEXT_TOWER, inputs=((1, 3, 32, 32), ids(1, 12))),
    "CLIP, ResNet": of("open_clip.model.CLIP", 16, {"image_size": 64, "layers": [1, 1, 1, 1], "width": 16}, TEXT_TOWER, quick_gelu=True, inputs=((1, 3, 64, 64), ids(1, 12))),
    "CLIP, timm": of("open_clip.model.CustomTextCLIP", 16, {"timm_model_name": "vit_tiny_patch16_224", "timm_model_pretrained": False, "timm_pool": "avg", "image_size": 64},
                     TEXT_TOWER, inputs=((1, 3, 64, 64), ids(1, 12))),
    "CoCa": of("open_clip.coca_model.CoCa", 16, TEXT_TOWER | {"embed_cls": True, "output_tokens": True}, {
        "context_length": 12, "vocab_size": 50, "width": 32, "heads": 4, "layers": 2}, {
        "image_size": 32, "patch_size": 8, "width": 64, "layers": 2, "attentional_pool": True, "attn_pooler_heads": 4, "output_tokens": True}, inputs=((1, 3, 32, 32), ids(1, 12))),
}
LENGTHS = torch.tensor([40])
AUDIO = {
    "Conformer": of("torchaudio.models.Conformer", input_dim=16, num_heads=4, ffn_dim=32, num_layers=2, depthwise_conv_kernel_size=5, inputs=((1, 40, 16), LENGTHS)),
    "Emformer": of("torchaudio.models.Emformer", 16, 4, 32, 2, 4, right_context_length=1, inputs=((1, 41, 16), LENGTHS)),
    "Wav2Letter": of("torchaudio.models.Wav2Letter", num_classes=9, input_type="waveform", num_features=1, inputs=((1, 1, 2000),)),
    "Wav2Letter, MFCC": of("torchaudio.models.Wav2Letter", num_classes=9, input_type="mfcc", num_features=13, inputs=((1, 13, 60),)),
    "DeepSpeech": of("torchaudio.models.DeepSpeech", 16, n_hidden=32, n_class=9, inputs=((1, 1, 20, 16),)),
    "ConvTasNet": of("torchaudio.models.ConvTasNet", num_sources=2, enc_kernel_size=16, enc_num_feats=16, msk_num_feats=16, msk_num_hidden_feats=32, msk_num_layers=2,
                     msk_num_stacks=2, inputs=((1, 1, 800),)),
    "WaveRNN": of("torchaudio.models.WaveRNN", upsample_scales=[2, 2, 5], n_classes=16, hop_length=20, n_res_block=2, n_rnn=32, n_fc=32, kernel_size=5, n_freq=16, n_hidden=16,
                  n_output=16, inputs=((1, 1, 120), (1, 1, 16, 10))),
    "Tacotron 2": of("torchaudio.models.Tacotron2", n_mels=16, n_symbol=50, symbol_embedding_dim=32, encoder_embedding_dim=32, attention_rnn_dim=32, attention_hidden_dim=16,
                     decoder_rnn_dim=32, prenet_dim=16, postnet_embedding_dim=16, attention_location_n_filter=4,
                     inputs=(ids(1, 9), torch.tensor([9]), (1, 16, 10), torch.tensor([10]))),
    "wav2vec 2.0": of("torchaudio.models.wav2vec2_model", extractor_mode="group_norm", extractor_conv_layer_config=[(16, 10, 5), (16, 8, 4)], extractor_conv_bias=False,
                      encoder_embed_dim=32, encoder_projection_dropout=0.0, encoder_pos_conv_kernel=16, encoder_pos_conv_groups=4, encoder_num_layers=2, encoder_num_heads=4,
                      encoder_attention_dropout=0.0, encoder_ff_interm_features=64, encoder_ff_interm_dropout=0.0, encoder_dropout=0.0, encoder_layer_norm_first=False,
                      encoder_layer_drop=0.0, aux_num_out=9, inputs=((1, 1600),)),
    "HDemucs": of("torchaudio.models.HDemucs", sources=["a", "b"], channels=8, depth=5, nfft=1024, inputs=((1, 2, 8192),)),
    "Squim": of("torchaudio.models.squim_objective_base", inputs=((1, 4000),)),
    **{name: of(f"torchaudio.transforms.{name}", inputs=((1, 2000),), **options) for name, options in {
        "Spectrogram": {"n_fft": 256}, "MelSpectrogram": {"sample_rate": 16000, "n_fft": 400, "n_mels": 20}, "Resample": {"orig_freq": 16000, "new_freq": 8000},
        "MFCC": {"sample_rate": 16000, "n_mfcc": 13, "melkwargs": {"n_fft": 400, "win_length": 320, "n_mels": 23}}, "LFCC": {"n_lfcc": 13},
        "AmplitudeToDB": {}, "ComputeDeltas": {}, "MuLawEncoding": {}, "SpectralCentroid": {"sample_rate": 16000}}.items()},
}
# Size 32 for those made for CIFAR, 64 or more else.
CONVNETS = {
    32: ("resnet20_cifar10", "wrn20_10_1bit_cifar10", "xdensenet40_2_k24_bc_cifar10", "rir_cifar10", "ror3_56_cifar10", "nin_cifar10", "fractalnet_cifar10"),
    64: ("bninception", "resnesta18", "airnet50_1x64d_r2", "bam_resnet18", "cbam_resnet18", "sknet50", "scnet50", "diaresnet10", "diracnet18v2", "sharesnet18", "condensenet74_c4_g4",
         "sparsenet121", "peleenet", "drnc26", "darknet_tiny", "channelnet", "revnet38", "irevnet301", "bagnet9", "dla34", "fishnet99", "espnetv2_wd2", "vovnet27s", "selecsls42",
         "hardnet39ds", "xdensenet121_2", "squeezeresnet_v1_1", "sqnxt23_w1", "shufflenet_g2_w1", "menet108_8x1_g3", "igcv3_wd4", "mnasnet_small", "darts", "proxylessnas_mobile",
         "isqrtcovresnet18", "octresnet10_ad2", "fastseresnet101b"),
    224: ("resattnet56", "dicenet_wd5", "msdnet22", "nasnet_4a1056"),
}
PYTORCHCV = {name: of("pytorchcv.model_provider.get_model", name, pretrained=False, inputs=((1, 3, size, size),)) for size, names in CONVNETS.items() for name in names} | {
    name: of("pytorchcv.model_provider.get_model", name, pretrained=False, in_size=(size, size), inputs=((1, 3, size, size),)) for name, size in {
        "fastscnn_cityscapes": 128, "cgnet_cityscapes": 64, "dabnet_cityscapes": 64, "fpenet_cityscapes": 64, "ctxnet_cityscapes": 128, "lednet_cityscapes": 64, "esnet_cityscapes": 64,
        "edanet_cityscapes": 64, "enet_cityscapes": 64, "erfnet_cityscapes": 64, "linknet_cityscapes": 64, "segnet_cityscapes": 64, "unet_cityscapes": 64, "sinet_cityscapes": 128,
        "bisenet_resnet18_celebamaskhq": 128, "icnet_resnetd50b_cityscapes": 96, "danet_resnetd50b_cityscapes": 64, "pspnet_resnetd50b_voc": 96, "simplepose_mobile_resnet18_coco": 64,
        "alphapose_fastseresnet101b_coco": 64, "lwopenpose2d_mobilenet_cmupan_coco": 64, "lwopenpose3d_mobilenet_cmupan_coco": 64, "ibppose_coco": 64, "centernet_resnet18_voc": 64}.items()}
VIT = {"image_size": 64, "num_classes": 9, "dim": 32, "depth": 2, "heads": 2, "mlp_dim": 64}
PATCHES = VIT | {"patch_size": 16}
VIT_PYTORCH = {
    name: of(f"vit_pytorch.{path}", **options, inputs=inputs) for name, path, options, inputs in (
        ("ViT", "ViT", PATCHES, ((1, 3, 64, 64),)), ("SimpleViT", "SimpleViT", PATCHES, ((1, 3, 64, 64),)), ("DeepViT", "deepvit.DeepViT", PATCHES, ((1, 3, 64, 64),)),
        ("CaiT", "cait.CaiT", PATCHES | {"cls_depth": 1}, ((1, 3, 64, 64),)), ("T2T", "t2t.T2TViT", {k: v for k, v in VIT.items()} | {"t2t_layers": ((7, 4), (3, 2))}, ((1, 3, 64, 64),)),
        ("CCT", "cct.CCT", {"img_size": (64, 64), "embedding_dim": 32, "n_conv_layers": 2, "num_layers": 2, "num_heads": 2, "mlp_ratio": 2.0, "num_classes": 9}, ((1, 3, 64, 64),)),
        ("CrossViT", "cross_vit.CrossViT", {"image_size": 64, "num_classes": 9, "depth": 1, "sm_dim": 32, "sm_patch_size": 16, "lg_dim": 32, "lg_patch_size": 32}, ((1, 3, 64, 64),)),
        ("PiT", "pit.PiT", {"image_size": 64, "patch_size": 14, "dim": 32, "num_classes": 9, "depth": (1, 1), "heads": 2, "mlp_dim": 64}, ((1, 3, 64, 64),)),
        ("LeViT", "levit.LeViT", {"image_size": 64, "num_classes": 9, "stages": 2, "dim": (32, 48), "depth": 1, "heads": (2, 3), "mlp_mult": 2}, ((1, 3, 64, 64),)),
        ("CvT", "cvt.CvT", {"num_classes": 9, "s1_emb_dim": 16, "s2_emb_dim": 32, "s3_emb_dim": 48, "s3_depth": 1}, ((1, 3, 64, 64),)),
        ("Twins", "twins_svt.TwinsSVT", {"num_classes": 9, "s1_emb_dim": 16, "s1_local_patch_size": 4, "s1_global_k": 4, "s2_emb_dim": 16, "s2_local_patch_size": 4, "s2_global_k": 4, "s3_emb_dim": 16,
                                         "s3_local_patch_size": 2, "s3_global_k": 2, "s3_depth": 1, "s4_emb_dim": 16, "s4_local_patch_size": 1, "s4_global_k": 1, "s4_depth": 1}, ((1, 3, 64, 64),)),
        ("RegionViT", "regionvit.RegionViT", {"dim": (16, 16, 32, 32), "depth": (1, 1, 1, 1), "window_size": 4, "num_classes": 9, "tokenize_local_3_conv": False}, ((1, 3, 128, 128),)),
        ("CrossFormer", "crossformer.CrossFormer", {"num_classes": 9, "dim": (16, 16, 32, 32), "depth": (1, 1, 1, 1), "global_window_size": (4, 2, 2, 1), "local_window_size": 2}, ((1, 3, 64, 64),)),
        ("MaxViT", "max_vit.MaxViT", {"num_classes": 9, "dim_conv_stem": 16, "dim": 16, "dim_head": 8, "depth": (1, 1), "window_size": 4}, ((1, 3, 32, 32),)),
        ("NesT", "nest.NesT", {"image_size": 64, "patch_size": 4, "dim": 16, "heads": 2, "num_hierarchies": 2, "block_repeats": (1, 1), "num_classes": 9}, ((1, 3, 64, 64),)),
        ("MobileViT", "mobile_vit.MobileViT", {"image_size": (64, 64), "dims": [16, 24, 32], "channels": [8, 8, 16, 16, 24, 24, 32, 32, 48, 48, 64], "num_classes": 9}, ((1, 3, 64, 64),)),
        ("XCiT", "xcit.XCiT", PATCHES | {"cls_depth": 1}, ((1, 3, 64, 64),)), ("ViT for small data", "vit_for_small_dataset.ViT", PATCHES, ((1, 3, 64, 64),)),
        ("ScalableViT", "scalable_vit.ScalableViT", {"num_classes": 9, "dim": 16, "heads": (1, 2), "depth": (1, 1), "ssa_dim_key": (8, 8), "reduction_factor": (4, 2), "window_size": (8, None)}, ((1, 3, 64, 64),)),
        ("SepViT", "sep_vit.SepViT", {"num_classes": 9, "dim": 16, "dim_head": 8, "heads": (1, 2), "depth": (1, 1), "window_size": 4}, ((1, 3, 64, 64),)),
        ("ViViT", "vivit.ViT", {"image_size": 32, "frames": 4, "image_patch_size": 8, "frame_patch_size": 2, "num_classes": 9, "dim": 32, "spatial_depth": 1, "temporal_depth": 1, "heads": 2, "mlp_dim": 64}, ((1, 3, 4, 32, 32),)))
}
DIFFUSION = {"sample_size": 16, "layers_per_block": 1, "block_out_channels": (16, 32), "norm_num_groups": 8}
CROSS = {"down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"), "cross_attention_dim": 16, "attention_head_dim": 4}
TIME = torch.tensor([7])
DIFFUSERS = {
    "UNet": of("diffusers.UNet2DModel", **DIFFUSION, down_block_types=("DownBlock2D", "AttnDownBlock2D"), up_block_types=("AttnUpBlock2D", "UpBlock2D"), attention_head_dim=4,
               inputs=((1, 3, 16, 16), TIME)),
    "UNet of Stable Diffusion": of("diffusers.UNet2DConditionModel", **DIFFUSION, **CROSS, up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), inputs=((1, 4, 16, 16), TIME, (1, 5, 16))),
    "ControlNet": of("diffusers.ControlNetModel", block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8, **CROSS, conditioning_embedding_out_channels=(8, 16),
                     inputs=((1, 4, 16, 16), TIME, (1, 5, 16), (1, 3, 32, 32))),
    "VAE": of("diffusers.AutoencoderKL", down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, block_out_channels=(16, 32), norm_num_groups=8,
              inputs=((1, 3, 32, 32),)),
    "VAE, tiny": of("diffusers.AutoencoderTiny", encoder_block_out_channels=(8, 8), decoder_block_out_channels=(8, 8), num_encoder_blocks=(1, 1), num_decoder_blocks=(1, 1), inputs=((1, 3, 32, 32),)),
    "VQ": of("diffusers.VQModel", block_out_channels=(16,), norm_num_groups=8, num_vq_embeddings=16, latent_channels=3, inputs=((1, 3, 16, 16),)),
    "DiT": of("diffusers.DiTTransformer2DModel", num_attention_heads=2, attention_head_dim=8, in_channels=4, num_layers=1, sample_size=8, num_embeds_ada_norm=10, norm_num_groups=8,
              inputs=((1, 4, 8, 8), TIME, torch.tensor([3]))),
    "SD3": of("diffusers.SD3Transformer2DModel", sample_size=8, in_channels=4, num_layers=2, attention_head_dim=8, num_attention_heads=4, joint_attention_dim=32, caption_projection_dim=32,
              pooled_projection_dim=16, pos_embed_max_size=8, out_channels=4, inputs=((1, 4, 8, 8), (1, 5, 32), (1, 16), TIME)),
    "UNet, 1D": of("diffusers.UNet1DModel", sample_size=64, block_out_channels=(8, 16, 16), in_channels=2, out_channels=2, extra_in_channels=16, inputs=((1, 2, 64), TIME)),
}
VOLUME = ((1, 1, 32, 32, 32),)
MONAI = {
    name: of(f"monai.networks.nets.{name}", **options, inputs=inputs) for name, options, inputs in (
        ("UNet", {"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "channels": (4, 8, 16), "strides": (2, 2), "num_res_units": 1}, VOLUME),
        ("BasicUNet", {"spatial_dims": 2, "in_channels": 1, "out_channels": 2, "features": (4, 4, 8, 8, 16, 4)}, ((1, 1, 32, 32),)),
        ("AttentionUnet", {"spatial_dims": 2, "in_channels": 1, "out_channels": 2, "channels": (4, 8, 16), "strides": (2, 2)}, ((1, 1, 32, 32),)),
        ("SegResNet", {"spatial_dims": 3, "init_filters": 8, "in_channels": 1, "out_channels": 2}, VOLUME),
        ("UNETR", {"in_channels": 1, "out_channels": 2, "img_size": 32, "feature_size": 4, "hidden_size": 32, "mlp_dim": 64, "num_heads": 4}, VOLUME),
        ("SwinUNETR", {"in_channels": 1, "out_channels": 2, "feature_size": 12, "depths": (1, 1, 1, 1), "num_heads": (1, 2, 2, 2)}, VOLUME),
        ("VNet", {"spatial_dims": 3}, VOLUME), ("HighResNet", {"spatial_dims": 3}, ((1, 1, 16, 16, 16),)), ("DenseNet121", {"spatial_dims": 3, "in_channels": 1, "out_channels": 2}, VOLUME),
        ("DynUNet", {"spatial_dims": 3, "in_channels": 1, "out_channels": 2, "kernel_size": [3, 3, 3], "strides": [1, 2, 2], "upsample_kernel_size": [2, 2], "filters": [4, 8, 16]}, VOLUME),
        ("ResNetFeatures", {"model_name": "resnet10", "pretrained": False, "spatial_dims": 3, "in_channels": 1}, VOLUME))
}
FILTERS = {
    name: call(f"kornia.{path}", *options) for name, path, options in (
        ("gaussian_blur2d", "filters.gaussian_blur2d", ((5, 5), (1.5, 1.5))), ("box_blur", "filters.box_blur", ((3, 3),)), ("median_blur", "filters.median_blur", ((3, 3),)),
        ("sobel", "filters.sobel", ()), ("laplacian", "filters.laplacian", (3,)), ("canny", "filters.canny", ()), ("unsharp_mask", "filters.unsharp_mask", ((3, 3), (1.0, 1.0))),
        ("bilateral_blur", "filters.bilateral_blur", ((3, 3), 0.1, (1.5, 1.5))), ("spatial_gradient", "filters.spatial_gradient", ()), 
        ("rgb_to_hsv", "color.rgb_to_hsv", ()), ("rgb_to_lab", "color.rgb_to_lab", ()), ("rgb_to_grayscale", "color.rgb_to_grayscale", ()), ("rgb_to_yuv", "color.rgb_to_yuv", ()),
        ("rgb_to_hls", "color.rgb_to_hls", ()), ("hsv_to_rgb", "color.hsv_to_rgb", ()), ("harris_response", "feature.harris_response", ()), ("equalize", "enhance.equalize", ()),
        ("dilation", "morphology.dilation", (torch.ones(3, 3),)), ("erosion", "morphology.erosion", (torch.ones(3, 3),)), ("pyrdown", "geometry.transform.pyrdown", ()),
        ("resize", "geometry.transform.resize", ((20, 24),)), ("rotate", "geometry.transform.rotate", (torch.tensor([20.0]),)), ("hflip", "geometry.transform.hflip", ()))
}
KORNIA = FILTERS | {
    "HardNet": of("kornia.feature.HardNet", inputs=((4, 1, 32, 32),)), "SOSNet": of("kornia.feature.SOSNet", inputs=((4, 1, 32, 32),)), "HyNet": of("kornia.feature.HyNet", inputs=((4, 1, 32, 32),)),
    "TFeat": of("kornia.feature.TFeat", pretrained=False, inputs=((4, 1, 32, 32),)), "SIFT": of("kornia.feature.SIFTDescriptor", 32, inputs=((4, 1, 32, 32),)), "DISK": of("kornia.feature.DISK", inputs=((1, 3, 32, 32),)),
    "LoFTR's warp": call("kornia.geometry.transform.warp_affine", torch.tensor([[[0.9, 0.1, 2.0], [-0.1, 1.1, 1.0]]]), (24, 28)),
    "perspective": call("kornia.geometry.transform.warp_perspective", torch.tensor([[[0.9, 0.1, 2.0], [-0.1, 1.1, 1.0], [0.001, 0.002, 1.0]]]), (24, 28)),
}
CHOSEN = functools.partial(of, inputs=((1, 3, 64, 64),))
OWN = {
    "Transformer": of("torch.nn.Transformer", d_model=32, nhead=4, num_encoder_layers=2, num_decoder_layers=2, dim_feedforward=64, batch_first=True, inputs=((1, 9, 32), (1, 7, 32))),
    "TransformerEncoderLayer": of("torch.nn.TransformerEncoderLayer", 32, 4, 64, batch_first=True, norm_first=True, activation="gelu", inputs=((1, 9, 32),)),
    "MultiheadAttention": of("torch.nn.MultiheadAttention", 32, 4, inputs=((9, 1, 32), (7, 1, 32), (7, 1, 32))),
    "LSTM": of("torch.nn.LSTM", 16, 24, num_layers=2, bidirectional=True, batch_first=True, inputs=((1, 9, 16),)),
    "GRU": of("torch.nn.GRU", 16, 24, num_layers=2, bidirectional=True, inputs=((9, 2, 16),)),
}
VISION = {
    "RAFT": of("torchvision.models.optical_flow.raft_small", weights=None, inputs=((1, 3, 128, 128), (1, 3, 128, 128), 2)),
    "Swin v2": CHOSEN("torchvision.models.swin_v2_t", weights=None), "ViT": of("torchvision.models.vit_b_32", weights=None, image_size=64),
}


def effdet():
    import effdet

    config = effdet.get_efficientdet_config("tf_efficientdet_lite0")
    config.image_size = (128, 128)
    return effdet.EfficientDet(config, pretrained_backbone=False), (uniform(1, 3, 128, 128),)


OTHERS = {
    "efficientnet_pytorch": {"EfficientNet": lambda: efficientnet()},
    "effdet": {"EfficientDet": effdet},
    "lpips": {net: of("lpips.LPIPS", net=net, pretrained=False, pnet_rand=True, verbose=False, inputs=((1, 3, 64, 64), (1, 3, 64, 64))) for net in ("alex", "squeeze", "vgg")},
    "encodec": {"EnCodec, encoder": of("encodec.modules.SEANetEncoder", dimension=16, n_filters=4, ratios=[4, 2], lstm=1, inputs=((1, 1, 640),)),
                "EnCodec, decoder": of("encodec.modules.SEANetDecoder", dimension=16, n_filters=4, ratios=[4, 2], lstm=1, inputs=((1, 16, 80),))},
    "conformer": {"Conformer": of("conformer.Conformer", dim=32, depth=1, dim_head=8, heads=4, inputs=((1, 12, 32),))},
    "pytorch-tabnet": {"TabNet": of("pytorch_tabnet.tab_network.TabNet", 8, 3, inputs=((2, 8),), group_attention_matrix=torch.eye(8))},
    "easyocr": {"CRAFT": of("easyocr.craft.CRAFT", pretrained=False), "CRNN": of("easyocr.model.vgg_model.Model", 1, 32, 32, 20, inputs=((1, 1, 32, 100), ids(1, 5))),
                "CRNN, ResNet": of("easyocr.model.model.Model", 1, 32, 32, 20, inputs=((1, 1, 32, 100), ids(1, 5)))},
    "python-doctr": {name: of(f"doctr.models.{path}", pretrained=False, **options, inputs=(shape,)) for name, path, options, shape in (
        ("DBNet", "detection.db_mobilenet_v3_large", {"pretrained_backbone": False}, (1, 3, 64, 64)), ("LinkNet", "detection.linknet_resnet18", {"pretrained_backbone": False}, (1, 3, 64, 64)),
        ("FAST", "detection.fast_tiny", {"pretrained_backbone": False}, (1, 3, 64, 64)), ("CRNN", "recognition.crnn_mobilenet_v3_small", {"pretrained_backbone": False}, (1, 3, 32, 128)),
        ("ViTSTR", "recognition.vitstr_small", {"pretrained_backbone": False}, (1, 3, 32, 128)), ("PARSeq", "recognition.parseq", {"pretrained_backbone": False}, (1, 3, 32, 128)),
        ("SAR", "recognition.sar_resnet31", {"pretrained_backbone": False}, (1, 3, 32, 128)), ("MASTER", "recognition.master", {"pretrained_backbone": False}, (1, 3, 32, 128)))},
}


def efficientnet():
    from efficientnet_pytorch import EfficientNet

    model = EfficientNet.from_name("efficientnet-b0", image_size=64)
    model.set_swish(memory_efficient=False)  # as its page says to do before an export
    return model, (uniform(1, 3, 64, 64),)


PACKAGES = {"ultralytics": ULTRALYTICS, "segmentation-models-pytorch": SMP, "facenet-pytorch": FACES, "open_clip_torch": OPEN_CLIP, "torchaudio": AUDIO, "torchvision": VISION, "torch": OWN,
            "diffusers": DIFFUSERS, "monai": MONAI, "kornia": KORNIA, "vit-pytorch": VIT_PYTORCH, "pytorchcv": PYTORCHCV, **OTHERS}

"""Families of `transformers` for check_torch_packages.py: small configurations with random weights."""

import importlib

import torch

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 99}
TOKENS, VOCABULARY = 12, 99


def transformers():
    return importlib.import_module("transformers")


def text(tokens=TOKENS):
    """One sentence, shorter than the others of its batch."""
    ids = torch.randint(1, VOCABULARY, (1, tokens), generator=torch.Generator().manual_seed(2))
    mask = torch.ones(1, tokens, dtype=torch.int64)
    mask[:, tokens - 3:] = 0
    return {"input_ids": ids, "attention_mask": mask}


def uniform(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(3)) * 2 - 1


def image(size=32, height=None):
    return {"pixel_values": uniform(1, 3, height or size, size)}


def language(tokens=TOKENS):
    """Of a model that reads on from what it has: without a cache."""
    return text(tokens) | {"use_cache": False}


def model_of(name, inputs, options, **nested):
    """The class `name`, its configuration's `options`; `nested` is what parts of the configuration are given."""

    def make():
        kind = getattr(transformers(), name)
        config = kind.config_class(**options, **nested)
        model = kind._from_config(config) if hasattr(kind, "_from_config") else kind(config)
        return model.eval(), inputs() if callable(inputs) else inputs

    return make


ENCODER = SMALL | {"max_position_embeddings": 64}
DECODER = SMALL | {"max_position_embeddings": 64, "num_key_value_heads": 2}
VISION = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "image_size": 32, "patch_size": 8}
AUDIO = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "conv_dim": (16, 16, 16), "conv_stride": (5, 4, 2),
         "conv_kernel": (10, 8, 4), "num_feat_extract_layers": 3, "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "vocab_size": 32}
SPEECH = lambda: {"input_values": uniform(1, 1600)}
CLIP_TEXT = SMALL | {"max_position_embeddings": 32, "projection_dim": 16, "eos_token_id": 98, "bos_token_id": 97, "pad_token_id": 1}
BOTH = lambda: text() | image()
RESNET = {"embedding_size": 8, "hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1]}
SEQ2SEQ = {"vocab_size": 99, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
           "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 64}
TWO_TEXTS = lambda: text() | {"decoder_input_ids": text(5)["input_ids"], "use_cache": False}
T5 = {"vocab_size": 99, "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
WHISPER = {"vocab_size": 99, "num_mel_bins": 20, "d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4,
           "decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_source_positions": 30, "max_target_positions": 32,
           "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 3}

TEXT = {
    "BERT": model_of("BertModel", text, ENCODER), "BERT for tokens": model_of("BertForTokenClassification", text, ENCODER),
    "BERT for answers": model_of("BertForQuestionAnswering", text, ENCODER), "BERT for masks": model_of("BertForMaskedLM", text, ENCODER),
    "DistilBERT": model_of("DistilBertForSequenceClassification", text, {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "vocab_size": 99}),
    "RoBERTa": model_of("RobertaForSequenceClassification", text, ENCODER | {"max_position_embeddings": 80}),
    "XLM-RoBERTa": model_of("XLMRobertaModel", text, ENCODER | {"max_position_embeddings": 80}),
    "CamemBERT": model_of("CamembertForMaskedLM", text, ENCODER | {"max_position_embeddings": 80}),
    "ALBERT": model_of("AlbertModel", text, ENCODER | {"embedding_size": 16}),
    "MobileBERT": model_of("MobileBertModel", text, ENCODER | {"embedding_size": 16, "intra_bottleneck_size": 32, "hidden_size": 32}),
    "ELECTRA": model_of("ElectraForPreTraining", text, ENCODER | {"embedding_size": 16}),
    "DeBERTa": model_of("DebertaModel", text, ENCODER | {"relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    "DeBERTa v2": model_of("DebertaV2Model", text, ENCODER | {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 8,
                                                                 "norm_rel_ebd": "layer_norm", "share_att_key": True}),
    "MPNet": model_of("MPNetModel", text, ENCODER), "Funnel": model_of("FunnelBaseModel", text, {
        "vocab_size": 99, "block_sizes": [1, 1], "d_model": 32, "n_head": 4, "d_head": 8, "d_inner": 64, "num_decoder_layers": 1}),
    "ModernBERT": model_of("ModernBertModel", text, ENCODER | {"pad_token_id": 0, "global_attn_every_n_layers": 2, "local_attention": 8}),
    "XLNet": model_of("XLNetModel", text, {"vocab_size": 99, "d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 64}),
    "FNet": model_of("FNetModel", lambda: {"input_ids": text()["input_ids"]}, ENCODER),
    "SqueezeBERT": model_of("SqueezeBertModel", text, ENCODER | {"embedding_size": 32}),
    "Longformer": model_of("LongformerModel", lambda: text(16), ENCODER | {"attention_window": [8, 8]}),
    "BigBird": model_of("BigBirdModel", text, ENCODER | {"attention_type": "original_full"}),
    "CANINE": model_of("CanineModel", lambda: text(32), {k: v for k, v in ENCODER.items() if k != "vocab_size"} | {
        "local_transformer_stride": 16, "num_hash_buckets": 32}),
    "LayoutLM": model_of("LayoutLMModel", lambda: text() | {"bbox": torch.tensor([[[1, 2, 5, 7]] * 12])}, ENCODER | {"max_2d_position_embeddings": 32}),
    "T5 encoder": model_of("T5EncoderModel", text, T5), "T5": model_of("T5ForConditionalGeneration", TWO_TEXTS, T5),
    "mT5": model_of("MT5EncoderModel", text, T5), "BART": model_of("BartModel", TWO_TEXTS, SEQ2SEQ),
    "Marian": model_of("MarianMTModel", TWO_TEXTS, SEQ2SEQ | {"pad_token_id": 0, "decoder_start_token_id": 0}),
    "Pegasus": model_of("PegasusModel", TWO_TEXTS, SEQ2SEQ), "M2M100": model_of("M2M100Model", TWO_TEXTS, SEQ2SEQ),
}
GENERATORS = {
    "GPT-2": model_of("GPT2LMHeadModel", language, {"n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99, "n_positions": 32}),
    "GPT-Neo": model_of("GPTNeoForCausalLM", language, {"hidden_size": 32, "num_layers": 2, "num_heads": 4, "vocab_size": 99, "window_size": 8,
                                                          "attention_types": [[["global", "local"], 1]], "max_position_embeddings": 32}),
    "GPT-NeoX": model_of("GPTNeoXForCausalLM", language, ENCODER), "GPT-J": model_of("GPTJForCausalLM", language, {
        "n_embd": 32, "n_layer": 2, "n_head": 4, "rotary_dim": 4, "vocab_size": 99, "n_positions": 32}),
    "OPT": model_of("OPTForCausalLM", language, SMALL | {"ffn_dim": 64, "word_embed_proj_dim": 32, "max_position_embeddings": 64}),
    "BLOOM": model_of("BloomForCausalLM", language, {"hidden_size": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99}),
    "Falcon": model_of("FalconForCausalLM", language, SMALL), "Phi": model_of("PhiForCausalLM", language, DECODER | {"partial_rotary_factor": 0.5}),
    "Phi-3": model_of("Phi3ForCausalLM", language, DECODER | {"pad_token_id": 0}), "Llama": model_of("LlamaForCausalLM", language, DECODER),
    "Mistral": model_of("MistralForCausalLM", language, DECODER | {"sliding_window": 8, "head_dim": 8}),
    "Mixtral": model_of("MixtralForCausalLM", language, DECODER | {"num_local_experts": 4, "num_experts_per_tok": 2, "head_dim": 8,
                                                                  "experts_implementation": "batched_mm"}),
    "Qwen2": model_of("Qwen2ForCausalLM", language, DECODER), "Qwen3": model_of("Qwen3ForCausalLM", language, DECODER | {"head_dim": 8}),
    "Gemma": model_of("GemmaForCausalLM", language, DECODER | {"head_dim": 8}),
    "Gemma 2": model_of("Gemma2ForCausalLM", language, DECODER | {"head_dim": 8, "sliding_window": 8, "query_pre_attn_scalar": 8}),
    "Gemma 3": model_of("Gemma3ForCausalLM", language, DECODER | {"head_dim": 8, "sliding_window": 8, "query_pre_attn_scalar": 8}),
    "StableLM": model_of("StableLmForCausalLM", language, DECODER), "StarCoder2": model_of("Starcoder2ForCausalLM", language, DECODER),
    "OLMo 2": model_of("Olmo2ForCausalLM", language, DECODER), "SmolLM3": model_of("SmolLM3ForCausalLM", language, DECODER | {"pad_token_id": 0}),
    "Granite": model_of("GraniteForCausalLM", language, DECODER), "Cohere": model_of("CohereForCausalLM", language, DECODER | {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}),
    "Mamba": model_of("MambaForCausalLM", lambda: {"input_ids": text()["input_ids"], "use_cache": False}, {
        "vocab_size": 99, "hidden_size": 32, "state_size": 4, "num_hidden_layers": 2}),
    "Mamba 2": model_of("Mamba2ForCausalLM", lambda: {"input_ids": text()["input_ids"], "use_cache": False}, {
        "vocab_size": 99, "hidden_size": 32, "state_size": 4, "num_hidden_layers": 2, "num_heads": 8, "head_dim": 8, "n_groups": 1, "chunk_size": 8}),
    "RWKV": model_of("RwkvForCausalLM", lambda: {"input_ids": text()["input_ids"], "use_cache": False}, {
        "vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "context_length": 32}),
}
PICTURES = {
    "ViT": model_of("ViTForImageClassification", image, VISION), "DeiT": model_of("DeiTForImageClassificationWithTeacher", image, VISION),
    "BEiT": model_of("BeitForImageClassification", image, VISION | {"use_relative_position_bias": True}), "ViT-MAE": model_of("ViTMAEModel", lambda: image() | {"noise": uniform(1, 16)}, VISION),
    "Swin": model_of("SwinForImageClassification", lambda: image(64), {"image_size": 64, "patch_size": 4, "embed_dim": 16, "depths": [1, 2], "num_heads": [2, 4], "window_size": 4}),
    "Swin v2": model_of("Swinv2ForImageClassification", lambda: image(64), {"image_size": 64, "patch_size": 4, "embed_dim": 16, "depths": [1, 2], "num_heads": [2, 4], "window_size": 4}),
    "Swin2SR": model_of("Swin2SRForImageSuperResolution", lambda: image(32), {"image_size": 32, "embed_dim": 16, "depths": [2, 2], "num_heads": [2, 2], "window_size": 4, "upscale": 2}),
    "ConvNeXt": model_of("ConvNextForImageClassification", image, {"hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1]}),
    "ConvNeXt v2": model_of("ConvNextV2ForImageClassification", image, {"hidden_sizes": [8, 16, 16, 16], "depths": [1, 1, 1, 1]}),
    "ResNet": model_of("ResNetForImageClassification", image, RESNET), "RegNet": model_of("RegNetForImageClassification", image, RESNET | {"groups_width": 8}),
    "MobileNetV1": model_of("MobileNetV1ForImageClassification", image, {"depth_multiplier": 0.25}),
    "MobileNetV2": model_of("MobileNetV2ForImageClassification", image, {"depth_multiplier": 0.35}),
    "EfficientNet": model_of("EfficientNetForImageClassification", lambda: image(64), {"image_size": 64, "width_coefficient": 0.5, "depth_coefficient": 0.5, "hidden_dim": 640}),
    "MobileViT": model_of("MobileViTForImageClassification", lambda: image(64), {
        "image_size": 64, "hidden_sizes": [16, 24, 32], "neck_hidden_sizes": [8, 8, 16, 16, 24, 32, 48]}),
    "MobileViT v2": model_of("MobileViTV2ForImageClassification", lambda: image(64), {"image_size": 64, "width_multiplier": 0.5}),
    "MobileViT, segments": model_of("MobileViTForSemanticSegmentation", lambda: image(64), {
        "image_size": 64, "hidden_sizes": [16, 24, 32], "neck_hidden_sizes": [8, 8, 16, 16, 24, 32, 48], "aspp_out_channels": 16, "atrous_rates": [1, 2, 3]}),
    "SegFormer": model_of("SegformerForSemanticSegmentation", lambda: image(64), {
        "depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 16, 32], "num_attention_heads": [1, 2, 2, 4], "decoder_hidden_size": 16}),
    "PVT": model_of("PvtForImageClassification", lambda: image(64), {"image_size": 64, "depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 16, 32], "num_attention_heads": [1, 2, 2, 4]}),
    "PoolFormer": model_of("PoolFormerForImageClassification", lambda: image(64), {"depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 16, 32]}),
    "LeViT": model_of("LevitForImageClassification", lambda: image(64), {
        "image_size": 64, "hidden_sizes": [16, 32, 48], "num_attention_heads": [2, 4, 4], "depths": [1, 1, 1], "key_dim": [8, 8, 8]}),
    "CvT": model_of("CvtForImageClassification", lambda: image(64), {"embed_dim": [16, 32, 64], "num_heads": [1, 2, 4], "depth": [1, 2, 3]}),
    "FocalNet": model_of("FocalNetForImageClassification", lambda: image(64), {"image_size": 64, "embed_dim": 16, "depths": [1, 1, 1, 1]}),
    "DINOv2": model_of("Dinov2Model", image, {k: v for k, v in VISION.items() if k != "intermediate_size"}),
    "DINOv2, larger picture": model_of("Dinov2Model", lambda: image(48), {k: v for k, v in VISION.items() if k != "intermediate_size"}),
    "DINOv3": model_of("DINOv3ViTModel", image, VISION | {"num_register_tokens": 2}), "I-JEPA": model_of("IJepaModel", image, VISION),
    "Hiera": model_of("HieraModel", lambda: image(64), {"image_size": [64, 64], "embed_dim": 16, "num_heads": [1, 2, 2, 4], "depths": [1, 1, 1, 1]}),
    "SAM, encoder": model_of("SamVisionModel", lambda: image(64), {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "image_size": 64, "patch_size": 16,
                                             "output_channels": 16, "window_size": 2, "global_attn_indexes": [1], "mlp_dim": 64}),
    "VideoMAE": model_of("VideoMAEModel", lambda: {"pixel_values": uniform(1, 4, 3, 32, 32)}, VISION | {"num_frames": 4}),
    "TimeSformer": model_of("TimesformerModel", lambda: {"pixel_values": uniform(1, 4, 3, 32, 32)}, VISION | {"num_frames": 4}),
    "ViViT": model_of("VivitModel", lambda: {"pixel_values": uniform(1, 4, 3, 32, 32)}, {k: v for k, v in VISION.items() if k != "patch_size"} | {
        "num_frames": 4, "tubelet_size": [2, 8, 8]}),
}
BACKBONE = {"backbone": None, "use_timm_backbone": False, "use_pretrained_backbone": False}


def resnet_backbone(stages=("stage2", "stage3", "stage4")):
    return transformers().ResNetConfig(**RESNET, out_features=list(stages))


def with_backbone(name, inputs, options, backbone):
    return lambda: model_of(name, inputs, options, backbone_config=backbone())()


def vit_backbone(kind="Dinov2Config"):
    options = {"hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 4, "image_size": 28, "patch_size": 14}
    return getattr(transformers(), kind)(**options, out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False)


def swin_backbone():
    return transformers().SwinConfig(image_size=64, patch_size=4, embed_dim=16, depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 2], window_size=4,
                                   out_features=["stage1", "stage2", "stage3", "stage4"])


DETR = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64, "num_queries": 7}
TASKS = {
    "DETR": with_backbone("DetrForObjectDetection", lambda: image(64), DETR | BACKBONE, lambda: resnet_backbone(["stage4"])),
    "DETR, segments": with_backbone("DetrForSegmentation", lambda: image(64), DETR | BACKBONE, lambda: resnet_backbone(["stage1", "stage2", "stage3", "stage4"])),
    "Conditional DETR": with_backbone("ConditionalDetrForObjectDetection", lambda: image(64), DETR | BACKBONE, lambda: resnet_backbone(["stage4"])),
    "Table Transformer": with_backbone("TableTransformerForObjectDetection", lambda: image(64), DETR | BACKBONE, lambda: resnet_backbone(["stage4"])),
    "Deformable DETR": with_backbone("DeformableDetrForObjectDetection", lambda: image(64), DETR | BACKBONE | {"num_feature_levels": 3}, resnet_backbone),
    "YOLOS": model_of("YolosForObjectDetection", image, VISION | {"image_size": [32, 32], "num_detection_tokens": 5}),
    "RT-DETR": with_backbone("RTDetrForObjectDetection", lambda: image(64), {
        "encoder_hidden_dim": 32, "encoder_in_channels": [16, 16, 16], "encoder_ffn_dim": 64, "encoder_attention_heads": 4, "d_model": 32, "num_queries": 9,
        "decoder_in_channels": [32, 32, 32], "decoder_ffn_dim": 64, "decoder_layers": 2, "decoder_attention_heads": 4, "hidden_expansion": 0.5},
        lambda: transformers().RTDetrResNetConfig(embedding_size=8, hidden_sizes=[8, 16, 16, 16], depths=[1, 1, 1, 1], layer_type="basic",
                                                              out_features=["stage2", "stage3", "stage4"])),
    "DPT": model_of("DPTForDepthEstimation", image, VISION | {
        "backbone_out_indices": [0, 0, 1, 1], "neck_hidden_sizes": [8, 8, 16, 16], "fusion_hidden_size": 16, "reassemble_factors": [4, 2, 1, 0.5], "is_hybrid": False}),
    "DPT, segments": model_of("DPTForSemanticSegmentation", image, VISION | {
        "backbone_out_indices": [0, 0, 1, 1], "neck_hidden_sizes": [8, 8, 16, 16], "fusion_hidden_size": 16, "reassemble_factors": [4, 2, 1, 0.5], "is_hybrid": False}),
    "Depth Anything": with_backbone("DepthAnythingForDepthEstimation", lambda: image(56), {
        "reassemble_hidden_size": 32, "patch_size": 14, "neck_hidden_sizes": [8, 8, 16, 16], "fusion_hidden_size": 16}, vit_backbone),
    "GLPN": model_of("GLPNForDepthEstimation", lambda: image(64), {
        "depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 16, 32], "num_attention_heads": [1, 2, 2, 4], "decoder_hidden_size": 16}),
    "UPerNet": with_backbone("UperNetForSemanticSegmentation", lambda: image(64), BACKBONE | {"hidden_size": 16, "pool_scales": [1, 2], "auxiliary_in_channels": 64}, swin_backbone),
    "BEiT, segments": model_of("BeitForSemanticSegmentation", image, VISION | {"num_hidden_layers": 4, "out_indices": [1, 2, 3, 4], "use_auxiliary_head": False}),
    "MaskFormer": lambda: with_backbone("MaskFormerForInstanceSegmentation", lambda: image(64), {
        "fpn_feature_size": 32, "mask_feature_size": 32, "decoder_config": transformers().DetrConfig(**DETR)}, swin_backbone)(),
    "Mask2Former": with_backbone("Mask2FormerForUniversalSegmentation", lambda: image(64), {
        "feature_size": 32, "mask_feature_size": 32, "hidden_dim": 32, "encoder_feedforward_dim": 64, "encoder_layers": 1, "decoder_layers": 2,
        "num_attention_heads": 4, "dim_feedforward": 64, "num_queries": 7}, swin_backbone),
    "ViTMatte": with_backbone("VitMatteForImageMatting", lambda: {"pixel_values": uniform(1, 4, 32, 32)}, BACKBONE | {
        "hidden_size": 32, "convstream_hidden_sizes": [8, 16, 16], "fusion_hidden_sizes": [32, 16, 16, 8]}, lambda: transformers().VitDetConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, image_size=32, pretrain_image_size=32, patch_size=16, num_channels=4, out_features=["stage2"])),
    "ZoeDepth": with_backbone("ZoeDepthForDepthEstimation", image, BACKBONE | {
        "reassemble_factors": [4, 2, 1, 0.5], "neck_hidden_sizes": [8, 8, 16, 16], "fusion_hidden_size": 16, "bottleneck_features": 16, "num_relative_features": 8,
        "backbone_hidden_size": 32, "bin_configurations": [{"n_bins": 8, "min_depth": 0.001, "max_depth": 10.0}], "num_patch_transformer_layers": 1,
        "patch_transformer_hidden_size": 16, "patch_transformer_intermediate_size": 32, "bin_embedding_dim": 16, "num_attractors": [4, 2, 2, 1]},
        lambda: transformers().BeitConfig(hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=64, image_size=32, patch_size=8,
                                                      out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False, use_relative_position_bias=True)),
}
TEXT_PART = {k: v for k, v in CLIP_TEXT.items() if k != "projection_dim"}
MANY = {
    "CLIP": lambda: model_of("CLIPModel", BOTH, {"text_config": CLIP_TEXT, "vision_config": VISION, "projection_dim": 16})(),
    "CLIP, pictures": model_of("CLIPVisionModelWithProjection", image, VISION | {"projection_dim": 16}),
    "CLIP, text": model_of("CLIPTextModelWithProjection", text, CLIP_TEXT),
    "SigLIP": model_of("SiglipModel", BOTH, {"text_config": TEXT_PART | {"max_position_embeddings": 12}, "vision_config": VISION}),
    "SigLIP 2": model_of("SiglipVisionModel", image, VISION),
    "CLIPSeg": model_of("CLIPSegForImageSegmentation", BOTH, {"text_config": TEXT_PART, "vision_config": VISION, "projection_dim": 16, "extract_layers": [0, 1], "reduce_dim": 16}),
    "ALIGN, text": model_of("AlignTextModel", text, ENCODER), "BLIP": model_of("BlipForImageTextRetrieval", BOTH, {
        "text_config": TEXT_PART | {"encoder_hidden_size": 32}, "vision_config": VISION, "projection_dim": 16, "image_text_hidden_size": 16}),
    "ViLT": model_of("ViltForQuestionAnswering", lambda: BOTH() | {"token_type_ids": torch.zeros(1, 12, dtype=torch.int64), "pixel_mask": torch.ones(1, 32, 32, dtype=torch.int64)}, ENCODER | {
        "image_size": 32, "patch_size": 8, "max_image_length": -1}),
    "OWL-ViT": model_of("OwlViTForObjectDetection", BOTH, {"text_config": TEXT_PART | {"max_position_embeddings": 16}, "vision_config": VISION, "projection_dim": 16}),
    "TrOCR": model_of("TrOCRForCausalLM", lambda: {"input_ids": text()["input_ids"], "use_cache": False}, {
        "vocab_size": 99, "d_model": 32, "decoder_layers": 2, "decoder_attention_heads": 4, "decoder_ffn_dim": 64, "max_position_embeddings": 32}),
}
SOUND = {
    "Wav2Vec2": model_of("Wav2Vec2ForCTC", SPEECH, AUDIO), "Wav2Vec2, layer norms": model_of("Wav2Vec2Model", SPEECH, AUDIO | {
        "feat_extract_norm": "layer", "do_stable_layer_norm": True}),
    "Wav2Vec2-Conformer": model_of("Wav2Vec2ConformerModel", SPEECH, AUDIO | {"position_embeddings_type": "relative", "conv_depthwise_kernel_size": 7}),
    "HuBERT": model_of("HubertModel", SPEECH, AUDIO), "WavLM": model_of("WavLMModel", SPEECH, AUDIO), "SEW": model_of("SEWModel", SPEECH, AUDIO | {"squeeze_factor": 2}),
    "Data2Vec audio": model_of("Data2VecAudioModel", SPEECH, {k: v for k, v in AUDIO.items() if k != "num_feat_extract_layers"}),
    "UniSpeech-SAT": model_of("UniSpeechSatModel", SPEECH, AUDIO), "Wav2Vec2, speakers": model_of("Wav2Vec2ForXVector", lambda: {"input_values": uniform(1, 3200)}, AUDIO | {
        "tdnn_dim": (16, 16, 32), "tdnn_kernel": (3, 2, 1), "tdnn_dilation": (1, 2, 1), "xvector_output_dim": 16}),
    "AST": model_of("ASTForAudioClassification", lambda: {"input_values": uniform(1, 48, 32)}, SMALL | {"max_length": 48, "num_mel_bins": 32}),
    "Whisper": model_of("WhisperForConditionalGeneration", lambda: {"input_features": uniform(1, 20, 60), "decoder_input_ids": text(5)["input_ids"], "use_cache": False}, WHISPER),
    "Whisper, encoder": model_of("WhisperForAudioClassification", lambda: {"input_features": uniform(1, 20, 60)}, WHISPER),
    "Speech2Text": model_of("Speech2TextForConditionalGeneration", lambda: {"input_features": uniform(1, 40, 16), "decoder_input_ids": text(5)["input_ids"], "use_cache": False}, {
        **{k: v for k, v in SEQ2SEQ.items() if k != "max_position_embeddings"}, "input_feat_per_channel": 16, "conv_channels": 16}),
    "Moonshine": model_of("MoonshineForConditionalGeneration", lambda: {"input_values": uniform(1, 4000), "decoder_input_ids": text(5)["input_ids"], "use_cache": False}, {
        "vocab_size": 99, "hidden_size": 32, "intermediate_size": 64, "encoder_num_hidden_layers": 2, "decoder_num_hidden_layers": 2, "encoder_num_attention_heads": 4,
        "decoder_num_attention_heads": 4, "max_position_embeddings": 32}),
    "CLAP, sound": model_of("ClapAudioModel", lambda: {"input_features": uniform(1, 1, 64, 16), "is_longer": torch.zeros(1, 1, dtype=torch.bool)}, {
        "spec_size": 32, "num_mel_bins": 16, "patch_size": 4, "patch_stride": [4, 4], "hidden_size": 32, "patch_embeds_hidden_size": 8, "depths": [1, 1], "num_attention_heads": [2, 2],
        "window_size": 4, "enable_fusion": False}),
    "EnCodec": model_of("EncodecModel", lambda: {"input_values": uniform(1, 1, 1600)}, {"num_filters": 4, "hidden_size": 16, "codebook_size": 16, "codebook_dim": 16, "upsampling_ratios": [4, 2], "num_lstm_layers": 1}),
    "DAC": model_of("DacModel", lambda: {"input_values": uniform(1, 1, 640)}, {
        "encoder_hidden_size": 8, "downsampling_ratios": [2, 4], "upsampling_ratios": [4, 2], "decoder_hidden_size": 32, "n_codebooks": 2, "codebook_size": 16, "codebook_dim": 4}),
    "SpeechT5, HiFi-GAN": model_of("SpeechT5HifiGan", lambda: {"spectrogram": uniform(20, 16)}, {
        "model_in_dim": 16, "upsample_initial_channel": 32, "upsample_rates": [4, 2], "upsample_kernel_sizes": [8, 4], "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3]]}),
    "VITS": model_of("VitsModel", text, {"vocab_size": 99, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "ffn_dim": 64, "flow_size": 16, "spectrogram_bins": 17,
                                         "upsample_initial_channel": 32, "upsample_rates": [4, 2], "upsample_kernel_sizes": [8, 4], "resblock_kernel_sizes": [3], "resblock_dilation_sizes": [[1, 3]]}),
}
SERIES = {
    "PatchTST": model_of("PatchTSTForPrediction", lambda: {"past_values": uniform(1, 32, 3)}, {"context_length": 32, "patch_length": 8, "patch_stride": 8, "num_input_channels": 3,
                                         "d_model": 32, "num_attention_heads": 4, "ffn_dim": 64, "num_hidden_layers": 2, "prediction_length": 6}),
    "PatchTSMixer": model_of("PatchTSMixerForPrediction", lambda: {"past_values": uniform(1, 32, 3)}, {
        "context_length": 32, "patch_length": 8, "patch_stride": 8, "num_input_channels": 3, "d_model": 16, "prediction_length": 6}),
    "Decision Transformer": model_of("DecisionTransformerModel", lambda: {
        "states": uniform(1, 5, 7), "actions": uniform(1, 5, 3), "rewards": uniform(1, 5, 1), "returns_to_go": uniform(1, 5, 1), "timesteps": torch.arange(5).reshape(1, 5),
        "attention_mask": torch.ones(1, 5, dtype=torch.int64)}, {"state_dim": 7, "act_dim": 3, "hidden_size": 32, "max_ep_len": 32, "n_layer": 2, "n_head": 4}),
}
FAMILIES = TEXT | GENERATORS | PICTURES | TASKS | MANY | SOUND | SERIES

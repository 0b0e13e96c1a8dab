#pragma once

#include "compiler/importers/tflite/window.h"

namespace tandem::tflite {

/// What CONV_2D and DEPTHWISE_CONV_2D say, as the graph says it.
struct Convolution {
  mlir::Value input, filter, bias; ///< bias: null when left out
  Window window;
  Padding2d padding;
  graph::Activation activation = graph::Activation::None;
};

/// `Options`: Conv2DOptions or DepthwiseConv2DOptions.
template <typename Options> mlir::FailureOr<Convolution> convolutionOf(Node &node) {
  auto options = node.options<Options>();
  mlir::FailureOr<mlir::Value> input = node.input(0), filter = node.input(1), bias = biasOf(node);
  if (failed(options) || failed(input) || failed(filter) || failed(bias))
    return mlir::failure();
  auto image = imageSize(node, *input), kernel = imageSize(node, *filter);
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(image) || failed(kernel) || failed(activation))
    return mlir::failure();
  Window window = {*kernel,
                   {(*options)->stride_h(), (*options)->stride_w()},
                   {(*options)->dilation_h_factor(), (*options)->dilation_w_factor()}};
  mlir::FailureOr<Padding2d> padding = paddingOf(node, (*options)->padding(), *image, window);
  if (failed(padding))
    return mlir::failure();
  return Convolution{*input, *filter, *bias, window, *padding, *activation};
}

} // namespace tandem::tflite

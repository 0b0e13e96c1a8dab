// torchvision's operators on regions of an image, and its convolution that is told where to look.
#include "compiler/importers/common/regions.h"

#include "compiler/importers/common/deformable.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static RegionGrid readGrid(AtenNode &node) {
  return {node.integer("pooled_height"), node.integer("pooled_width"),
          node.number("spatial_scale")};
}

static MaybeValue importRoiAlign(AtenNode &node) {
  MaybeValue image = node.tensor("input"), rows = node.tensor("rois");
  RegionGrid grid = readGrid(node);
  RegionSampling sampling = {node.integer("sampling_ratio"), node.flag("aligned", false)};
  if (node.failed())
    return failure();
  if (sampling.samples < 1)
    return node.unsupported(
        "as many samples as a region is large ('sampling_ratio' is not above 0)");
  return alignRegions(node, image, splitRegions(node, rows), grid, sampling);
}

/// torchvision.roi_pool; its second result, the places, is not made.
static MaybeValue importRoiPool(AtenNode &node) {
  MaybeValue image = node.tensor("input"), rows = node.tensor("rois");
  RegionGrid grid = readGrid(node);
  return node.failed() ? MaybeValue(failure())
                       : poolRegions(node, image, splitRegions(node, rows), grid);
}

static MaybeValue importDeformConv(AtenNode &node) {
  DeformableInputs inputs = {node.tensor("input"), node.tensor("weight"), node.tensor("offset")};
  inputs.bias = node.tensor("bias");
  if (node.flag("use_mask", false))
    inputs.mask = node.tensor("mask");
  DeformableConvolution how;
  how.strides = {node.integer("stride_h"), node.integer("stride_w")};
  how.padding = {node.integer("pad_h"), node.integer("pad_w")};
  how.dilations = {node.integer("dilation_h"), node.integer("dilation_w")};
  how.groups = node.integer("groups");
  how.offsetGroups = node.integer("offset_groups");
  if (node.failed() || failed(inputs.filter))
    return failure();
  if (shapeOf(*inputs.filter).size() != 4)
    return node.invalid("a filter of shape " + shapeText(shapeOf(*inputs.filter)));
  how.kernel = {shapeOf(*inputs.filter)[2], shapeOf(*inputs.filter)[3]};
  return deformableConvolution(node, inputs, how);
}

void registerRegions(OpTable &table) {
  table.add("torchvision.roi_align.default", importRoiAlign);
  table.add("torchvision.roi_pool.default", importRoiPool);
  table.add("torchvision.deform_conv2d.default", importDeformConv);
}

} // namespace tandem::torch

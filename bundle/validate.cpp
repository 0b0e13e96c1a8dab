#include "bundle/validate.h"

#include "base/element_type.h"
#include "bundle/layout.h"

#include <cmath>
#include <limits>
#include <set>

namespace tandem::bundle {
namespace {
std::string_view view(const flatbuffers::String *text) {
  return {text->c_str(), text->size()};
}

/// The codes that a quantized tensor of this type can hold; none where `low` is above `high`.
struct CodeRange {
  int64_t low = 1, high = 0;
};
CodeRange codeRange(ElementType type) {
  switch (type) {
  case ElementType::I8:
    return {INT8_MIN, INT8_MAX};
  case ElementType::U8:
    return {0, UINT8_MAX};
  case ElementType::I16:
    return {INT16_MIN, INT16_MAX};
  case ElementType::I32:
    return {INT32_MIN, INT32_MAX};
  default:
    return {};
  }
}

class ModelValidator {
public:
  /// `budget`: entries of vectors that may still be looked at. FlatBuffers may share a vector
  /// between tables, so that a small file could hold any number of long ones; our writer never
  /// does.
  ModelValidator(const Manifest &manifest, const Model &model, std::string_view path,
                 uint64_t &budget)
      : manifest_(manifest), model_(model), path_(path), budget_(budget) {}

  Status validate() const {
    if (model_.name()->size() == 0)
      return refuse("has no name");
    if (model_.weights() >= manifest_.blobs()->size())
      return refuse("has its weights in blob ", model_.weights(), " of ",
                    manifest_.blobs()->size());
    if (model_.arena_size() > kMaxArena)
      return refuse("has an arena of ", model_.arena_size(), " bytes, the limit is ", kMaxArena);
    if (!spend(uint64_t(model_.buffers()->size()) + model_.tensors()->size() +
               model_.inputs()->size() + model_.outputs()->size() + model_.regions()->size()))
      return refuse("has more parts than the manifest has room for");
    TANDEM_RETURN_IF_ERROR(buffers());
    for (uint32_t i = 0; i < model_.tensors()->size(); ++i)
      TANDEM_RETURN_IF_ERROR(tensor(i));
    TANDEM_RETURN_IF_ERROR(inputs());
    TANDEM_RETURN_IF_ERROR(outputs());
    return regions();
  }

private:
  Error refuse(const auto &...parts) const {
    return Error(Code::kCorruptData, path_, "model '", view(model_.name()), "' ", parts...);
  }

  bool spend(uint64_t entries) const {
    if (entries > budget_)
      return false;
    budget_ -= entries;
    return true;
  }

  Status buffers() const {
    uint64_t weights = manifest_.blobs()->Get(model_.weights())->size();
    for (uint32_t i = 0; i < model_.buffers()->size(); ++i) {
      const Buffer &buffer = *model_.buffers()->Get(i);
      if (buffer.space() > Space::MAX)
        return refuse("has buffer ", i, " in space ", int(buffer.space()), ", expected 0 or 1");
      uint64_t room = buffer.space() == Space::Weights ? weights : model_.arena_size();
      if (buffer.offset() % kAlignment)
        return refuse("has buffer ", i, " at ", buffer.offset(), ", expected a multiple of ",
                      kAlignment);
      if (buffer.offset() > room || buffer.size() > room - buffer.offset())
        return refuse("has buffer ", i, " of ", buffer.size(), " bytes at ", buffer.offset(),
                      ", its ", buffer.space() == Space::Weights ? "weights have " : "arena has ",
                      room);
    }
    return Status();
  }

  Status tensor(uint32_t index) const {
    const Tensor &tensor = *model_.tensors()->Get(index);
    if (tensor.type() > ElementType::MAX)
      return refuse("has tensor ", index, " of element type ", int(tensor.type()),
                    ", unknown here");
    // FlatBuffers' verifier looks at the alignment of a vector's length, not of its elements; of
    // none there is no alignment.
    if (tensor.shape()->size() &&
        reinterpret_cast<uintptr_t>(tensor.shape()->Data()) % sizeof(int64_t))
      return refuse("has tensor ", index, " with a shape that is not aligned");
    if (tensor.shape()->size() > kMaxRank)
      return refuse("has tensor ", index, " of rank ", tensor.shape()->size(), ", the limit is ",
                    kMaxRank);
    if (tensor.buffer() >= model_.buffers()->size())
      return refuse("has tensor ", index, " in buffer ", tensor.buffer(), " of ",
                    model_.buffers()->size());
    Shape shape(tensor.shape()->begin(), tensor.shape()->end());
    std::optional<int64_t> count = elementCount(shape);
    if (!count)
      return refuse("has tensor ", index, " of shape ", shapeText(shape), ", which has no size");
    size_t each = elementSize(static_cast<tandem::ElementType>(tensor.type()));
    uint64_t room = model_.buffers()->Get(tensor.buffer())->size();
    if (static_cast<uint64_t>(*count) > room / each)
      return refuse("has tensor ", index, " of ", *count, " elements of ", each,
                    " bytes in a buffer of ", room);
    return quantization(index, shape);
  }

  Status quantization(uint32_t index, const Shape &shape) const {
    const Tensor &tensor = *model_.tensors()->Get(index);
    const Quantization *entry = tensor.quantization();
    if (!entry)
      return Status();
    uint64_t scales = entry->scales()->size();
    if (scales == 0 || entry->zero_points()->size() != scales)
      return refuse("has tensor ", index, " with ", scales, " scales and ",
                    entry->zero_points()->size(), " zero points, expected as many of each");
    bool inside = entry->axis() >= 0 && static_cast<size_t>(entry->axis()) < shape.size();
    if (scales > 1 && (!inside || shape[entry->axis()] != static_cast<int64_t>(scales)))
      return refuse("has tensor ", index, " with ", scales, " scales along dimension ",
                    entry->axis(), " of shape ", shapeText(shape));
    if (!spend(scales))
      return refuse("has more scales than the manifest has room for");
    CodeRange range = codeRange(tensor.type());
    for (uint32_t i = 0; i < scales; ++i) {
      float scale = entry->scales()->Get(i);
      int32_t zeroPoint = entry->zero_points()->Get(i);
      if (!std::isfinite(scale) || scale <= 0)
        return refuse("has tensor ", index, " with scale ", scale,
                      ", expected finite and positive");
      if (zeroPoint < range.low || zeroPoint > range.high)
        return refuse("has tensor ", index, " with zero point ", zeroPoint,
                      ", which is no code of ",
                      elementTypeName(static_cast<tandem::ElementType>(tensor.type())));
    }
    return Status();
  }

  /// Inputs are written by the caller, so none may be in the weights, which are mapped read-only,
  /// and are told apart by their names. One value may be the output twice, or a constant.
  Status inputs() const {
    std::set<std::string_view> names;
    for (uint32_t index : *model_.inputs()) {
      if (index >= model_.tensors()->size())
        return refuse("has as input tensor ", index, " of ", model_.tensors()->size());
      const Tensor &tensor = *model_.tensors()->Get(index);
      if (model_.buffers()->Get(tensor.buffer())->space() != Space::Arena)
        return refuse("has as input tensor ", index, ", which is not in the arena");
      if (tensor.name()->size() == 0 || !names.insert(view(tensor.name())).second)
        return refuse("has an input named '", view(tensor.name()), "', expected names that differ");
    }
    return Status();
  }

  Status outputs() const {
    for (uint32_t index : *model_.outputs()) {
      if (index >= model_.tensors()->size())
        return refuse("has as output tensor ", index, " of ", model_.tensors()->size());
      if (model_.tensors()->Get(index)->name()->size() == 0)
        return refuse("has as output tensor ", index, ", which has no name");
    }
    return Status();
  }

  Status regions() const {
    for (const Region *region : *model_.regions()) {
      TANDEM_RETURN_IF_ERROR(this->region(*region));
      if (!region->fallback())
        continue;
      if (!spend(region->fallback()->size()))
        return refuse("has more parts than the manifest has room for");
      for (const Region *part : *region->fallback()) {
        TANDEM_RETURN_IF_ERROR(this->region(*part));
        if (part->fallback() && part->fallback()->size())
          return refuse("has a fallback with a fallback of its own in region '",
                        view(region->name()), "'");
      }
    }
    return Status();
  }

  Status region(const Region &region) const {
    if (region.backend()->size() == 0)
      return refuse("has region '", view(region.name()), "' without a backend");
    if (region.artifact() >= manifest_.blobs()->size())
      return refuse("has region '", view(region.name()), "' with its artifact in blob ",
                    region.artifact(), " of ", manifest_.blobs()->size());
    return Status();
  }

  const Manifest &manifest_;
  const Model &model_;
  std::string_view path_;
  uint64_t &budget_;
};
} // namespace

Status validateModels(const Manifest &manifest, size_t manifestSize, std::string_view path) {
  if (manifest.models()->size() == 0)
    return Error(Code::kCorruptData, path, "has no model");
  uint64_t budget = manifestSize / sizeof(float);
  std::set<std::string_view> names;
  for (const Model *model : *manifest.models()) {
    TANDEM_RETURN_IF_ERROR(ModelValidator(manifest, *model, path, budget).validate());
    if (!names.insert(view(model->name())).second)
      return Error(Code::kCorruptData, path, "has two models named '", view(model->name()), "'");
  }
  return Status();
}

} // namespace tandem::bundle

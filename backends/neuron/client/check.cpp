#include "backends/neuron/client/check.h"

#include <limits>
#include <vector>

namespace tandem::neuron {
namespace {

/// What an operand type is stored as; nothing for one that the compile half does not make.
struct Storage {
  uint32_t bytes;
  bool isTensor;
};
std::optional<Storage> storageOf(NeuronOperandCode code) {
  switch (code) {
  case NEURON_BOOL:
    return Storage{1, false};
  case NEURON_FLOAT16:
    return Storage{2, false};
  case NEURON_INT32:
  case NEURON_FLOAT32:
    return Storage{4, false};
  case NEURON_TENSOR_BOOL8:
  case NEURON_TENSOR_QUANT8_ASYMM:
  case NEURON_TENSOR_QUANT8_ASYMM_SIGNED:
  case NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL:
    return Storage{1, true};
  case NEURON_TENSOR_FLOAT16:
  case NEURON_TENSOR_QUANT16_SYMM:
    return Storage{2, true};
  case NEURON_TENSOR_INT32:
  case NEURON_TENSOR_FLOAT32:
    return Storage{4, true};
  default:
    return std::nullopt;
  }
}

class Checker {
public:
  Checker(const artifact::Artifact &artifact, std::span<const Buffer> buffers, const Place &place)
      : artifact_(artifact), operands_(*artifact.operands()), buffers_(buffers), place_(place),
        isBorder_(operands_.size()) {}

  Status run() {
    for (uint32_t i = 0; i < operands_.size(); ++i)
      TANDEM_RETURN_IF_ERROR(checkOperand(i, *operands_.Get(i)));
    for (const artifact::Operation *operation : *artifact_.operations())
      TANDEM_RETURN_IF_ERROR(checkOperation(*operation));
    for (const artifact::Border *border : *artifact_.inputs())
      TANDEM_RETURN_IF_ERROR(checkBorder("input", *border));
    for (const artifact::Border *border : *artifact_.outputs())
      TANDEM_RETURN_IF_ERROR(checkBorder("output", *border));
    if (artifact_.operations()->size() == 0 || artifact_.outputs()->size() == 0)
      return damaged("it has no operation, or no output");
    return checkSettings(*artifact_.settings());
  }

private:
  template <typename... Parts> Error damaged(const Parts &...parts) const {
    return place_.error(Code::kCorruptData, "the artifact is damaged: ", parts...);
  }

  Status checkOperand(uint32_t index, const artifact::Operand &operand) const {
    std::optional<uint64_t> bytes = operandBytes(operand);
    if (!bytes)
      return damaged("operand ", index, " has a type or dimensions that there are not");
    bool perChannel = operand.type() == NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL;
    bool hasScales = operand.channel_scales() && operand.channel_scales()->size() != 0;
    if (perChannel != hasScales)
      return damaged("operand ", index,
                     " has channel scales without being per channel, or has none");
    if (perChannel && (operand.channel_dimension() >= operand.dimensions()->size() ||
                       operand.channel_scales()->size() !=
                           operand.dimensions()->Get(operand.channel_dimension())))
      return damaged("operand ", index, " has not one scale for each channel");
    switch (operand.source()) {
    case artifact::Source::Computed:
      return Status();
    case artifact::Source::Inline:
      if (!operand.value() || operand.value()->size() != *bytes ||
          *bytes > NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES)
        return damaged("operand ", index, " has a value of another size than its type");
      return Status();
    case artifact::Source::Weights:
      if (operand.buffer() >= buffers_.size() || !buffers_[operand.buffer()].isConstant ||
          buffers_[operand.buffer()].size != *bytes)
        return damaged("operand ", index, " has no weights of its size in buffer ",
                       operand.buffer());
      return Status();
    }
    return damaged("operand ", index, " has an unknown source");
  }

  Status checkOperation(const artifact::Operation &operation) const {
    std::string name =
        operation.function() ? operation.function()->str() : operationName(operation.code());
    name += " '" + operation.node()->str() + "'";
    for (uint32_t input : *operation.inputs())
      if (input >= operands_.size())
        return damaged(name, " reads operand ", input, " of ", operands_.size());
    for (uint32_t output : *operation.outputs())
      if (output >= operands_.size() ||
          operands_.Get(output)->source() != artifact::Source::Computed)
        return damaged(name, " writes operand ", output, ", which is a constant or not there");
    return Status();
  }

  Status checkBorder(const char *what, const artifact::Border &border) {
    uint32_t index = border.operand();
    if (index >= operands_.size() || operands_.Get(index)->source() != artifact::Source::Computed)
      return damaged(what, " operand ", index, " is a constant or not there");
    if (isBorder_[index])
      return damaged(what, " operand ", index, " crosses the border twice");
    isBorder_[index] = true;
    const artifact::Operand &operand = *operands_.Get(index);
    if (border.buffer() >= buffers_.size() || buffers_[border.buffer()].isConstant ||
        buffers_[border.buffer()].size != *operandBytes(operand))
      return damaged(what, " operand ", index, " has no buffer of its size");
    if (border.flip_sign() && operand.type() != NEURON_TENSOR_QUANT8_ASYMM)
      return damaged(what, " operand ", index, " changes the sign of what are no u8 codes");
    return Status();
  }

  Status checkSettings(const artifact::Settings &settings) const {
    constexpr uint64_t kDayUs = 24ull * 60 * 60 * 1000 * 1000;
    for (uint64_t deadline : {settings.deadline_us(), settings.load_deadline_us()})
      if (deadline == 0 || deadline > kDayUs)
        return damaged("a deadline is ", deadline, " us, expected 1 to ", kDayUs);
    return Status();
  }

  const artifact::Artifact &artifact_;
  const flatbuffers::Vector<flatbuffers::Offset<artifact::Operand>> &operands_;
  std::span<const Buffer> buffers_;
  const Place &place_;
  std::vector<bool> isBorder_;
};

} // namespace

std::optional<uint64_t> operandBytes(const artifact::Operand &operand) {
  std::optional<Storage> storage = storageOf(operand.type());
  if (!storage || storage->isTensor != (operand.dimensions()->size() != 0))
    return std::nullopt;
  uint64_t bytes = storage->bytes;
  for (uint32_t dimension : *operand.dimensions()) {
    // Both are below 2^32, so that their product fits.
    bytes *= dimension;
    if (bytes == 0 || bytes > std::numeric_limits<uint32_t>::max())
      return std::nullopt;
  }
  return bytes;
}

Result<const artifact::Artifact *> checkArtifact(std::span<const std::byte> bytes,
                                                 std::span<const Buffer> buffers,
                                                 const Place &place) {
  const auto *data = reinterpret_cast<const uint8_t *>(bytes.data());
  if (bytes.size() >= FLATBUFFERS_MAX_BUFFER_SIZE)
    return place.error(Code::kCorruptData, "its artifact is too large");
  flatbuffers::Verifier verifier(data, bytes.size());
  if (!artifact::VerifyArtifactBuffer(verifier))
    return place.error(Code::kCorruptData, "its artifact is none of the neuron backend");
  const artifact::Artifact *result = artifact::GetArtifact(data);
  TANDEM_RETURN_IF_ERROR(Checker(*result, buffers, place).run());
  return result;
}

} // namespace tandem::neuron

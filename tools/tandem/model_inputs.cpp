#include "tools/tandem/model_inputs.h"

#include "base/bfloat.h"
#include "base/file.h"
#include "tools/tandem/command.h"
#include "tools/tandem/npy.h"
#include "tools/tandem/picture_file.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <utility>

namespace tandem {
namespace {

constexpr std::string_view kRandomSeed = "random:";

/// Errors: kInvalidArgument, of a seed.
Result<InputValue> parseValue(const std::string &text) {
  InputValue value;
  if (text == "zeros") {
    value.kind = InputValue::Kind::kZeros;
  } else if (text == "random" || text.starts_with(kRandomSeed)) {
    value.kind = InputValue::Kind::kRandom;
    std::string_view seed =
        std::string_view(text).substr(std::min(text.size(), kRandomSeed.size()));
    const char *end = seed.data() + seed.size();
    auto [last, failure] = std::from_chars(seed.data(), end, value.seed);
    if (text != "random" && (failure != std::errc() || last != end))
      return Error(Code::kInvalidArgument, "", "--input '", text,
                   "', expected a whole number behind random:");
  } else {
    value.path = text;
  }
  return value;
}

std::string inputNames(const Session &session) {
  std::string names;
  for (const TensorView &input : session.inputs())
    names += (names.empty() ? "" : ", ") + std::string(input.name);
  return names;
}

/// NAME=VALUE; a name of the model's may have a '=' of its own, so these are looked for first.
std::pair<std::string, std::string> splitInput(const Session &session, const std::string &text) {
  for (const TensorView &input : session.inputs())
    if (std::string start = std::string(input.name) + "="; text.starts_with(start))
      return {std::string(input.name), text.substr(start.size())};
  return splitNameValue(text);
}

/// The values of one session's inputs, as --input gives them one after another.
class Binding {
public:
  Binding(const Session &session, const std::string &subject)
      : session_(session), subject_(subject) {}

  Status add(const std::string &text) {
    auto [name, valueText] = splitInput(session_, text);
    bool isUnnamed = text.find('=') == std::string::npos;
    if (valueText.empty() || (name.empty() && !isUnnamed))
      return Error(Code::kInvalidArgument, subject_, "--input '", text,
                   "', expected NAME=FILE.npy");
    Result<InputValue> value = parseValue(valueText);
    if (!value.ok())
      return Error(value.error().code, subject_, value.error().message);
    if (!isUnnamed)
      return bind(name, *std::move(value));
    if (session_.inputs().size() == 1)
      return bind(std::string(session_.inputs()[0].name), *std::move(value));
    if (value->kind == InputValue::Kind::kFile)
      return Error(Code::kInvalidArgument, subject_, "has ", session_.inputs().size(),
                   " inputs, say --input NAME=", text, " with a name of ", inputNames(session_));
    if (ofOthers_)
      return Error(Code::kInvalidArgument, subject_, "--input '", text,
                   "' is for all inputs that have no value, for which there is another one");
    ofOthers_ = *std::move(value);
    return {};
  }

  Result<std::vector<BoundInput>> finish() && {
    for (const TensorView &input : session_.inputs()) {
      if (given_.contains(std::string(input.name)))
        continue;
      if (!ofOthers_)
        return Error(Code::kInvalidArgument, subject_, "input '", input.name,
                     "' is missing, say --input ", input.name, "=FILE.npy, or random or zeros in ",
                     "place of the file");
      bound_.push_back({&input, *ofOthers_});
    }
    return std::move(bound_);
  }

private:
  Status bind(const std::string &name, InputValue value) {
    Result<const TensorView *> tensor = session_.input(name);
    if (!tensor.ok())
      return Error(Code::kInvalidArgument, subject_, tensor.error().message);
    if (!given_.insert(name).second)
      return Error(Code::kInvalidArgument, subject_, "input '", name, "' is given twice");
    bound_.push_back({*tensor, std::move(value)});
    return {};
  }

  const Session &session_;
  const std::string &subject_;
  std::vector<BoundInput> bound_;
  std::set<std::string> given_;
  std::optional<InputValue> ofOthers_; ///< what goes into those that have none
};

std::string typeText(const TensorView &tensor) {
  return std::string(elementTypeName(tensor.type)) + " of shape " + shapeText(tensor.shape);
}

Status fillFromNpy(const TensorView &tensor, const MappedFile &file, const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(NpyArray array, parseNpy(file.bytes(), path));
  if (array.type != tensor.type || array.shape != tensor.shape)
    return Error(Code::kInvalidArgument, path, "has ", elementTypeName(array.type), " of shape ",
                 shapeText(array.shape), ", input '", tensor.name, "' takes ", typeText(tensor));
  std::memcpy(tensor.data, array.data.data(), tensor.bytes);
  return {};
}

/// Bare values, little-endian and row by row, as what they are says nothing of itself.
Status fillFromBare(const TensorView &tensor, const MappedFile &file, const std::string &path) {
  if (file.bytes().size() != tensor.bytes)
    return Error(Code::kInvalidArgument, path, "has ", file.bytes().size(), " bytes, input '",
                 tensor.name, "' takes ", typeText(tensor), ", which are ", tensor.bytes);
  std::memcpy(tensor.data, file.bytes().data(), tensor.bytes);
  return {};
}

/// Whether the file has the values alone.
bool isBare(const std::string &path) {
  return std::filesystem::path(path).extension() == ".bin";
}

Status checkIsNoOther(const MappedFile &file, const std::string &path) {
  if (std::string_view format = pictureFormatOf(file.bytes()); !format.empty())
    return Error(Code::kUnsupported, path, "is a picture (", format,
                 "): an application says which size, colours and range its model takes, as in ",
                 "'tandem run APP.yaml ", path, "' (docs/app-format.md)");
  if (file.text().starts_with("PK\x03\x04"))
    return Error(
        Code::kUnsupported, path,
        "is an archive (.npz): save each of its arrays by numpy.save to a file of its own");
  return {};
}

Status fillFromFile(const TensorView &tensor, const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  TANDEM_RETURN_IF_ERROR(checkIsNoOther(file, path));
  return isBare(path) ? fillFromBare(tensor, file, path) : fillFromNpy(tensor, file, path);
}

template <typename T> void put(const TensorView &tensor, size_t index, T value) {
  std::memcpy(tensor.data + index * sizeof value, &value, sizeof value);
}

/// The real number 0: of codes the one that means it.
void fillWithZeros(const TensorView &tensor) {
  std::memset(tensor.data, 0, tensor.bytes);
  const std::vector<int32_t> &zeroPoints = tensor.quantization.zeroPoints;
  bool isCode = tensor.type == ElementType::kI8 || tensor.type == ElementType::kU8;
  if (isCode && zeroPoints.size() == 1)
    std::memset(tensor.data, zeroPoints[0], tensor.bytes);
}

/// Real numbers from -1 to 1; all codes that there are; 0 and 1 where a number may be an index or a
/// truth.
class RandomValues {
public:
  /// Inputs of one model differ.
  RandomValues(uint64_t seed, std::string_view input) {
    std::vector<uint32_t> words = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
    for (char letter : input)
      words.push_back(static_cast<unsigned char>(letter));
    std::seed_seq sequence(words.begin(), words.end());
    engine_.seed(sequence);
  }

  void fill(const TensorView &tensor) {
    bool isCode = !tensor.quantization.empty();
    for (size_t i = 0; i < tensor.bytes / elementSize(tensor.type); ++i)
      switch (tensor.type) {
      case ElementType::kF32:
        put(tensor, i, real());
        break;
      case ElementType::kF16:
        put(tensor, i, floatToHalf(real()));
        break;
      case ElementType::kBF16:
        put(tensor, i, floatToBfloat(real()));
        break;
      case ElementType::kI8:
      case ElementType::kU8:
        put(tensor, i, static_cast<uint8_t>(engine_()));
        break;
      case ElementType::kI16:
        put(tensor, i, static_cast<int16_t>(isCode ? engine_() : bit()));
        break;
      case ElementType::kI32:
        put(tensor, i, static_cast<int32_t>(bit()));
        break;
      case ElementType::kI64:
        put(tensor, i, static_cast<int64_t>(bit()));
        break;
      case ElementType::kBool:
        put(tensor, i, static_cast<uint8_t>(bit()));
        break;
      }
  }

private:
  // Not std::uniform_real_distribution, whose numbers are a library's own.
  float real() { return static_cast<float>(engine_() >> 40) / static_cast<float>(1 << 23) - 1; }
  uint64_t bit() { return engine_() >> 63; }

  std::mt19937_64 engine_;
};

} // namespace

Result<std::vector<BoundInput>> bindInputs(const Session &session, const std::string &subject,
                                           std::span<const std::string> texts) {
  Binding binding(session, subject);
  for (const std::string &text : texts)
    TANDEM_RETURN_IF_ERROR(binding.add(text));
  return std::move(binding).finish();
}

Result<std::optional<Shape>> shapeOfValue(const std::string &text) {
  Result<InputValue> value = parseValue(text);
  if (!value.ok() || value->kind != InputValue::Kind::kFile || isBare(value->path))
    return std::optional<Shape>();
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(value->path));
  TANDEM_RETURN_IF_ERROR(checkIsNoOther(file, value->path));
  TANDEM_ASSIGN_OR_RETURN(NpyArray array, parseNpy(file.bytes(), value->path));
  return std::optional<Shape>(array.shape);
}

Status fillInput(const BoundInput &input) {
  switch (input.value.kind) {
  case InputValue::Kind::kFile:
    return fillFromFile(*input.tensor, input.value.path);
  case InputValue::Kind::kZeros:
    fillWithZeros(*input.tensor);
    return {};
  case InputValue::Kind::kRandom:
    RandomValues(input.value.seed, input.tensor->name).fill(*input.tensor);
    return {};
  }
  return {};
}

} // namespace tandem

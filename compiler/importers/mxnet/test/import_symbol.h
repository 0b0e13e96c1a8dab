#pragma once

#include "base/element_type.h"
#include "compiler/importers/common/importer.h"

#include <string>
#include <string_view>
#include <vector>

namespace tandem::mxnet::test {

/// The bytes of a .params file, as mx.nd.save writes them.
class ParameterWriter {
public:
  enum Version : uint32_t {
    kOldest = 0,
    kV1 = 0xf993fac8,
    kV2 = 0xf993fac9,
    kV3 = 0xf993faca,
  };

  /// An array of float32, counting up from 0.
  ParameterWriter &add(const std::string &name, const Shape &shape, Version version = kV2);
  /// An array of another type, by MXNet's number, with these bytes as its elements.
  ParameterWriter &addTyped(const std::string &name, const Shape &shape, uint32_t typeFlag,
                            std::string_view elements, Version version = kV2);
  /// An array of two rows of four, of which one is stored ("row_sparse").
  ParameterWriter &addSparse(const std::string &name);
  /// An array of which these bytes are the whole.
  ParameterWriter &addRaw(const std::string &name, std::string_view array);
  std::string bytes() const;

private:
  std::vector<std::string> arrays_, names_;
};

/// The bytes of a number, little-endian.
template <typename T> std::string raw(T number) {
  return std::string(reinterpret_cast<const char *>(&number), sizeof number);
}

/// A symbol in JSON, node by node; each gives the number that later ones name it by.
class SymbolWriter {
public:
  size_t variable(const std::string &name, const std::string &attributes = "{}");
  /// `attributes` is a JSON object of strings.
  size_t node(const std::string &op, const std::string &name, const std::string &attributes,
              const std::vector<size_t> &inputs);
  /// The whole; the last node's first result is the model's.
  std::string json() const;

private:
  std::vector<std::string> nodes_;
};

/// One node over inputs "x0", "x1" of these shapes, then parameters "p0", "p1": the module as text.
std::string importNode(const std::string &op, const std::string &attributes,
                       const std::vector<Shape> &inputs, const std::vector<Shape> &parameters = {});

/// The module as text, or "error: " and the message.
std::string importText(std::string_view symbol, std::string_view parameters,
                       const ImportOptions &options = {});

} // namespace tandem::mxnet::test

#pragma once

#include "compiler/importers/torch/stored_tensor.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tandem::torch {

/// A tensor in a pickle; its bytes are the file data/<storage> beside it.
struct PickledTensor {
  ScalarType type = ScalarType::kFloat;
  std::string storage = {};
  int64_t offset = 0;
  llvm::SmallVector<int64_t> sizes = {}, strides = {};
};

/// A value in a pickle. Values refer to one another by their place in Pickle::values, since they
/// can share and even contain themselves.
struct PickledValue {
  enum Kind {
    kNone,
    kBool,     ///< number
    kInt,      ///< number
    kReal,     ///< real
    kString,   ///< text
    kTuple,    ///< items
    kList,     ///< items
    kDict,     ///< items: keys and values in turn
    kGlobal,   ///< text: "module name"
    kStorage,  ///< type and storage of `tensor`
    kTensor,   ///< tensor
    kInstance, ///< text: "module.name" of its class; items: its state, when it has one
    kEnum,     ///< text: as of an instance; items: the value of the member that it is
  };
  Kind kind = kNone;
  int64_t number = 0;
  double real = 0;
  std::string text = {};
  std::vector<size_t> items = {};
  std::shared_ptr<const PickledTensor> tensor = {}; ///< few values have one
};

struct Pickle {
  std::vector<PickledValue> values;
  size_t root = 0;

  const PickledValue &result() const { return values[root]; }
  /// An item of a tuple, list or dictionary, if it is of that kind.
  const PickledValue *item(const PickledValue &of, size_t index, PickledValue::Kind kind) const;
};

/// Reads what torch.save and torch.jit.save pickle. Nothing is executed: of the functions that a
/// pickle can name, those that tensors and modules need are known, and any other is refused by
/// name.
llvm::Expected<Pickle> readPickle(std::string_view bytes);

/// Of a dictionary of tensors; or of one tensor, with one entry under the name "".
llvm::Expected<std::map<std::string, PickledTensor>> readTensorPickle(std::string_view bytes);

} // namespace tandem::torch

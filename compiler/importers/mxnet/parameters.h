#pragma once

#include "base/element_type.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::mxnet {

/// One array of a .params file: a view of its bytes, which must outlive it.
struct StoredArray {
  ElementType type =
      ElementType::kF32; ///< float64 becomes kF32, which is what the graph computes in
  Shape shape;
  std::string_view bytes;
  bool isDouble = false;    ///< stored as float64
  std::string refusal = {}; ///< "is stored as csr, ..." when the graph cannot have it
};

/// The elements row by row in their `type`, dimension d of the result being dimension
/// permutation[d] of the array. An empty permutation keeps them in their order.
std::vector<char> elementsOf(const StoredArray &array, llvm::ArrayRef<int64_t> permutation = {});

/// Parameters by the names of the symbol's variables ("conv0_weight").
using Parameters = std::map<std::string, StoredArray, std::less<>>;

/// Reads what mx.nd.save writes: arrays, then their names, of which "arg:" and "aux:" are taken
/// off. Versions: without a magic number (MXNet before 0.10), V1 (0.10, 0.11), V2 (to 2.0), V3
/// (arrays of the NumPy interface, which may be scalars). Sparse arrays, empty ones and element
/// types that the graph has not are marked with a refusal. Nothing is copied, and no size is
/// believed beyond what the bytes hold.
llvm::Expected<Parameters> readParameters(std::string_view bytes);

/// By MXNet's numbers of element types, as '__dtype__' has them (mshadow::TypeFlag): the graph's,
/// if there is one, and MXNet's name.
std::optional<ElementType> elementTypeOfFlag(int64_t flag);
std::string typeFlagName(int64_t flag);

/// Whether the bytes start as such a file does.
bool isParameterFile(std::string_view bytes);

} // namespace tandem::mxnet

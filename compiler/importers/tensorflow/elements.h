#pragma once

#include "base/element_type.h"
#include "compiler/importers/tensorflow/proto/graph.pb.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::tensorflow {

/// Element types by their numbers in the format. A reference to a variable has 100 more.
enum class DataType : int32_t {
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kHalf = 19,
  kResource = 20,
};

/// "float32", as TensorFlow calls it; "type 21" for one that graph does not have.
std::string typeName(int32_t type);
/// How the graph stores it; nothing for what it cannot. float64 becomes f32, which is all that
/// processors of phones have.
std::optional<ElementType> graphElementType(int32_t type);
/// Bytes of one element in a file; nothing where graphElementType() has nothing.
std::optional<size_t> fileElementSize(int32_t type);

/// The shape of a tensor, -1 for an open dimension; nothing when not even the rank is known.
std::optional<llvm::SmallVector<int64_t>> shapeFrom(const proto::TensorShapeProto &shape);

/// A constant: its elements row by row in the type that the graph stores. The bytes are a view, or
/// owned where they had to be made.
struct Elements {
  ElementType type = ElementType::kF32;
  llvm::SmallVector<int64_t> shape;
  llvm::ArrayRef<char> view;
  std::vector<char> owned;

  llvm::ArrayRef<char> bytes() const { return owned.empty() ? view : llvm::ArrayRef(owned); }
  int64_t count() const;
};

/// Decodes the value of a Const; a large one is in the bytes of `file`. Errors: a type that graph
/// does not have, another number of elements than the shape has, a size that its few bytes do not
/// account for.
llvm::Expected<Elements> elementsOf(const proto::TensorProto &tensor, std::string_view file);
/// From the bytes of a file. They must live as long as the result, if they fit as they are.
llvm::Expected<Elements> elementsOf(int32_t type, llvm::SmallVector<int64_t> shape,
                                    llvm::ArrayRef<char> content);

} // namespace tandem::tensorflow

// The format is NDArray::Save and Load in MXNet's src/ndarray/ndarray.cc; all numbers are
// little-endian:
//   list   u64 0x112, u64 0, u64 count, arrays, u64 count, names as (u64 length, bytes)
//   V2, V3 u32 magic, i32 storage, [shape of the stored part if sparse], shape, i32 device, i32
//   device
//          id, i32 type, [i32 type and shape of each index if sparse], elements, [indices]
//   V1     u32 magic, shape, i32 device, i32 device id, i32 type, elements
//   older  the same without a magic number, dimensions of 32 bits
//   shape  i32 rank, i64 dimensions
#include "compiler/importers/mxnet/parameters.h"

#include "compiler/graph/permute.h"
#include "compiler/importers/common/byte_cursor.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

#include <cstring>

namespace tandem::mxnet {

namespace {
constexpr uint64_t kListMagic = 0x112;
constexpr uint32_t kMagicV1 = 0xf993fac8, kMagicV2 = 0xf993fac9, kMagicV3 = 0xf993faca;
constexpr int32_t kMaxRank = 32;

enum Storage : int32_t { kDense = 0, kRowSparse = 1, kCompressedRows = 2 };

struct TypeFlag {
  llvm::StringLiteral name;
  size_t size;
  std::optional<ElementType> element; ///< nothing: the graph has no such type
};
/// By MXNet's numbers (mshadow::TypeFlag).
constexpr TypeFlag kTypeFlags[] = {
    {"float32", 4, ElementType::kF32},  {"float64", 8, ElementType::kF32},
    {"float16", 2, ElementType::kF16},  {"uint8", 1, ElementType::kU8},
    {"int32", 4, ElementType::kI32},    {"int8", 1, ElementType::kI8},
    {"int64", 8, ElementType::kI64},    {"bool", 1, ElementType::kBool},
    {"int16", 2, ElementType::kI16},    {"uint16", 2, std::nullopt},
    {"uint32", 4, std::nullopt},        {"uint64", 8, std::nullopt},
    {"bfloat16", 2, ElementType::kBF16}};

const TypeFlag *typeFlag(uint64_t number) {
  return number < std::size(kTypeFlags) ? &kTypeFlags[number] : nullptr;
}

llvm::Error damaged(const llvm::Twine &what) {
  return llvm::createStringError("the parameters are damaged: " + what);
}

/// Reads one array after the other. Each reader gives false when the bytes are no array; why() says
/// what was wrong.
class ArrayReader {
public:
  explicit ArrayReader(ByteCursor &cursor) : cursor_(cursor) {}
  bool read(StoredArray &array);
  const std::string &why() const { return why_; }

private:
  bool fail(const llvm::Twine &why) {
    why_ = why.str();
    return false;
  }
  bool readShape(Shape &shape, bool wideDimensions);
  bool readDimensions(Shape &shape, uint32_t rank, bool wideDimensions);
  bool readDense(StoredArray &array);
  bool readSparse(StoredArray &array, Storage storage, const Shape &storedShape);
  std::optional<std::string_view> takeElements(const Shape &shape, const TypeFlag &type);

  ByteCursor &cursor_;
  std::string why_;
};

bool ArrayReader::readDimensions(Shape &shape, uint32_t rank, bool wideDimensions) {
  if (rank > kMaxRank)
    return fail("it has " + llvm::Twine(rank) + " dimensions");
  for (uint32_t i = 0; i < rank; ++i) {
    shape.push_back(wideDimensions ? static_cast<int64_t>(cursor_.u64())
                                   : static_cast<int64_t>(cursor_.u32()));
    if (shape.back() < 0)
      return fail("dimension " + llvm::Twine(i) + " is " + llvm::Twine(shape.back()));
  }
  return cursor_.ok() || fail("the file ends inside its shape");
}

bool ArrayReader::readShape(Shape &shape, bool wideDimensions) {
  return readDimensions(shape, cursor_.u32(), wideDimensions);
}

std::optional<std::string_view> ArrayReader::takeElements(const Shape &shape,
                                                          const TypeFlag &type) {
  std::optional<int64_t> count = elementCount(shape);
  uint64_t held = cursor_.rest().size();
  if (!count || static_cast<uint64_t>(*count) > held / type.size) {
    (void)fail("its shape " + shapeText(shape) + " of " + type.name + " is more than the " +
               llvm::Twine(held) + " bytes that are left of the file");
    return std::nullopt;
  }
  return cursor_.take(static_cast<uint64_t>(*count) * type.size);
}

bool ArrayReader::readDense(StoredArray &array) {
  cursor_.skip(8); // device and its number
  uint32_t number = cursor_.u32();
  const TypeFlag *type = typeFlag(number);
  if (!cursor_.ok())
    return fail("the file ends inside it");
  if (!type)
    return fail("it has the element type " + llvm::Twine(number));
  std::optional<std::string_view> bytes = takeElements(array.shape, *type);
  if (!bytes)
    return false;
  array.bytes = *bytes;
  array.isDouble = type->name == "float64";
  array.type = type->element.value_or(ElementType::kF32);
  if (bytes->empty())
    array.refusal = "has no values";
  if (!type->element)
    array.refusal = "has elements of type " + type->name.str() + ", which is not supported";
  return true;
}

/// Only so far that the arrays behind it and its name can be read.
bool ArrayReader::readSparse(StoredArray &array, Storage storage, const Shape &storedShape) {
  bool isRows = storage == kRowSparse;
  cursor_.skip(8);
  const TypeFlag *type = typeFlag(cursor_.u32());
  std::vector<std::pair<const TypeFlag *, Shape>> indices(isRows ? 1 : 2);
  for (auto &[indexType, shape] : indices) {
    indexType = typeFlag(cursor_.u32());
    if (!indexType || !readShape(shape, /*wideDimensions=*/true))
      return fail("its indices have no type and shape");
  }
  if (!type || !takeElements(storedShape, *type))
    return type ? false : fail("it has no element type");
  for (const auto &[indexType, shape] : indices)
    if (!takeElements(shape, *indexType))
      return false;
  array.refusal = std::string("is stored as ") + (isRows ? "row_sparse" : "csr") +
                  ", only dense arrays are supported (tostype('default') makes one)";
  return true;
}

bool ArrayReader::read(StoredArray &array) {
  Shape &shape = array.shape;
  uint32_t magic = cursor_.u32();
  bool isUnset = false, isKnown = magic == kMagicV1 || magic == kMagicV2 || magic == kMagicV3;
  int32_t storage = kDense;
  Shape storedShape;
  if (magic == kMagicV2 || magic == kMagicV3) {
    storage = static_cast<int32_t>(cursor_.u32());
    if (storage < kDense || storage > kCompressedRows)
      return fail("it has the storage type " + llvm::Twine(storage));
    if (storage != kDense && !readShape(storedShape, /*wideDimensions=*/true))
      return false;
  }
  uint32_t rank = isKnown ? cursor_.u32() : magic; // the oldest files begin with the rank
  constexpr uint32_t kUnknownRank = ~0u;
  if (magic == kMagicV3)
    isUnset = rank == kUnknownRank;
  else
    isUnset = rank == 0;
  if (!isUnset && !readDimensions(shape, rank, isKnown))
    return false;
  if (!cursor_.ok())
    return fail("the file ends inside it");
  if (isUnset) {
    array.refusal = "has no values";
    return true;
  }
  return storage == kDense ? readDense(array)
                           : readSparse(array, static_cast<Storage>(storage), storedShape);
}

/// Each entry takes some bytes at least, so that a count of them is believed only as far as it can
/// be true.
std::optional<uint64_t> readCount(ByteCursor &cursor, uint64_t leastBytes) {
  uint64_t count = cursor.u64();
  if (!cursor.ok() || count > cursor.rest().size() / leastBytes)
    return std::nullopt;
  return count;
}

llvm::Expected<std::vector<std::string>> readNames(ByteCursor &cursor) {
  std::vector<std::string> names;
  std::optional<uint64_t> count = readCount(cursor, sizeof(uint64_t));
  if (!count)
    return damaged("it ends inside the list of names");
  for (uint64_t i = 0; i < *count; ++i) {
    llvm::StringRef name = cursor.take(cursor.u64());
    if (!cursor.ok())
      return damaged("it ends inside name " + llvm::Twine(i));
    if (!name.consume_front("arg:"))
      name.consume_front("aux:");
    names.push_back(name.str());
  }
  return names;
}
} // namespace

std::optional<ElementType> elementTypeOfFlag(int64_t flag) {
  const TypeFlag *type = typeFlag(static_cast<uint64_t>(flag));
  return type ? type->element : std::nullopt;
}

std::string typeFlagName(int64_t flag) {
  const TypeFlag *type = typeFlag(static_cast<uint64_t>(flag));
  return type ? type->name.str() : std::to_string(flag);
}

bool isParameterFile(std::string_view bytes) {
  ByteCursor cursor(bytes);
  return cursor.u64() == kListMagic && cursor.u64() == 0 && cursor.ok();
}

llvm::Expected<Parameters> readParameters(std::string_view bytes) {
  if (!isParameterFile(bytes))
    return llvm::createStringError(
        "the parameters do not start with the signature of MXNet's array files");
  ByteCursor cursor(bytes);
  cursor.skip(16);
  std::optional<uint64_t> count = readCount(cursor, sizeof(uint32_t));
  if (!count)
    return damaged("it says to hold more arrays than it has bytes for");
  std::vector<StoredArray> arrays;
  ArrayReader reader(cursor);
  for (uint64_t i = 0; i < *count; ++i)
    if (!reader.read(arrays.emplace_back()))
      return damaged("array " + llvm::Twine(i) + ": " + reader.why());
  llvm::Expected<std::vector<std::string>> names = readNames(cursor);
  if (!names)
    return names.takeError();
  if (names->size() != arrays.size())
    return llvm::createStringError("the parameters have " + llvm::Twine(arrays.size()) +
                                   " arrays and " + llvm::Twine(names->size()) +
                                   " names, a model's have as many of both");
  Parameters parameters;
  for (auto [name, array] : llvm::zip(*names, arrays))
    if (!parameters.emplace(name, std::move(array)).second)
      return llvm::createStringError("two parameters are called '" + name + "'");
  return parameters;
}

std::vector<char> elementsOf(const StoredArray &array, llvm::ArrayRef<int64_t> permutation) {
  llvm::ArrayRef<char> stored(array.bytes.data(), array.bytes.size());
  std::vector<char> singles;
  if (array.isDouble) {
    singles.resize(stored.size() / 2);
    for (size_t i = 0; i < singles.size(); i += sizeof(float)) {
      double number;
      std::memcpy(&number, stored.data() + 2 * i, sizeof number);
      auto single = static_cast<float>(number);
      std::memcpy(singles.data() + i, &single, sizeof single);
    }
    stored = singles;
  }
  std::vector<char> elements =
      permutation.empty()
          ? std::vector<char>(stored.begin(), stored.end())
          : graph::permuted(stored, elementSize(array.type), array.shape, permutation);
  if (array.type == ElementType::kBool) // any other bit pattern is no bool of C++
    for (char &element : elements)
      element = element != 0;
  return elements;
}

} // namespace tandem::mxnet

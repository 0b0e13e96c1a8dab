// Element types, attributes and datasets: what the objects of an HDF5 file hold.
#include "compiler/importers/common/byte_cursor.h"
#include "compiler/importers/keras/hdf5_file.h"
#include "compiler/importers/keras/hdf5_format.h"

namespace tandem::keras {

using namespace hdf5;

namespace {
enum class Kind { kFloat, kFixedString, kVariableString, kOther };
struct Datatype {
  Kind kind = Kind::kOther;
  uint32_t size = 0;        ///< bytes of one element
  bool spacePadded = false; ///< of a fixed string
};

/// One float type per size: IEEE binary16, 32 and 64, little-endian.
bool isIeee(uint32_t size, std::string_view properties) {
  ByteCursor cursor(properties);
  uint16_t bitOffset = cursor.u16(), precision = cursor.u16();
  uint8_t exponentAt = cursor.u8(), exponentSize = cursor.u8();
  uint8_t mantissaAt = cursor.u8(), mantissaSize = cursor.u8();
  if (!cursor.ok() || bitOffset != 0 || precision != size * 8 || mantissaAt != 0 ||
      exponentAt != mantissaSize)
    return false;
  return (size == 2 && exponentSize == 5) || (size == 4 && exponentSize == 8) ||
         (size == 8 && exponentSize == 11);
}

std::optional<Datatype> parseDatatype(std::string_view message) {
  ByteCursor cursor(message);
  uint8_t kindAndVersion = cursor.u8();
  uint8_t flags = cursor.u8();
  cursor.skip(2);
  Datatype type;
  type.size = cursor.u32();
  if (!cursor.ok() || type.size == 0)
    return std::nullopt;
  constexpr uint8_t kFloatClass = 1, kStringClass = 3, kVariableClass = 9;
  constexpr uint8_t kBigEndian = 1, kSpacePad = 2, kVariableIsString = 1;
  switch (kindAndVersion & 0xf) {
  case kFloatClass:
    if (!(flags & kBigEndian) && isIeee(type.size, cursor.rest()))
      type.kind = Kind::kFloat;
    break;
  case kStringClass:
    type.kind = Kind::kFixedString;
    type.spacePadded = (flags & 0xf) == kSpacePad;
    break;
  case kVariableClass:
    if ((flags & 0xf) == kVariableIsString)
      type.kind = Kind::kVariableString;
    break;
  }
  return type;
}

/// Dimensions; a scalar has none. Nothing when damaged.
std::optional<Shape> parseDataspace(std::string_view message) {
  ByteCursor cursor(message);
  uint8_t version = cursor.u8(), rank = cursor.u8();
  cursor.skip(1); // flags
  if (version == 1) {
    cursor.skip(5);
  } else {
    constexpr uint8_t kNullSpace = 2;
    if (cursor.u8() == kNullSpace)
      return Shape{0};
  }
  Shape shape;
  for (int i = 0; i < rank; ++i)
    shape.push_back(static_cast<int64_t>(cursor.u64()));
  if (!cursor.ok() || version < 1 || version > 2)
    return std::nullopt;
  return shape;
}

/// A variable-length string lies in a global heap collection: objects with numbers, one after
/// another.
std::optional<std::string_view> globalHeapObject(std::string_view file, uint64_t collection,
                                                 uint32_t index) {
  ByteCursor header(from(file, collection));
  if (header.take(4) != "GCOL")
    return std::nullopt;
  header.skip(4);
  constexpr uint64_t kHeaderSize = 16;
  uint64_t size = header.u64();
  std::optional<std::string_view> body = slice(file, collection, size);
  if (!header.ok() || !body || size < kHeaderSize)
    return std::nullopt;
  ByteCursor objects(body->substr(kHeaderSize));
  while (!objects.atEnd()) {
    uint16_t number = objects.u16();
    objects.skip(2 + 4);
    uint64_t bytes = objects.u64();
    std::string_view data = objects.take(bytes);
    if (!objects.ok() || number == 0) // 0 is the free space at the end
      return std::nullopt;
    if (number == index)
      return data;
    objects.skip((8 - bytes % 8) % 8);
  }
  return std::nullopt;
}

std::optional<std::string> readString(std::string_view file, const Datatype &type,
                                      std::string_view element) {
  if (type.kind == Kind::kFixedString) {
    std::string_view text = element.substr(0, element.find('\0'));
    while (type.spacePadded && text.ends_with(' '))
      text.remove_suffix(1);
    return std::string(text);
  }
  ByteCursor cursor(element);
  uint32_t length = cursor.u32();
  uint64_t collection = cursor.u64();
  uint32_t index = cursor.u32();
  if (!cursor.ok())
    return std::nullopt;
  if (length == 0)
    return std::string();
  std::optional<std::string_view> text = globalHeapObject(file, collection, index);
  if (!text || text->size() < length)
    return std::nullopt;
  return std::string(text->substr(0, length));
}

struct Attribute {
  std::string_view name, datatype, dataspace, data;
};

/// Version 1 pads name, type and space to 8 bytes; 2 and 3 do not, and 3 names a character set.
std::optional<Attribute> parseAttribute(std::string_view message) {
  ByteCursor cursor(message);
  uint8_t version = cursor.u8(), flags = cursor.u8();
  uint16_t nameSize = cursor.u16(), typeSize = cursor.u16(), spaceSize = cursor.u16();
  if (version == 3)
    cursor.skip(1);
  auto padded = [&](uint16_t size) {
    std::string_view data = cursor.take(size);
    if (version == 1)
      cursor.skip((8 - size % 8) % 8);
    return data;
  };
  Attribute attribute;
  attribute.name = padded(nameSize);
  attribute.name = attribute.name.substr(0, attribute.name.find('\0'));
  attribute.datatype = padded(typeSize);
  attribute.dataspace = padded(spaceSize);
  attribute.data = cursor.rest();
  bool isShared = version > 1 && flags != 0; // type or space are elsewhere; Keras does not do that
  if (!cursor.ok() || version < 1 || version > 3 || isShared)
    return std::nullopt;
  return attribute;
}
} // namespace

llvm::Expected<std::optional<std::vector<std::string>>>
Hdf5Object::attribute(llvm::StringRef name) const {
  for (const Message &message : messages_) {
    if (message.type != kAttribute)
      continue;
    std::optional<Attribute> attribute = parseAttribute(message.data);
    if (!attribute || attribute->name != std::string_view(name))
      continue;
    std::optional<Datatype> type = parseDatatype(attribute->datatype);
    std::optional<Shape> shape = parseDataspace(attribute->dataspace);
    std::optional<int64_t> count = shape ? elementCount(*shape) : std::nullopt;
    if (!type || !count || static_cast<uint64_t>(*count) > attribute->data.size() / type->size)
      return damaged("the attribute '" + name + "' is larger than its place");
    if (*count == 0) // an empty list of names has h5py's default type, which is float
      return std::vector<std::string>();
    if (type->kind != Kind::kFixedString && type->kind != Kind::kVariableString)
      return llvm::createStringError("the attribute '" + name + "' is not a string");
    std::vector<std::string> strings;
    for (int64_t i = 0; i < *count; ++i) {
      std::optional<std::string> text =
          readString(file_, *type, attribute->data.substr(i * type->size, type->size));
      if (!text)
        return damaged("the text of the attribute '" + name + "' is outside the file");
      strings.push_back(std::move(*text));
    }
    return strings;
  }
  return std::nullopt;
}

/// Where a dataset's elements lie: in the message itself or in one run of the file.
static llvm::Expected<std::string_view> storage(std::string_view file, std::string_view layout) {
  ByteCursor cursor(layout);
  uint8_t version = cursor.u8(), kind = cursor.u8();
  constexpr uint8_t kCompact = 0, kContiguous = 1;
  if (version != 3 && version != 4)
    return llvm::createStringError("HDF5 data layout version " + llvm::Twine(int(version)) +
                                   " is not supported, only 3 and 4 are");
  std::optional<std::string_view> data;
  if (kind == kCompact) {
    data = cursor.take(cursor.u16());
  } else if (kind == kContiguous) {
    uint64_t address = cursor.u64(), size = cursor.u64();
    data = slice(file, address, size);
  } else {
    return llvm::createStringError("it is stored in chunks, only one piece is supported");
  }
  if (!cursor.ok() || !data)
    return damaged("its data is outside the file");
  return *data;
}

template <typename Stored, typename Convert>
static std::vector<float> convertAll(std::string_view data, int64_t count, Convert convert) {
  std::vector<float> values(count);
  for (int64_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, data.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = convert(stored);
  }
  return values;
}

llvm::Expected<Hdf5Dataset> Hdf5Object::dataset() const {
  std::optional<std::string_view> typeMessage = message(kDatatype), space = message(kDataspace),
                                  layout = message(kLayout);
  if (!typeMessage || !space || !layout)
    return llvm::createStringError("it is not a dataset");
  if (message(kFilters) || message(kExternalFiles))
    return llvm::createStringError("it is compressed or in another file, which is not supported");
  std::optional<Datatype> type = parseDatatype(*typeMessage);
  std::optional<Shape> shape = parseDataspace(*space);
  if (!type || !shape)
    return damaged("its type or shape cannot be read");
  if (type->kind != Kind::kFloat)
    return llvm::createStringError("its elements are not little-endian floats");
  llvm::Expected<std::string_view> data = storage(file_, *layout);
  if (!data)
    return data.takeError();
  std::optional<int64_t> count = elementCount(*shape);
  if (!count || static_cast<uint64_t>(*count) > data->size() / type->size)
    return damaged("shape " + shapeText(*shape) + " does not fit into its " +
                   llvm::Twine(data->size()) + " bytes");
  Hdf5Dataset result{std::move(*shape), {}, {}};
  if (type->size == 4)
    result.view = data->substr(0, *count * sizeof(float));
  else if (type->size == 2)
    result.converted = convertAll<uint16_t>(*data, *count, halfToFloat);
  else
    result.converted =
        convertAll<double>(*data, *count, [](double value) { return static_cast<float>(value); });
  return result;
}

llvm::ArrayRef<char> Hdf5Dataset::bytes() const {
  if (converted.empty())
    return {view.data(), view.size()};
  return {reinterpret_cast<const char *>(converted.data()), converted.size() * sizeof(float)};
}

std::vector<float> Hdf5Dataset::values() const {
  std::vector<float> numbers(bytes().size() / sizeof(float));
  if (!numbers.empty())
    std::memcpy(numbers.data(), bytes().data(), bytes().size());
  return numbers;
}

} // namespace tandem::keras

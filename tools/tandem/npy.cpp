#include "tools/tandem/npy.h"

#include "base/file.h"

#include <array>
#include <charconv>
#include <optional>

namespace tandem {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxRank = 32; // NumPy's own limit

struct Descriptor {
  std::string_view text;
  ElementType type;
};
constexpr std::array<Descriptor, 8> kDescriptors = {{{"<f4", ElementType::kF32},
                                                     {"<f2", ElementType::kF16},
                                                     {"|i1", ElementType::kI8},
                                                     {"|u1", ElementType::kU8},
                                                     {"<i2", ElementType::kI16},
                                                     {"<i4", ElementType::kI32},
                                                     {"<i8", ElementType::kI64},
                                                     {"|b1", ElementType::kBool}}};

/// Reads the header's one Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (1,
/// 2)}.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  struct Header {
    std::string descr;
    std::optional<bool> fortranOrder;
    std::optional<Shape> shape;
  };

  std::optional<Header> parse() {
    Header header;
    if (!take("{"))
      return std::nullopt;
    while (!take("}")) {
      std::optional<std::string> key = quoted();
      if (!key || !take(":") || !value(*key, header))
        return std::nullopt;
      if (!take(",") && peek() != '}')
        return std::nullopt;
    }
    if (header.descr.empty() || !header.fortranOrder || !header.shape)
      return std::nullopt;
    return header;
  }

private:
  void skipBlanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n'))
      rest_.remove_prefix(1);
  }
  char peek() {
    skipBlanks();
    return rest_.empty() ? '\0' : rest_[0];
  }
  bool take(std::string_view token) {
    skipBlanks();
    if (!rest_.starts_with(token))
      return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::optional<std::string> quoted() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      return std::nullopt;
    size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool value(const std::string &key, Header &header) {
    if (key == "descr") {
      std::optional<std::string> text = quoted();
      header.descr = text.value_or("");
      return text.has_value();
    }
    if (key == "fortran_order") {
      bool yes = take("True");
      header.fortranOrder = yes;
      return yes || take("False");
    }
    return key == "shape" && tuple(header);
  }
  bool tuple(Header &header) {
    Shape shape;
    if (!take("("))
      return false;
    while (!take(")")) {
      skipBlanks();
      int64_t dim = 0;
      auto [next, failure] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dim);
      if (failure != std::errc() || dim < 0 || shape.size() == kMaxRank)
        return false;
      rest_.remove_prefix(static_cast<size_t>(next - rest_.data()));
      shape.push_back(dim);
      if (!take(",") && peek() != ')')
        return false;
    }
    header.shape = std::move(shape);
    return true;
  }

  std::string_view rest_;
};

/// The header's text, and what follows it; nothing when the frame around it is damaged.
struct Frame {
  std::string_view header;
  std::span<const std::byte> data;
};
std::optional<Frame> splitFrame(std::span<const std::byte> bytes) {
  std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  size_t sizeAt = kMagic.size() + 2;
  if (!text.starts_with(kMagic) || text.size() < sizeAt)
    return std::nullopt;
  auto version = static_cast<unsigned char>(text[kMagic.size()]);
  size_t width = version == 1 ? 2 : 4;
  if (version < 1 || version > 3 || text.size() - sizeAt < width)
    return std::nullopt;
  size_t length = 0;
  for (size_t i = 0; i < width; ++i)
    length |= static_cast<size_t>(static_cast<unsigned char>(text[sizeAt + i])) << (8 * i);
  size_t start = sizeAt + width;
  if (length > text.size() - start)
    return std::nullopt;
  return Frame{text.substr(start, length), bytes.subspan(start + length)};
}

/// "'<f8' (float64)": as the file has it, and as people call it.
std::string typeText(const std::string &descr) {
  std::string text = "'" + descr.substr(0, 32) + "'";
  constexpr std::string_view kKinds = "fiuc";
  constexpr std::array<const char *, kKinds.size()> kWords = {"float", "int", "uint", "complex"};
  size_t kind = descr.size() == 3 ? kKinds.find(descr[1]) : kKinds.npos;
  if (kind == kKinds.npos || descr[2] < '1' || descr[2] > '8')
    return text;
  const char *order = descr[0] == '>' ? "big-endian " : "";
  return text + " (" + order + kWords[kind] + std::to_string(8 * (descr[2] - '0')) + ")";
}

std::string knownTypes() {
  std::string list;
  for (const Descriptor &descriptor : kDescriptors)
    (list += list.empty() ? "" : ", ") += numpyTypeName(descriptor.type);
  return list;
}

} // namespace

const char *numpyTypeName(ElementType type) {
  constexpr std::array<const char *, kElementTypeCount> kNames = {
      "float32", "float16", "uint16", "int8", "uint8", "int16", "int32", "int64", "bool"};
  return kNames[static_cast<size_t>(type)];
}

Result<NpyArray> parseNpy(std::span<const std::byte> bytes, const std::string &name) {
  std::optional<Frame> frame = splitFrame(bytes);
  if (!frame)
    return Error(Code::kCorruptData, name, "not a NumPy .npy file, or cut short in its header");
  auto header = HeaderParser(frame->header).parse();
  if (!header)
    return Error(Code::kCorruptData, name, "the .npy header is damaged");
  if (*header->fortranOrder && header->shape->size() > 1)
    return Error(Code::kUnsupported, name,
                 "the array is in Fortran order; save numpy.ascontiguousarray(array)");
  NpyArray array;
  const Descriptor *found = nullptr;
  for (const Descriptor &descriptor : kDescriptors)
    if (descriptor.text == header->descr)
      found = &descriptor;
  if (!found)
    return Error(Code::kUnsupported, name, "has elements of type ", typeText(header->descr),
                 ", expected one of ", knownTypes(),
                 ": save array.astype() of what the input takes");
  array.type = found->type;
  array.shape = std::move(*header->shape);
  std::optional<int64_t> count = elementCount(array.shape);
  size_t size = elementSize(array.type);
  if (!count || static_cast<uint64_t>(*count) > frame->data.size() / size ||
      static_cast<uint64_t>(*count) * size != frame->data.size())
    return Error(Code::kCorruptData, name, "an array of ", shapeText(array.shape), " ",
                 elementTypeName(array.type), " does not fit the ", frame->data.size(),
                 " bytes behind the header");
  array.data.assign(frame->data.begin(), frame->data.end());
  return array;
}

Result<NpyArray> readNpy(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return parseNpy(file.bytes(), path);
}

Status writeNpy(const std::string &path, ElementType type, std::span<const int64_t> shape,
                std::span<const std::byte> data) {
  const Descriptor *found = nullptr;
  for (const Descriptor &descriptor : kDescriptors)
    if (descriptor.type == type)
      found = &descriptor;
  if (!found)
    return Error(Code::kUnsupported, path, "NumPy has no element type ", elementTypeName(type));
  std::string header =
      "{'descr': '" + std::string(found->text) + "', 'fortran_order': False, 'shape': (";
  for (int64_t dim : shape)
    header += std::to_string(dim) + ",";
  header += "), }";
  constexpr size_t kFrame = 10, kAlign = 64; // the data starts at a multiple of 64
  header.append(kAlign - 1 - (kFrame + header.size()) % kAlign, ' ');
  header += '\n';
  std::string file(kMagic);
  file += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
           static_cast<char>(header.size() >> 8)};
  file += header;
  file.append(reinterpret_cast<const char *>(data.data()), data.size());
  return writeFileAtomically(path, file);
}

} // namespace tandem

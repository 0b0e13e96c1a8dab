// Whatever the code: a module or an error, no crash, no loop without an end, and no more memory
// than a small file may ask for. The input is the code of a module with two weights; or, with a
// pickle's first byte, the data.pkl of an archive around it.
#include "compiler/importers/torch/script/script_program.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace tandem;
using namespace tandem::torch;

namespace {

PickledValue weight(script::PickleFile &file, const std::string &name,
                    llvm::SmallVector<int64_t> sizes, llvm::SmallVector<int64_t> strides) {
  file.storages[name] = std::make_shared<const std::string>(256, '\1');
  return {.kind = PickledValue::kTensor,
          .tensor = std::make_shared<const PickledTensor>(
              PickledTensor{ScalarType::kFloat, name, 0, std::move(sizes), std::move(strides)})};
}

/// __torch__.M with `weight` [4, 3] and `bias` [4].
script::Archive archiveOf(std::string_view code) {
  script::Archive archive;
  archive.code["code/__torch__.py"] = std::make_shared<const std::string>(code);
  archive.constants.pickle.values.push_back({.kind = PickledValue::kTuple});
  script::PickleFile &module = archive.module;
  module.pickle.values = {
      {.kind = PickledValue::kInstance, .text = "__torch__.M", .items = {1}},
      {.kind = PickledValue::kDict, .items = {2, 3, 4, 5, 6, 7}},
      {.kind = PickledValue::kString, .text = "weight"},
      weight(module, "weight", {4, 3}, {3, 1}),
      {.kind = PickledValue::kString, .text = "bias"},
      weight(module, "bias", {4}, {1}),
      {.kind = PickledValue::kString, .text = "training"},
      {.kind = PickledValue::kBool},
  };
  return archive;
}

/// A zip whose entries are not packed.
class StoredZip {
public:
  void add(std::string_view name, std::string_view bytes) {
    // What the entry's two headers have in common: the version, no flags, not packed, no date.
    std::string header("\24\0\0\0\0\0\0\0\0\0", 10);
    put(header, llvm::crc32(llvm::arrayRefFromStringRef(bytes)));
    put(header, static_cast<uint32_t>(bytes.size()));
    put(header, static_cast<uint32_t>(bytes.size()));
    put(header, static_cast<uint16_t>(name.size()));
    put<uint16_t>(header, 0); // no extra field
    directory_.append("PK\1\2\24\0", 6).append(header).append(10, '\0');
    put(directory_, static_cast<uint32_t>(file_.size()));
    directory_.append(name);
    file_.append("PK\3\4").append(header).append(name).append(bytes);
    ++count_;
  }
  std::string take() {
    std::string end("PK\5\6\0\0\0\0", 8);
    put(end, count_);
    put(end, count_);
    put(end, static_cast<uint32_t>(directory_.size()));
    put(end, static_cast<uint32_t>(file_.size()));
    put<uint16_t>(end, 0); // no comment
    return file_ + directory_ + end;
  }

private:
  template <typename T> static void put(std::string &into, T value) {
    char bytes[sizeof(T)];
    llvm::support::endian::write<T>(bytes, value, llvm::endianness::little);
    into.append(bytes, sizeof(T));
  }

  std::string file_, directory_;
  uint16_t count_ = 0;
};

/// An archive with this object tree, whose code reads every kind of attribute.
std::string archiveAround(std::string_view pickle) {
  StoredZip zip;
  zip.add("m/data.pkl", pickle);
  zip.add("m/data/0", std::string(256, '\1'));
  zip.add("m/code/__torch__.py", R"(class M(Module):
  training : bool
  def forward(self: __torch__.M,
    x: Tensor) -> Tensor:
    y = torch.mul(x, self.weight)
    for each in self.numbers:
      y = torch.add(y, each)
    return torch.add(y, self.named["bias"])
)");
  return zip.take();
}

llvm::Expected<script::Archive> archiveOfInput(std::string_view input) {
  constexpr char kPickle = '\x80';
  if (input.empty() || input.front() != kPickle)
    return archiveOf(input);
  std::string bytes = archiveAround(input);
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the archive");
  if (!zip) {
    llvm::errs() << "the fuzz target's own zip: " << zip.takeError() << "\n";
    std::abort();
  }
  return script::readArchive(*zip);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 16; // larger inputs say nothing new and take longer
  if (size > kMost)
    return 0;
  auto archive = archiveOfInput({reinterpret_cast<const char *>(data), size});
  if (!archive) {
    llvm::consumeError(archive.takeError());
    return 0;
  }
  ImportOptions options;
  options.shapes["x"] = {2, 3};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  if (auto module = script::importScript(std::move(*archive), options, context); !module)
    llvm::consumeError(module.takeError());
  return 0;
}

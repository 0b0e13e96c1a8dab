#include "bundle/checksum.h"
#include "bundle/layout.h"
#include "bundle/reader.h"
#include "bundle/test/sample.h"

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <limits>

namespace tandem::bundle {
namespace {
using ::testing::HasSubstr;

/// A copy of a file's bytes at an address that is a multiple of 64.
class Image {
public:
  explicit Image(std::span<const std::byte> bytes) : storage_(bytes.size() + kAlignment) {
    void *start = storage_.data();
    size_t room = storage_.size();
    bytes_ = {static_cast<std::byte *>(std::align(kAlignment, bytes.size(), start, room)),
              bytes.size()};
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  std::span<std::byte> bytes() { return bytes_; }
  Result<Reader> open() const { return Reader::openBytes(bytes_, "x.tandem"); }

private:
  std::vector<std::byte> storage_;
  std::span<std::byte> bytes_;
};

std::vector<std::byte> sample() {
  return sampleWriter().bytes(sampleManifest());
}

/// Overwrites a field of the header and makes its checksum right again.
template <typename T> void patchHeader(std::span<std::byte> file, size_t at, T value) {
  std::memcpy(file.data() + at, &value, sizeof value);
  uint64_t sum = checksum(file.first(offsetof(Header, headerChecksum)));
  std::memcpy(file.data() + offsetof(Header, headerChecksum), &sum, sizeof sum);
}

/// What the reader says about the sample after `change`.
std::string refusalOf(const std::function<void(ManifestT &)> &change) {
  ManifestT manifest = sampleManifest();
  change(manifest);
  Image image(sampleWriter().bytes(std::move(manifest)));
  Result<Reader> reader = image.open();
  if (reader.ok())
    return "accepted";
  EXPECT_EQ(reader.error().code, Code::kCorruptData);
  EXPECT_EQ(reader.error().subject, "x.tandem");
  return reader.error().message;
}

TEST(Checksum, IsTheOneOfTheFormat) {
  // Pinned: a change here is a new version of the format.
  EXPECT_EQ(checksum({}), 0x02ee724ad3319601);
  std::string text = "tandem bundles keep this sum for ever";
  EXPECT_EQ(checksum(std::as_bytes(std::span(text.data(), text.size()))), 0x32795b0fb177de6d);
}

TEST(Checksum, SeesEveryBitAndTheLength) {
  std::vector<std::byte> bytes(75);
  uint64_t whole = checksum(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= std::byte(1u << bit % 8);
    EXPECT_NE(checksum(bytes), whole) << "bit " << bit;
    bytes[bit / 8] ^= std::byte(1u << bit % 8);
  }
  bytes.push_back(std::byte(0));
  EXPECT_NE(checksum(bytes), whole) << "zeros behind the end count";
}

TEST(Bundle, ComesBackFromAFileAsItWasWritten) {
  std::string path = ::testing::TempDir() + "bundle_test.tandem";
  ASSERT_TRUE(sampleWriter().write(path, sampleManifest()).ok());
  Result<Reader> opened = Reader::open(path);
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  Reader reader = std::move(opened).value();
  EXPECT_EQ(reader.path(), path);
  EXPECT_EQ(reader.fileSize(), std::filesystem::file_size(path));
  ASSERT_EQ(reader.manifest().blobs()->size(), 2u);
  std::span<const std::byte> weights = reader.blob(0), artifact = reader.blob(1);
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(artifact.data()), artifact.size()),
            "an artifact");
  EXPECT_EQ(weights.size(), 70u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(weights.data()) % kAlignment, 0u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(artifact.data()) % kAlignment, 0u);
  EXPECT_GE(artifact.data() - weights.data(), 70 + ptrdiff_t(kSlack));
  ManifestT back;
  reader.manifest().UnPackTo(&back);
  EXPECT_EQ(sampleWriter().bytes(std::move(back)), sample());
}

TEST(Bundle, IsRefusedWhenItEndsAnywhereBeforeItsEnd) {
  std::vector<std::byte> whole = sample();
  for (size_t size = 0; size < whole.size(); ++size) {
    Image image(std::span(whole).first(size));
    Result<Reader> reader = image.open();
    ASSERT_FALSE(reader.ok()) << size;
    EXPECT_EQ(reader.error().code, Code::kCorruptData) << size;
    EXPECT_THAT(reader.error().message,
                HasSubstr(size == 0 ? "not a tandem bundle" : "truncated: the file has "))
        << size;
  }
}

TEST(Bundle, IsRefusedWithAnyBitFlippedThatIsNotPadding) {
  std::vector<std::byte> whole = sample();
  Image image(whole);
  Result<Reader> good = image.open();
  ASSERT_TRUE(good.ok()) << good.error().text();
  std::vector<bool> matters(whole.size(), false);
  auto mark = [&](std::span<const std::byte> part) {
    std::fill_n(matters.begin() + (part.data() - image.bytes().data()), part.size(), true);
  };
  mark(image.bytes().first(sizeof(Header)));
  mark(good->blob(0));
  mark(good->blob(1));
  Header header;
  std::memcpy(&header, whole.data(), sizeof header);
  mark(image.bytes().subspan(header.manifestOffset, header.manifestSize));
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    image.bytes()[bit / 8] ^= std::byte(1u << bit % 8);
    EXPECT_EQ(image.open().ok(), !matters[bit / 8]) << "bit " << bit;
    image.bytes()[bit / 8] ^= std::byte(1u << bit % 8);
  }
}

TEST(Bundle, SaysWhatIsWrongWithTheFile) {
  auto messageOf = [](const std::function<void(std::vector<std::byte> &)> &change) {
    std::vector<std::byte> bytes = sample();
    change(bytes);
    Image image(bytes);
    Result<Reader> reader = image.open();
    return reader.ok() ? "accepted" : reader.error().text();
  };
  EXPECT_EQ(messageOf([](auto &bytes) { std::memcpy(bytes.data(), "PK\3\4", 4); }),
            "x.tandem: error: not a tandem bundle: 'tandem compile' makes one of a model");
  EXPECT_EQ(messageOf([](auto &bytes) { bytes.push_back(std::byte(0)); }),
            "x.tandem: error: too long: the file has " + std::to_string(sample().size() + 1) +
                " bytes, its header says " + std::to_string(sample().size()));
  EXPECT_EQ(messageOf([](auto &bytes) { bytes[20] ^= std::byte(1); }),
            "x.tandem: error: damaged: the header does not have its checksum");
  EXPECT_EQ(messageOf([](auto &bytes) { bytes[64] ^= std::byte(1); }),
            "x.tandem: error: damaged: blob 0 does not have its checksum");
  EXPECT_EQ(messageOf([](auto &bytes) { bytes.back() ^= std::byte(1); }),
            "x.tandem: error: damaged: the manifest does not have its checksum");
  EXPECT_THAT(messageOf([](auto &bytes) {
                patchHeader(bytes, offsetof(Header, manifestOffset), ~uint64_t(63));
              }),
              HasSubstr(" bytes at 18446744073709551552, the file has "));
}

TEST(Bundle, OfANewerVersionIsUnsupportedAndNotDamaged) {
  std::vector<std::byte> bytes = sample();
  patchHeader(bytes, offsetof(Header, version), uint32_t(2));
  Image image(bytes);
  Result<Reader> reader = image.open();
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, Code::kUnsupported);
  EXPECT_EQ(reader.error().message, "format version 2, this build reads version 1");
}

TEST(Bundle, ThatIsNotThereIsNotFound) {
  Result<Reader> reader = Reader::open("no/such.tandem");
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code, Code::kNotFound);
}

TEST(Bundle, WithPartsThatDoNotFitIsRefused) {
  auto model = [](ManifestT &manifest) -> ModelT & { return *manifest.models[0]; };
  EXPECT_EQ(refusalOf([](auto &) {}), "accepted");
  EXPECT_EQ(refusalOf([](auto &manifest) { manifest.models.clear(); }), "has no model");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).weights = 2; }),
            "model 'sample' has its weights in blob 2 of 2");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).arena_size = kMaxArena + 1; }),
            "model 'sample' has an arena of 68719476737 bytes, the limit is 68719476736");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).buffers[1]->offset = 65; }),
            "model 'sample' has buffer 1 at 65, expected a multiple of 64");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).buffers[1]->size = 193; }),
            "model 'sample' has buffer 1 of 193 bytes at 64, its arena has 256");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).buffers[1]->offset = ~uint64_t(63); }),
            "model 'sample' has buffer 1 of 12 bytes at 18446744073709551552, its arena has 256");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).buffers[2]->size = 7; }),
            "model 'sample' has buffer 2 of 7 bytes at 64, its weights have 70");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).buffers[2]->space = Space(2); }),
            "model 'sample' has buffer 2 in space 2, expected 0 or 1");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).regions[0]->artifact = 2; }),
            "model 'sample' has region 'region 0' with its artifact in blob 2 of 2");
  auto withFallback = [&](ManifestT &m) -> RegionT & {
    RegionT &region = *model(m).regions[0];
    region.fallback.push_back(std::make_unique<RegionT>(region));
    return *region.fallback[0];
  };
  EXPECT_EQ(refusalOf([&](auto &m) { withFallback(m); }), "accepted");
  EXPECT_EQ(refusalOf([&](auto &m) { withFallback(m).artifact = 9; }),
            "model 'sample' has region 'region 0' with its artifact in blob 9 of 2");
  EXPECT_EQ(refusalOf([&](auto &m) { withFallback(m).backend = ""; }),
            "model 'sample' has region 'region 0' without a backend");
  EXPECT_EQ(refusalOf([&](auto &m) {
              RegionT &part = withFallback(m);
              part.fallback.push_back(std::make_unique<RegionT>(part));
            }),
            "model 'sample' has a fallback with a fallback of its own in region 'region 0'");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).inputs = {3}; }),
            "model 'sample' has as input tensor 3 of 3");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).inputs = {2}; }),
            "model 'sample' has as input tensor 2, which is not in the arena");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).inputs = {0, 0}; }),
            "model 'sample' has an input named 'in', expected names that differ");
  EXPECT_EQ(refusalOf([&](auto &m) { model(m).outputs = {2}; }),
            "model 'sample' has as output tensor 2, which has no name");
}

TEST(Bundle, WithTensorsThatMakeNoSenseIsRefused) {
  auto tensor = [](ManifestT &m, int i) -> TensorT & { return *m.models[0]->tensors[i]; };
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 0).type = ElementType(9); }),
            "model 'sample' has tensor 0 of element type 9, unknown here");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 0).shape.assign(9, 1); }),
            "model 'sample' has tensor 0 of rank 9, the limit is 8");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 1).buffer = 3; }),
            "model 'sample' has tensor 1 in buffer 3 of 3");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 1).shape = {-1, 3}; }),
            "model 'sample' has tensor 1 of shape -1x3, which has no size");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 1).shape = {int64_t(1) << 62, 4}; }),
            "model 'sample' has tensor 1 of shape 4611686018427387904x4, which has no size");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 1).shape = {4}; }),
            "model 'sample' has tensor 1 of 4 elements of 4 bytes in a buffer of 12");
  EXPECT_EQ(
      refusalOf([&](auto &m) { tensor(m, 0).quantization->zero_points.clear(); }),
      "model 'sample' has tensor 0 with 1 scales and 0 zero points, expected as many of each");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 2).quantization->axis = 1; }),
            "model 'sample' has tensor 2 with 3 scales along dimension 1 of shape 3x2");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 2).quantization->axis = -1; }),
            "model 'sample' has tensor 2 with 3 scales along dimension -1 of shape 3x2");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 2).quantization->scales[1] = 0; }),
            "model 'sample' has tensor 2 with scale 0, expected finite and positive");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 2).quantization->scales[1] = NAN; }),
            "model 'sample' has tensor 2 with scale nan, expected finite and positive");
  EXPECT_EQ(refusalOf([&](auto &m) { tensor(m, 0).quantization->zero_points[0] = 128; }),
            "model 'sample' has tensor 0 with zero point 128, which is no code of i8");
}

} // namespace
} // namespace tandem::bundle

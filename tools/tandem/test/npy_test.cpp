#include "tools/tandem/npy.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace tandem;

namespace {

/// A file of version 1 with this header and data.
std::string npy(std::string header, const std::string &data, char version = 1) {
  header += '\n';
  std::string file = std::string("\x93NUMPY") + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return file + header + data;
}

Result<NpyArray> parse(const std::string &file) {
  return parseNpy(std::as_bytes(std::span(file)), "a.npy");
}

std::string refusalOf(const std::string &file) {
  auto array = parse(file);
  return array.ok() ? "taken" : array.error().text();
}

TEST(Npy, ReadsTypeShapeAndData) {
  auto array = parse(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 1), }",
                         std::string("\x01\x00\x02\x01", 4)));
  ASSERT_TRUE(array.ok()) << array.error().text();
  EXPECT_EQ(array->type, ElementType::kI16);
  EXPECT_EQ(array->shape, (Shape{2, 1}));
  EXPECT_EQ(static_cast<int>(array->data[3]), 1);
}

TEST(Npy, ReadsScalarsEmptyArraysAndLaterVersions) {
  EXPECT_TRUE(parse(npy("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "x")).ok());
  EXPECT_TRUE(parse(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", "")).ok());
  EXPECT_TRUE(parse(npy("{\"descr\": '|b1', 'shape': (1,), 'fortran_order': False}", "x", 2)).ok());
  EXPECT_TRUE(parse(npy("{'descr': '|b1', 'fortran_order': True, 'shape': (1,)}", "x", 3)).ok())
      << "one dimension is the same in both orders";
}

TEST(Npy, RefusesWhatIsNotNpy) {
  const char *refusal = "a.npy: error: not a NumPy .npy file, or cut short in its header";
  EXPECT_EQ(refusalOf(""), refusal);
  EXPECT_EQ(refusalOf("\x93NUMP"), refusal);
  EXPECT_EQ(refusalOf("PK\x03\x04 a zip with the right length"), refusal);
  EXPECT_EQ(refusalOf(npy("{'descr': '<f4'}", "", 9)), refusal);
  std::string whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "1234");
  EXPECT_EQ(refusalOf(whole.substr(0, 20)), refusal);
}

TEST(Npy, RefusesADamagedHeader) {
  const char *refusal = "a.npy: error: the .npy header is damaged";
  for (const char *header :
       {"", "{", "{}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}", "{'evil': 'x'}"})
    EXPECT_EQ(refusalOf(npy(header, "1234")), refusal) << header;
}

TEST(Npy, RefusesDataOfAnotherLength) {
  EXPECT_EQ(refusalOf(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "1234567")),
            "a.npy: error: an array of 2 f32 does not fit the 7 bytes behind the header");
  EXPECT_EQ(refusalOf(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "12345")),
            "a.npy: error: an array of 1 f32 does not fit the 5 bytes behind the header");
}

TEST(Npy, RefusesShapesBeyondWhatCanBeCounted) {
  EXPECT_EQ(refusalOf(npy("{'descr': '<f4', 'fortran_order': False, "
                          "'shape': (4294967296, 4294967296, 4)}",
                          "1234")),
            "a.npy: error: an array of 4294967296x4294967296x4 f32 does not fit the 4 bytes behind "
            "the header");
  std::string many = "(";
  for (int i = 0; i < 40; ++i)
    many += "1,";
  EXPECT_EQ(refusalOf(npy("{'descr': '|u1', 'fortran_order': False, 'shape': " + many + ")}", "x")),
            "a.npy: error: the .npy header is damaged");
}

TEST(Npy, RefusesFortranOrderAndForeignTypes) {
  EXPECT_EQ(refusalOf(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", "1234")),
            "a.npy: error: the array is in Fortran order; save numpy.ascontiguousarray(array)");
  struct Case {
    const char *type, *shown;
  };
  for (const Case &one : {Case{">f4", "'>f4' (big-endian float32)"},
                          {"<f8", "'<f8' (float64)"},
                          {"<u2", "'<u2' (uint16)"},
                          {"|O", "'|O'"},
                          {"<c8", "'<c8' (complex64)"},
                          {"|S3", "'|S3'"}})
    EXPECT_EQ(
        refusalOf(
            npy(std::string("{'descr': '") + one.type + "', 'fortran_order': False, 'shape': (1,)}",
                "1234")),
        std::string("a.npy: error: has elements of type ") + one.shown +
            ", expected one of float32, float16, int8, uint8, int16, int32, int64, bool: save "
            "array.astype() of what the input takes");
}

TEST(Npy, ReadsBackWhatItWrites) {
  std::string path = testing::TempDir() + "round.npy";
  std::array<float, 6> values = {0, 1, -2, 3.5f, 1e-30f, 1e30f};
  ASSERT_TRUE(
      writeNpy(path, ElementType::kF32, Shape{2, 3}, std::as_bytes(std::span(values))).ok());
  EXPECT_EQ(std::filesystem::file_size(path) % 64, 24u) << "data start at a multiple of 64";
  auto array = readNpy(path);
  ASSERT_TRUE(array.ok()) << array.error().text();
  EXPECT_EQ(array->shape, (Shape{2, 3}));
  EXPECT_TRUE(std::ranges::equal(array->data, std::as_bytes(std::span(values))));
  std::filesystem::remove(path);
  EXPECT_EQ(writeNpy(path, ElementType::kBF16, Shape{}, {}).error().message,
            "NumPy has no element type bf16");
}

} // namespace

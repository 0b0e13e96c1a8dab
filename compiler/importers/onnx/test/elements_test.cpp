#include "compiler/importers/onnx/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace tandem::onnx {
namespace {

using ::testing::ElementsAre;

TEST(OnnxElements, ReadEveryTypeFromItsOwnListAndFromBytes) {
  struct Case {
    int type;
    ElementType element;
  };
  for (Case each : {Case{proto::TensorProto::UINT8, ElementType::kU8},
                    Case{proto::TensorProto::INT8, ElementType::kI8},
                    Case{proto::TensorProto::INT16, ElementType::kI16},
                    Case{proto::TensorProto::INT32, ElementType::kI32},
                    Case{proto::TensorProto::BOOL, ElementType::kBool}}) {
    proto::TensorProto tensor;
    tensor.set_data_type(each.type);
    tensor.add_dims(2);
    tensor.add_int32_data(1);
    tensor.add_int32_data(0);
    ExternalFiles files("model.onnx");
    auto fromList = readTensor(tensor, files);
    ASSERT_TRUE(bool(fromList));
    EXPECT_EQ(fromList->type(), each.element);
    EXPECT_THAT(fromList->integers(), ElementsAre(1, 0));
    tensor.set_raw_data(std::string(fromList->bytes().begin(), fromList->bytes().end()));
    tensor.clear_int32_data();
    auto fromBytes = readTensor(tensor, files);
    ASSERT_TRUE(bool(fromBytes));
    EXPECT_THAT(fromBytes->integers(), ElementsAre(1, 0));
  }
}

TEST(OnnxElements, ReadHalvesByTheirBitsAndDoublesAsFloats) {
  ExternalFiles files("model.onnx");
  proto::TensorProto half;
  half.set_data_type(proto::TensorProto::FLOAT16);
  half.add_dims(1);
  half.add_int32_data(0x3e00); // 1.5
  auto halves = readTensor(half, files);
  ASSERT_TRUE(bool(halves));
  EXPECT_EQ(halves->real(0), 1.5);
  proto::TensorProto wide;
  wide.set_data_type(proto::TensorProto::DOUBLE);
  wide.add_dims(2);
  wide.add_double_data(0.25);
  wide.add_double_data(-3);
  auto doubles = readTensor(wide, files);
  ASSERT_TRUE(bool(doubles));
  EXPECT_EQ(doubles->type(), ElementType::kF32);
  EXPECT_EQ(doubles->real(1), -3);
}

TEST(OnnxElements, TakeAnyOtherBitPatternOfABoolAsTrue) {
  ExternalFiles files("model.onnx");
  proto::TensorProto tensor;
  tensor.set_data_type(proto::TensorProto::BOOL);
  tensor.add_dims(3);
  tensor.set_raw_data(std::string("\x00\x02\xff", 3));
  auto elements = readTensor(tensor, files);
  ASSERT_TRUE(bool(elements));
  EXPECT_THAT(elements->integers(), ElementsAre(0, 1, 1));
}

TEST(OnnxElements, CastAsTheGraphDoes) {
  float values[] = {-1.75f, 300.0f, 0.0f};
  llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(values), sizeof(values));
  Elements reals(ElementType::kF32, 3, bytes);
  EXPECT_THAT(reals.cast(ElementType::kI64).integers(), ElementsAre(-1, 300, 0));
  EXPECT_THAT(reals.cast(ElementType::kBool).integers(), ElementsAre(1, 1, 0));
  EXPECT_EQ(reals.cast(ElementType::kF16).real(0), -1.75);
  Elements splat = Elements::splat(Elements(ElementType::kF32, 1, bytes.take_front(4)), {2, 2});
  EXPECT_TRUE(splat.isSplat());
  EXPECT_THAT(splat.cast(ElementType::kI32).integers(), ElementsAre(-1, -1, -1, -1));
}

} // namespace
} // namespace tandem::onnx

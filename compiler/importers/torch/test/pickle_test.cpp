#include "compiler/importers/torch/pickle.h"

#include <gtest/gtest.h>

namespace tandem::torch {
namespace {

using namespace std::string_literals;

std::string errorOf(const std::string &pickle) {
  auto tensors = readTensorPickle(pickle);
  return tensors ? "" : llvm::toString(tensors.takeError());
}

// One tensor of shape [2, 3], as torch.save writes it.
const std::string kStorage = "((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0"
                             "5X\x03\0\0\0cpuK\x06tQ"s;
const std::string kTensor =
    "ctorch._utils\n_rebuild_tensor_v2\n" + kStorage + "K\x04K\x02K\x03\x86K\x03K\x01\x86\x89}tR"s;

TEST(TensorPickle, ReadsADictionaryOfTensors) {
  auto tensors = readTensorPickle("\x80\x02}(X\x01\0\0\0w"s + kTensor + "u.");
  ASSERT_TRUE(bool(tensors)) << llvm::toString(tensors.takeError());
  ASSERT_EQ(tensors->size(), 1u);
  const PickledTensor &tensor = tensors->at("w");
  EXPECT_EQ(tensor.type, ScalarType::kFloat);
  EXPECT_EQ(tensor.storage, "5");
  EXPECT_EQ(tensor.offset, 4);
  EXPECT_EQ(tensor.sizes, (llvm::SmallVector<int64_t>{2, 3}));
  EXPECT_EQ(tensor.strides, (llvm::SmallVector<int64_t>{3, 1}));
}

TEST(TensorPickle, ReadsOneTensorUnderAnEmptyName) {
  auto tensors = readTensorPickle("\x80\x02" + kTensor + ".");
  ASSERT_TRUE(bool(tensors)) << llvm::toString(tensors.takeError());
  EXPECT_EQ(tensors->count(""), 1u);
}

TEST(TensorPickle, ReadsIntegersOfAnyLength) {
  // The offset as LONG1: -2 in one byte; readElements refuses it, not the pickle.
  std::string tensor = kTensor;
  tensor.replace(tensor.find("K\x04"), 2, "\x8a\x01\xfe");
  auto tensors = readTensorPickle("\x80\x02" + tensor + ".");
  ASSERT_TRUE(bool(tensors)) << llvm::toString(tensors.takeError());
  EXPECT_EQ(tensors->at("").offset, -2);
}

TEST(TensorPickle, ReadsMembersOfEnumerations) {
  auto pickle = readPickle("\x80\x02" + "c__torch__.kinds\nOrder\nX\x04\0\0\0lastR."s);
  ASSERT_TRUE(bool(pickle)) << llvm::toString(pickle.takeError());
  EXPECT_EQ(pickle->result().kind, PickledValue::kEnum);
  EXPECT_EQ(pickle->result().text, "__torch__.kinds.Order");
  ASSERT_TRUE(pickle->item(pickle->result(), 0, PickledValue::kString));
}

TEST(TensorPickle, RefusesToCallAnythingElse) {
  EXPECT_EQ(errorOf("\x80\x02"s + "cos\nsystem\nX\x02\0\0\0ls\x85R."s),
            "the pickle cannot be read: it calls 'os system', which PyTorch's archives do not "
            "need");
}

TEST(TensorPickle, RefusesWhatItCannotRead) {
  EXPECT_EQ(errorOf(""), "the pickle cannot be read: it is cut off");
  EXPECT_EQ(errorOf("\x80\x02}"), "the pickle cannot be read: it is cut off");
  EXPECT_EQ(errorOf("."), "the pickle cannot be read: it has no result");
  EXPECT_EQ(errorOf("u."), "the pickle cannot be read: it has no mark");
  EXPECT_EQ(errorOf("h\x07."), "the pickle cannot be read: it refers to what it has not made");
  EXPECT_EQ(errorOf("I5\n."), "the pickle cannot be read: it has the opcode 73, which torch.save "
                              "does not write");
  EXPECT_EQ(errorOf("K\x05."), "the pickle holds no dictionary of tensors");
  EXPECT_EQ(errorOf("X\xff\xff\xff\x7f."), "the pickle cannot be read: it is cut off");
}

TEST(TensorPickle, RefusesMoreThanAModelNeeds) {
  // A zip has millions of equal bytes in a few kilobytes.
  for (char opcode : {']', '(', 'N'})
    EXPECT_EQ(errorOf("\x80\x02"s + std::string(3 << 20, opcode) + "."),
              "the pickle cannot be read: it has more than 2097152 opcodes, which no model needs");
  EXPECT_EQ(errorOf("c" + std::string(5000, 'm') + "\nf\n."),
            "the pickle cannot be read: it names a function in more than 4096 characters");
}

} // namespace
} // namespace tandem::torch

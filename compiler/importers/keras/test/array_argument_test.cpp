#include "compiler/importers/keras/array_argument.h"

#include <gtest/gtest.h>

namespace tandem::keras {
namespace {

using Shape = llvm::SmallVector<int64_t>;

TEST(KerasArrayArgument, ReadsListsAndArraysOfAnyNesting) {
  std::optional<ArrayArgument> list = arrayArgument(Json::parse("[[1, 2, 3], [4, 5, 6.5]]"));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->shape, (Shape{2, 3}));
  EXPECT_EQ(list->values, (std::vector<double>{1, 2, 3, 4, 5, 6.5}));
  EXPECT_EQ(list->dtype, "");
  EXPECT_FALSE(list->isWhole());
  std::optional<ArrayArgument> array = arrayArgument(Json::parse(
      R"j({"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "int32"}})j"));
  ASSERT_TRUE(array);
  EXPECT_EQ(array->shape, (Shape{2}));
  EXPECT_EQ(array->dtype, "int32");
  EXPECT_TRUE(array->isWhole());
}

TEST(KerasArrayArgument, TakesNothingElse) {
  for (const char *text : {"1", "[]", "[[1, 2], [3]]", "[[1], 2]", "[1, [2]]", "[1, \"x\"]", "[[]]",
                           R"j({"tensor": 0})j", R"j([{"tensor": 0}])j",
                           R"j({"class_name": "__numpy__", "config": {"value": 1}})j",
                           R"j({"class_name": "__numpy__"})j"})
    EXPECT_FALSE(arrayArgument(Json::parse(text))) << text;
}

} // namespace
} // namespace tandem::keras

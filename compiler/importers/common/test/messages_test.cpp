// What users read of a model that is not taken.
#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/common/importer.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

namespace tandem {
namespace {

const RefusedOperators &refused() {
  static const RefusedOperators operators(
      "Frame", {{"random numbers", {"Dice", "Random*"}}, {"not yet", {"RandomTree", "*Tree"}}});
  return operators;
}

TEST(RefusedOperators, AreFoundByNameBeforePatterns) {
  EXPECT_EQ(refused().reason("Dice"), "random numbers");
  EXPECT_EQ(refused().reason("RandomNormal"), "random numbers");
  EXPECT_EQ(refused().reason("RandomTree"), "not yet") << "its own name";
  EXPECT_EQ(refused().reason("RandomOakTree"), "random numbers") << "the first pattern";
  EXPECT_EQ(refused().find("Dic"), nullptr);
  EXPECT_EQ(refused().reason("Dic"), "not an operator of Frame that Tandem knows");
}

TEST(RefusedOperators, KnowTheirLines) {
  // clang-format off
  const RefusedOperators data("Frame", {{"first", {"A",
                                                   "B"}}});
  // clang-format on
  EXPECT_EQ(data.entries()[1].line, data.entries()[0].line + 1);
}

TEST(UnsupportedOps, AreListedAtOnceWithReasons) {
  UnsupportedOps unsupported(refused());
  EXPECT_TRUE(unsupported.empty());
  unsupported.addUnknown("Dice", "a");
  unsupported.add("Pad", "b", "mode 'wrap'");
  unsupported.addUnknown("Dice", "c");
  EXPECT_EQ(unsupported.message(),
            "2 unsupported operators: Dice (2: a, c; random numbers), Pad (1: b; mode 'wrap')");
}

TEST(UnsupportedOps, ListInputsBesideThem) {
  UnsupportedOps unsupported(refused());
  unsupported.addInput("x", "a tensor of DOUBLE");
  EXPECT_EQ(unsupported.message(), "1 unsupported input: x (a tensor of DOUBLE)");
  unsupported.addUnknown("Dice", "a");
  unsupported.addInput("y", "a tensor of STRING");
  EXPECT_EQ(unsupported.message(), "2 unsupported inputs: x (a tensor of DOUBLE), y (a tensor of "
                                   "STRING); 1 unsupported operator: Dice (1: a; random numbers)");
}

TEST(UnsupportedOps, AreCutToAReadableLength) {
  UnsupportedOps unsupported(refused());
  unsupported.add("Pad", "model/" + std::string(1000, 'm') + "/pad", std::string(1000, 'r'));
  EXPECT_LT(unsupported.message().size(), 400u);
  EXPECT_NE(unsupported.message().find("/pad;"), std::string::npos) << unsupported.message();
}

TEST(Excerpt, KeepsBothEnds) {
  EXPECT_EQ(excerpt("0123456789", 10), "0123456789");
  EXPECT_EQ(excerpt("0123456789A", 9), "012...89A");
}

TEST(Excerpt, CutsNoCharacter) {
  std::string umlauts; // of two bytes each
  for (int i = 0; i < 20; ++i)
    umlauts += "\xC3\xBC";
  EXPECT_EQ(excerpt(umlauts, 8), "\xC3\xBC...\xC3\xBC");
}

TEST(ErrorCapture, LeavesOutTheRulesOfTheGraph) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto kept = [&](const char *text) {
    ErrorCapture errors(context);
    mlir::emitError(mlir::UnknownLoc::get(&context)) << text;
    return errors.message();
  };
  EXPECT_EQ(kept("conv_2d_c5: a filter of 3x3"), "a filter of 3x3");
  EXPECT_EQ(kept("'graph.l2_normalization' op l2_normalization_c12: axis 9"), "axis 9");
  EXPECT_EQ(kept("'graph.add' op has 2 scales"), "has 2 scales");
  EXPECT_EQ(kept("conv_c: a name"), "conv_c: a name");
  EXPECT_EQ(kept("conv_1: a name"), "conv_1: a name");
  EXPECT_EQ(kept("c5"), "c5");
  EXPECT_EQ(kept(""), "");
}

TEST(ErrorCapture, CutsWhatAFileSays) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ErrorCapture errors(context);
  errors.setSubject("node '" + std::string(1000, 'n') + "' (Pad)");
  mlir::emitError(mlir::UnknownLoc::get(&context)) << "a shape of " << std::string(1000, '1');
  EXPECT_LT(errors.message().size(), 500u);
  EXPECT_NE(errors.message().find("n' (Pad): a shape of 1"), std::string::npos);
}

} // namespace
} // namespace tandem

// Whole models: they import, and the passes leave what a backend wants to see. What they compute is
// compared with LiteRT in tests/models.

#include "base/file.h"
#include "compiler/graph/graph.h"
#include "compiler/importers/common/importer.h"
#include "compiler/passes/pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace tandem {
const Importer &tfliteImporter();

namespace {

struct Model {
  std::string file;    ///< in a folder of models, see findModel
  std::string inputs;  ///< as in "x: tensor<1x64x64x1xf32>"
  std::string outputs; ///< the same, separated by a blank
};

void PrintTo(const Model &model, std::ostream *out) {
  *out << model.file;
}

/// The models handed out beside the repository, or those that `./dev setup` fetches into it.
std::optional<std::string> findModel(const std::string &file) {
  std::filesystem::path root(TANDEM_SOURCE_DIR);
  for (std::filesystem::path folder :
       {root / "apps/showcase/models", root.parent_path() / "shared/models/tflite",
        root.parent_path().parent_path() / "shared/models/tflite"})
    if (std::filesystem::exists(folder / file))
      return (folder / file).string();
  return std::nullopt;
}

/// "name: type" of arguments or results, quantized types by their storage only.
std::string describe(mlir::func::FuncOp function, bool inputs) {
  std::string text;
  llvm::raw_string_ostream out(text);
  mlir::TypeRange types = inputs ? function.getArgumentTypes() : function.getResultTypes();
  for (auto [index, type] : llvm::enumerate(types)) {
    auto name = inputs ? function.getArgAttr(index, "graph.name")
                       : function.getResultAttr(index, "graph.name");
    auto tensor = llvm::cast<mlir::RankedTensorType>(type);
    out << (index ? " " : "") << llvm::cast<mlir::StringAttr>(name).getValue() << ": ";
    llvm::interleave(tensor.getShape(), out, "x");
    auto quantized = llvm::dyn_cast<mlir::quant::QuantizedType>(tensor.getElementType());
    if (!quantized)
      out << "x" << tensor.getElementType();
    else
      out << (quantized.isSigned() ? "xqi" : "xqu") << quantized.getStorageTypeIntegralWidth();
  }
  return text;
}

class TfliteModels : public testing::TestWithParam<Model> {};

TEST_P(TfliteModels, ImportAndPassThePasses) {
  std::optional<std::string> path = findModel(GetParam().file);
  if (!path)
    GTEST_SKIP() << GetParam().file
                 << " is not here: ./dev models fetches the showcase's models, the "
                 << "others are handed out in ../shared";
  mlir::MLIRContext context;
  Result<MappedFile> file = MappedFile::open(*path);
  ASSERT_TRUE(file.ok()) << file.error().text();
  EXPECT_TRUE(tfliteImporter().recognizes("no-extension", file->text()));
  auto module = tfliteImporter().import(*path, file->text(), {}, context);
  ASSERT_TRUE(bool(module)) << toString(module.takeError());

  mlir::PassManager passes(&context, mlir::ModuleOp::getOperationName());
  addGraphPipeline(passes);
  ASSERT_TRUE(succeeded(passes.run(**module)));
  ASSERT_TRUE(succeeded(mlir::verify(**module)));
  auto main = (*module)->lookupSymbol<mlir::func::FuncOp>("main");
  EXPECT_EQ(describe(main, true), GetParam().inputs);
  EXPECT_EQ(describe(main, false), GetParam().outputs);
  main.walk([&](mlir::Operation *op) {
    EXPECT_FALSE((llvm::isa<graph::CastOp, graph::ReluOp, graph::Relu6Op, graph::DequantizeOp>(op)))
        << op->getName().getStringRef().str() << " is left in " << GetParam().file;
  });
}

INSTANTIATE_TEST_SUITE_P(
    Shared, TfliteModels,
    testing::Values(
        Model{"ad01_fp32.tflite", "input_1: 1x640xf32", "Identity: 1x640xf32"},
        Model{"ad01_int8.tflite", "input_1: 1x640xqi8", "Identity: 1x640xqi8"},
        Model{"mobilenet_v1_0.5_160_quant.tflite", "input: 1x160x160x3xqu8",
              "MobilenetV1/Predictions/Reshape_1: 1x1001xqu8"},
        Model{"mobilenet_v2_1.0_224_quant.tflite", "input: 1x224x224x3xqu8",
              "MobilenetV2/Predictions/Softmax: 1x1001xqu8"},
        Model{"pretrainedResnet.tflite", "input_1: 1x32x32x3xf32", "Identity: 1x10xf32"},
        Model{"pretrainedResnet_quant.tflite", "input_1_int8: 1x32x32x3xqi8",
              "Identity_int8: 1x10xqi8"},
        Model{"tf2_mobilenet_v2_1.0_224_ptq.tflite", "input: 1x224x224x3xqu8",
              "Identity: 1x1001xqu8"},
        Model{"vww_96_float.tflite", "input_1: 1x96x96x3xf32", "Identity: 1x2xf32"},
        Model{"vww_96_int8.tflite", "input_1_int8: 1x96x96x3xqi8", "Identity_int8: 1x2xqi8"}));

INSTANTIATE_TEST_SUITE_P(
    Showcase, TfliteModels,
    testing::Values(
        Model{"face_detection_short_range.tflite", "input: 1x128x128x3xf32",
              "regressors: 1x896x16xf32 classificators: 1x896x1xf32"},
        Model{"ssd_mobilenet_v2_objectron.tflite", "normalized_input_image_tensor: 1x300x300x3xf32",
              "raw_outputs/box_encodings: 1x1917x4xf32 "
              "raw_outputs/class_predictions: 1x1917x24xf32"},
        Model{"emotion_model_quantized.tflite", "x: 1x64x64x1xf32", "Identity: 1x7xf32"}));

} // namespace
} // namespace tandem

// What the importers make of Fourier transforms, compiled and run, against their definition.
#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "compiler/graph/graph.h"
#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/common/short_time_fourier.h"
#include "runtime/session.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <complex>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tandem::test {
namespace {

using Numbers = std::vector<std::complex<double>>;
constexpr int64_t kRows = 3;

/// A model that is put together here, run, and asked for its outputs.
class Model {
public:
  explicit Model(llvm::ArrayRef<llvm::SmallVector<int64_t>> inputs)
      : context_(mlir::MLIRContext::Threading::DISABLED) {
    context_.loadDialect<graph::GraphDialect, mlir::func::FuncDialect>();
    std::vector<NamedType> types;
    for (auto [i, shape] : llvm::enumerate(inputs))
      types.push_back({"in" + std::to_string(i),
                       mlir::RankedTensorType::get(shape, mlir::Float32Type::get(&context_))});
    main_ = llvm::cantFail(MainFunction::create(context_, types, {}));
    builder_.emplace(mlir::OpBuilder::atBlockEnd(&main_.function.getBody().front()));
    build_.emplace(*builder_, builder_->getUnknownLoc());
  }

  NodeBuilder &build() { return *build_; }
  mlir::Value input(size_t index) { return main_.inputs[index]; }

  /// An even number of outputs: of each pair the parts.
  std::vector<Numbers> run(const std::vector<Complex> &outputs,
                           const std::vector<std::vector<float>> &inputs,
                           const std::string &backend) {
    std::vector<NamedValue> values;
    for (const Complex &output : outputs)
      for (const MaybeValue &part : {output.real, imaginaryOf(build(), output)}) {
        EXPECT_TRUE(succeeded(part));
        values.push_back({"out", part.value_or(mlir::Value())});
      }
    std::string text;
    {
      ErrorCapture errors(context_);
      auto module = main_.take(std::move(values), errors);
      EXPECT_TRUE(bool(module));
      llvm::raw_string_ostream stream(text);
      (*module)->print(stream);
    }
    auto folder =
        std::filesystem::temp_directory_path() / ("tandem_fourier_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    CompileRequest request;
    request.modelPath = (folder / "model.mlir").string();
    request.backends = {backend};
    std::string path = (folder / "model.tandem").string();
    EXPECT_TRUE(writeFileAtomically(request.modelPath, text).ok());
    auto compiled = compileModel(request, path);
    EXPECT_TRUE(compiled.ok()) << compiled.status().error().message;
    std::vector<Numbers> results;
    auto bundle = Bundle::open(path);
    auto session = Session::create(*bundle, "", SessionOptions());
    for (auto [tensor, data] : llvm::zip((*session)->inputs(), inputs))
      std::copy(data.begin(), data.end(), reinterpret_cast<float *>(tensor.data));
    EXPECT_TRUE((*session)->run().ok());
    auto parts = (*session)->outputs();
    for (size_t i = 0; i < parts.size(); i += 2) {
      const auto *real = reinterpret_cast<const float *>(parts[i].data),
                 *imaginary = reinterpret_cast<const float *>(parts[i + 1].data);
      Numbers numbers;
      for (size_t j = 0; j < parts[i].bytes / sizeof(float); ++j)
        numbers.emplace_back(real[j], imaginary[j]);
      results.push_back(std::move(numbers));
    }
    std::filesystem::remove_all(folder);
    return results;
  }

private:
  mlir::MLIRContext context_;
  MainFunction main_;
  std::optional<mlir::OpBuilder> builder_;
  std::optional<NodeBuilder> build_;
};

std::vector<float> made(size_t count, uint32_t state) {
  std::vector<float> numbers(count);
  for (float &number : numbers) {
    state = state * 1664525u + 1013904223u;
    number = static_cast<float>(state >> 8) / static_cast<float>(1 << 23) - 1;
  }
  return numbers;
}

/// By the definition, in double.
Numbers transformed(const Numbers &rows, const Transform &t) {
  Numbers result;
  for (size_t row = 0; row < rows.size() / t.size; ++row)
    for (int64_t bin = 0; bin < t.bins; ++bin) {
      std::complex<double> sum = 0;
      for (int64_t m = 0; m < t.size; ++m) {
        double turn = 2 * M_PI * static_cast<double>(bin * m % t.size) / double(t.size);
        double factor = t.window.empty() ? t.scale : t.scale * t.window[m];
        sum += factor * rows[row * t.size + m] * std::polar(1.0, t.inverse ? turn : -turn);
      }
      result.push_back(sum);
    }
  return result;
}

void expectNear(const Numbers &expected, const Numbers &actual, const std::string &what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  double largest = 0, worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    worst = std::max(worst, std::abs(expected[i] - actual[i]));
  }
  EXPECT_LE(worst, 2e-6 * largest) << what;
}

class Fourier : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Backends, Fourier, testing::Values("reference", "cpu"),
                         [](const auto &info) { return info.param; });

TEST_P(Fourier, OfAnyNumberOfPointsIsItsDefinition) {
  std::vector<llvm::SmallVector<int64_t>> shapes;
  std::vector<std::vector<float>> inputs;
  std::vector<int64_t> sizes = {1, 2, 7, 16, 31, 256, 300, 400, 512, 1000, 1024, 1500};
  for (int64_t size : sizes)
    for (uint32_t part : {1, 2}) {
      shapes.push_back({kRows, size});
      inputs.push_back(made(kRows * size, part));
    }
  Model model(shapes);
  std::vector<Complex> outputs;
  std::vector<std::pair<std::string, Numbers>> expected;
  auto add = [&](size_t i, bool isReal, Transform t) {
    Complex x = {model.input(2 * i), isReal ? mlir::Value() : model.input(2 * i + 1)};
    Numbers rows;
    for (auto [re, im] : llvm::zip(inputs[2 * i], inputs[2 * i + 1]))
      rows.emplace_back(re, isReal ? 0 : im);
    outputs.push_back(fourier(model.build(), x, t));
    expected.emplace_back(std::to_string(t.size) + (isReal ? " reals to " : " to ") +
                              std::to_string(t.bins) + (t.inverse ? " inverse" : ""),
                          transformed(rows, t));
  };
  for (auto [i, size] : llvm::enumerate(sizes)) {
    add(i, true, Transform::oneSided(size));
    add(i, true, Transform::full(size));
    add(i, false, Transform::full(size));
    add(i, false, Transform::inverseOf(size));
    Transform windowed = Transform::oneSided(size);
    for (int64_t m = 0; m < size; ++m)
      windowed.window.push_back(0.1 + static_cast<double>(m) / static_cast<double>(size));
    add(i, true, windowed);
  }
  std::vector<Numbers> results = model.run(outputs, inputs, GetParam());
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    expectNear(expected[i].second, results[i], expected[i].first);
}

TEST_P(Fourier, OfRealNumbersGoesBack) {
  std::vector<int64_t> sizes = {1, 2, 9, 16, 512, 1025, 1200};
  std::vector<llvm::SmallVector<int64_t>> shapes;
  std::vector<std::vector<float>> inputs;
  for (int64_t size : sizes) {
    shapes.push_back({2, size, kRows});
    inputs.push_back(made(2 * size * kRows, 3));
  }
  Model model(shapes);
  std::vector<Complex> outputs;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    Complex half =
        fourierAlong(model.build(), {model.input(i), mlir::Value()}, 1, Transform::oneSided(size));
    outputs.push_back(
        {inverseRealFourier(model.build(), half, 1, size, 1.0 / static_cast<double>(size)),
         mlir::Value()});
  }
  std::vector<Numbers> results = model.run(outputs, inputs, GetParam());
  for (auto [i, size] : llvm::enumerate(sizes))
    expectNear(Numbers(inputs[i].begin(), inputs[i].end()), results[i], std::to_string(size));
}

TEST_P(Fourier, OfPiecesTakesEveryPiece) {
  constexpr int64_t kSamples = 2500;
  std::vector<std::pair<int64_t, int64_t>> pieces = {{8, 3},     {64, 16},   {100, 100},  {30, 50},
                                                     {400, 160}, {512, 127}, {1024, 256}, {70, 1}};
  std::vector<std::vector<float>> inputs = {made(2 * kSamples, 4)};
  Model model({{2, kSamples}});
  std::vector<Complex> outputs;
  std::vector<Numbers> expected;
  for (auto [size, step] : pieces) {
    Transform t = Transform::oneSided(size);
    outputs.push_back(
        shortTimeFourier(model.build(), {model.input(0), mlir::Value()}, step, t, mlir::Value()));
    Numbers rows;
    for (int64_t batch = 0; batch < 2; ++batch)
      for (int64_t begin = 0; begin + size <= kSamples; begin += step)
        for (int64_t m = 0; m < size; ++m)
          rows.emplace_back(inputs[0][batch * kSamples + begin + m]);
    expected.push_back(transformed(rows, t));
  }
  std::vector<Numbers> results = model.run(outputs, inputs, GetParam());
  for (size_t i = 0; i < pieces.size(); ++i)
    expectNear(expected[i], results[i],
               std::to_string(pieces[i].first) + " every " + std::to_string(pieces[i].second));
}

TEST_P(Fourier, OfPiecesGoesBack) {
  std::vector<std::vector<float>> inputs = {made(2 * 1000, 5)};
  Model model({{2, 1000}});
  std::vector<float> window(100);
  for (int i = 0; i < 100; ++i)
    window[i] = static_cast<float>(0.54 - 0.46 * std::cos(2 * M_PI * i / 100));
  MaybeValue factors = model.build().constant(model.build().builder().getF32Type(), 100, window);
  Complex bins = shortTimeFourier(model.build(), {model.input(0), mlir::Value()}, 30,
                                  Transform::oneSided(100), *factors);
  MaybeValue back = inverseShortTimeFourier(model.build(), bins, 100, 30, 0.01, *factors);
  std::vector<Numbers> results = model.run({{back, mlir::Value()}}, inputs, GetParam());
  expectNear(Numbers(inputs[0].begin(), inputs[0].end()), results[0], "the signal");
}

/// One matrix of 2048 points takes 16 MB, for either part.
TEST(FourierMatrices, OfManyPointsAreSmallAndShared) {
  Model model({{kRows, 2048}});
  for (int use = 0; use < 2; ++use)
    (void)fourier(model.build(), {model.input(0), mlir::Value()}, Transform::oneSided(2048));
  int64_t numbers = 0, products = 0;
  for (mlir::Operation &op : *model.build().builder().getInsertionBlock()) {
    if (auto constant = mlir::dyn_cast<graph::ConstantOp>(op))
      numbers += constant.getType().getNumElements();
    products += mlir::isa<graph::BatchMatmulOp>(op);
  }
  EXPECT_EQ(products, 4);
  EXPECT_LT(numbers, 600'000);
}

TEST(FourierMatrices, ThatWouldBeHugeAreRefused) {
  Model model({{1, 4099}});
  mlir::MLIRContext &context = *model.build().builder().getContext();
  ErrorCapture errors(context);
  Complex result = fourier(model.build(), {model.input(0), mlir::Value()}, Transform::full(4099));
  EXPECT_TRUE(failed(result.real));
  EXPECT_EQ(errors.message(), "a Fourier transform by a matrix of shape 4099x4099 is too large");
}

} // namespace
} // namespace tandem::test

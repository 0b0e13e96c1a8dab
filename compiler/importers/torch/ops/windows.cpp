// Windows for pieces of a signal:
// https://docs.pytorch.org/docs/stable/generated/torch.hann_window.html
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

/// `at(place)` from 0 to 1, which is reached where the window is not periodic.
static MaybeValue window(AtenNode &node, llvm::function_ref<double(double)> at) {
  int64_t length = node.integer("window_length");
  bool isPeriodic = node.flag("periodic", true);
  std::optional<Type> type = node.dtype();
  if (node.failed() || length < 1 || length > NodeBuilder::kMaxFill)
    return node.invalid("'window_length' is " + Twine(length));
  SmallVector<float> factors;
  double last = static_cast<double>(isPeriodic ? length : length - 1);
  for (int64_t i = 0; i < length; ++i)
    factors.push_back(static_cast<float>(length == 1 ? 1 : at(static_cast<double>(i) / last)));
  Type real = node.builder().getF32Type();
  return node.cast(node.constant(real, {length}, factors), type.value_or(real));
}

static MaybeValue importHann(AtenNode &node) {
  return window(node, [](double place) { return 0.5 - 0.5 * std::cos(2 * M_PI * place); });
}
static MaybeValue importHamming(AtenNode &node) {
  double alpha = node.number("alpha", 0.54), beta = node.number("beta", 0.46);
  return window(node, [&](double place) { return alpha - beta * std::cos(2 * M_PI * place); });
}
static MaybeValue importBlackman(AtenNode &node) {
  return window(node, [](double place) {
    return 0.42 - 0.5 * std::cos(2 * M_PI * place) + 0.08 * std::cos(4 * M_PI * place);
  });
}
static MaybeValue importBartlett(AtenNode &node) {
  return window(node, [](double place) { return 1 - std::abs(2 * place - 1); });
}

void registerWindows(OpTable &table) {
  for (StringRef form : {"default", "periodic"}) {
    table.addMove(("aten.hann_window." + form).str(), importHann);
    table.addMove(("aten.hamming_window." + form).str(), importHamming);
    table.addMove(("aten.blackman_window." + form).str(), importBlackman);
    table.addMove(("aten.bartlett_window." + form).str(), importBartlett);
  }
  table.addMove("aten.hamming_window.periodic_alpha", importHamming);
  table.addMove("aten.hamming_window.periodic_alpha_beta", importHamming);
}

} // namespace tandem::torch

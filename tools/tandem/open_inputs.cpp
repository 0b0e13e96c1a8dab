#include "tools/tandem/open_inputs.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tandem {
namespace {

/// "?x3x8".
std::optional<Shape> parseOpenShape(std::string_view text) {
  Shape shape;
  const char *at = text.data(), *end = at + text.size();
  while (at != end) {
    int64_t size = -1;
    if (*at == '?')
      ++at;
    else if (auto [next, failure] = std::from_chars(at, end, size); failure == std::errc())
      at = next;
    else
      return std::nullopt;
    shape.push_back(size);
    if (at != end && *at++ != 'x')
      return std::nullopt;
  }
  return shape;
}

} // namespace

std::vector<OpenInput> openInputsIn(std::string_view message) {
  constexpr std::string_view kOf = " of ", kOpen = " is open", kFix = "fix it with --shape ",
                             kDims = "=DIMS";
  std::vector<OpenInput> inputs;
  for (size_t open = message.find(kOpen); open != std::string_view::npos;
       open = message.find(kOpen, open + 1)) {
    size_t of = message.rfind(kOf, open), fix = message.find(kFix, open);
    size_t dims = message.find(kDims, fix);
    if (of == std::string_view::npos || fix == std::string_view::npos ||
        dims == std::string_view::npos)
      continue;
    std::string name(message.substr(fix + kFix.size(), dims - fix - kFix.size()));
    of += kOf.size();
    std::optional<Shape> shape = parseOpenShape(message.substr(of, open - of));
    if (shape && std::ranges::find(inputs, name, &OpenInput::name) == inputs.end())
      inputs.push_back({std::move(name), *std::move(shape)});
  }
  return inputs;
}

std::string shapeText(const OpenInput &input) {
  std::string text;
  for (int64_t size : input.shape)
    text += (text.empty() ? "" : "x") + (size < 0 ? "?" : std::to_string(size));
  return text;
}

std::string shapeOptions(const std::vector<OpenInput> &inputs) {
  std::string options;
  char letter = 'A';
  for (const OpenInput &input : inputs) {
    options += " --shape " + input.name + "=";
    for (size_t i = 0; i < input.shape.size(); ++i) {
      options += i == 0 ? "" : "x";
      if (input.shape[i] >= 0)
        options += std::to_string(input.shape[i]);
      else
        options += letter < 'Z' ? letter++ : letter;
    }
  }
  return options;
}

} // namespace tandem

#include "tests/conformance/text.h"

namespace tandem::test {
namespace {

const Element kTruth = {"i1"};

/// Codes of two scales, since they are brought to one.
OpCase compared(const std::string &op, const std::string &type, const Shape &lhs, const Shape &rhs,
                const Shape &out, const std::string &variant) {
  ModuleText text;
  std::string a = text.argument(lhs, elementOf(type == "bool" ? "i1" : type, 0.031f, 4));
  std::string b = text.argument(rhs, elementOf(type == "bool" ? "i1" : type, 0.017f, -7));
  return {op, type, variant, text.finish(text.apply(op, {a, b}, "", tensorText(out, kTruth)))};
}

/// With itself: the ops differ in what they say of equal elements.
OpCase withItself(const std::string &op, const std::string &type) {
  ModuleText text;
  std::string a = text.argument({5, 7}, elementOf(type));
  return {op, type, "itself", text.finish(text.apply(op, {a, a}, "", tensorText({5, 7}, kTruth)))};
}

} // namespace

void addComparisonCases(std::vector<OpCase> &cases) {
  const Shape image = {1, 5, 7, 19};
  for (const std::string op :
       {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}) {
    for (const std::string type : {"f32", "i32", "i8", "u8"}) {
      cases.push_back(compared(op, type, image, image, image, "same"));
      cases.push_back(compared(op, type, image, {19}, image, "channel"));
      cases.push_back(compared(op, type, {1, 5, 1, 1}, image, image, "rows"));
      cases.push_back(withItself(op, type));
    }
    cases.push_back(compared(op, "bool", image, image, image, "same"));
  }
  for (const std::string op : {"logical_and", "logical_or"}) {
    cases.push_back(compared(op, "bool", image, image, image, "same"));
    cases.push_back(compared(op, "bool", {7, 1}, {1, 19}, {7, 19}, "outer"));
  }
  ModuleText text;
  cases.push_back({"logical_not", "bool", "vector",
                   text.finish(text.apply("logical_not", {text.argument({133}, kTruth)}, "",
                                          tensorText({133}, kTruth)))});
}

} // namespace tandem::test

#include "backends/neuron/test/client/op_text.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;

namespace tandem::neuron::test {
namespace {

struct Filling {
  ElementKind kind;
  const char *type, *stored, *value, *bias;
};
constexpr Filling kFillings[] = {
    {kF32, "f32", "f32", "1.0", "f32"},
    {kF16, "f16", "f16", "1.0", "f16"},
    {kI32, "i32", "i32", "1", "i32"},
    {kU8, "!quant.uniform<u8:f32, 0.5:3>", "i8", "1", "i32"},
    {kI8, "!quant.uniform<i8:f32, 0.5:3>", "i8", "1", "i32"},
    {kI16, "!quant.uniform<i16:f32, 0.5>", "i16", "1", "i32"},
    {kPlainU8, "ui8", "ui8", "1", "i32"},
    {kBool, "i1", "i1", "true", "i32"},
};

void replaceAll(std::string &text, const std::string &what, const std::string &with) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

} // namespace

std::string filledIn(std::string text, ElementKind kind) {
  for (const Filling &filling : kFillings)
    if (filling.kind == kind) {
      replaceAll(text, "$T", filling.type);
      replaceAll(text, "$S", filling.stored);
      replaceAll(text, "$V", filling.value);
      replaceAll(text, "$B", filling.bias);
    }
  return text;
}

OpText::OpText(const std::string &arguments, const std::string &body) {
  context_.loadDialect<graph::GraphDialect, quant::QuantDialect, func::FuncDialect>();
  std::string text = "func.func @main(" + arguments + ") {\n" + body + "\nreturn\n}";
  module_ = parseSourceString<ModuleOp>(text, &context_);
  if (!module_) {
    ADD_FAILURE() << "does not parse: " << text;
    return;
  }
  auto function = *module_->getOps<func::FuncOp>().begin();
  op_ = function.getBody().front().getTerminator()->getPrevNode();
}

} // namespace tandem::neuron::test

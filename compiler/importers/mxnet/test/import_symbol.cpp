#include "compiler/importers/mxnet/test/import_symbol.h"

#include "compiler/importers/common/test/module_text.h"
#include "compiler/importers/mxnet/graph_import.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

namespace tandem::mxnet::test {

namespace {
constexpr uint32_t kFloat = 0, kLong = 6, kCpu = 1, kDense = 0, kRowSparse = 1;

std::string writeShape(const Shape &shape) {
  std::string text = raw(uint32_t(shape.size()));
  for (int64_t size : shape)
    text += raw(size);
  return text;
}
} // namespace

ParameterWriter &ParameterWriter::addRaw(const std::string &name, std::string_view array) {
  arrays_.emplace_back(array);
  names_.push_back(name);
  return *this;
}

ParameterWriter &ParameterWriter::addTyped(const std::string &name, const Shape &shape,
                                           uint32_t typeFlag, std::string_view elements,
                                           Version version) {
  std::string array;
  if (version == kOldest) {
    array = raw(uint32_t(shape.size()));
    for (int64_t size : shape)
      array += raw(uint32_t(size));
  } else {
    array = raw(uint32_t(version));
    if (version != kV1)
      array += raw(kDense);
    array += writeShape(shape);
  }
  array += raw(kCpu) + raw(uint32_t(0)) + raw(typeFlag);
  return addRaw(name, array + std::string(elements));
}

ParameterWriter &ParameterWriter::add(const std::string &name, const Shape &shape,
                                      Version version) {
  std::string elements;
  for (int64_t i = 0; i < *elementCount(shape); ++i)
    elements += raw(static_cast<float>(i));
  return addTyped(name, shape, kFloat, elements, version);
}

ParameterWriter &ParameterWriter::addSparse(const std::string &name) {
  std::string array = raw(uint32_t(kV2)) + raw(kRowSparse) + writeShape({1, 4}) +
                      writeShape({2, 4}) + raw(kCpu) + raw(uint32_t(0)) + raw(kFloat) + raw(kLong) +
                      writeShape({1});
  return addRaw(name, array + std::string(16, '\0') + raw(int64_t(1)));
}

std::string ParameterWriter::bytes() const {
  std::string text = raw(uint64_t(0x112)) + raw(uint64_t(0)) + raw(uint64_t(arrays_.size()));
  for (const std::string &array : arrays_)
    text += array;
  text += raw(uint64_t(names_.size()));
  for (const std::string &name : names_)
    text += raw(uint64_t(name.size())) + name;
  return text;
}

size_t SymbolWriter::variable(const std::string &name, const std::string &attributes) {
  return node("null", name, attributes, {});
}

size_t SymbolWriter::node(const std::string &op, const std::string &name,
                          const std::string &attributes, const std::vector<size_t> &inputs) {
  std::string list;
  for (size_t input : inputs)
    list += (list.empty() ? "[" : ", [") + std::to_string(input) + ", 0, 0]";
  nodes_.push_back(R"({"op": ")" + op + R"(", "name": ")" + name + R"(", "attrs": )" + attributes +
                   R"(, "inputs": [)" + list + "]}");
  return nodes_.size() - 1;
}

std::string SymbolWriter::json() const {
  std::string list;
  for (const std::string &node : nodes_)
    list += (list.empty() ? "" : ",\n") + node;
  return "{\"nodes\": [" + list + "], \"heads\": [[" + std::to_string(nodes_.size() - 1) +
         ", 0, 0]]}";
}

std::string importText(std::string_view symbolText, std::string_view parameterBytes,
                       const ImportOptions &options) {
  auto failed = [](llvm::Error error) { return "error: " + llvm::toString(std::move(error)); };
  llvm::Expected<Symbol> symbol = parseSymbol(symbolText);
  if (!symbol)
    return failed(symbol.takeError());
  llvm::Expected<Parameters> parameters = readParameters(parameterBytes);
  if (!parameters)
    return failed(parameters.takeError());
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  return tandem::test::moduleText(importSymbol(*symbol, *parameters, options, context));
}

std::string importNode(const std::string &op, const std::string &attributes,
                       const std::vector<Shape> &inputs, const std::vector<Shape> &parameters) {
  SymbolWriter symbol;
  ParameterWriter stored;
  std::vector<size_t> operands;
  for (const Shape &shape : inputs) {
    std::string text;
    for (int64_t size : shape)
      text += std::to_string(size) + ", ";
    operands.push_back(symbol.variable("x" + std::to_string(operands.size()),
                                       R"j({"__shape__": "()j" + text + R"j()"})j"));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    std::string name = "p" + std::to_string(i);
    operands.push_back(symbol.variable(name));
    stored.add(name, parameters[i]);
  }
  symbol.node(op, "n", attributes, operands);
  return importText(symbol.json(), stored.bytes());
}

} // namespace tandem::mxnet::test

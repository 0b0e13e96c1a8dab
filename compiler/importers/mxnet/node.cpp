#include "compiler/importers/mxnet/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/mxnet/attributes.h"

using namespace mlir;

namespace tandem::mxnet {

SymbolNode::SymbolNode(OpBuilder &builder, const NodeRecord &record, ArrayRef<Operand> operands,
                       UnsupportedOps &unsupported)
    : NodeBuilder(builder, NameLoc::get(builder.getStringAttr(record.name))), record_(record),
      operands_(operands), unsupported_(unsupported) {}

LogicalResult SymbolNode::unsupported(const Twine &reason) {
  if (!failed_) // one reason per node
    unsupported_.add(record_.op, record_.name, reason.str());
  failed_ = true;
  return failure();
}

LogicalResult SymbolNode::invalid(const Twine &what) {
  failed_ = true;
  return error() << what;
}

LogicalResult SymbolNode::checkIsReal(Value value) {
  Type type = getElementTypeOrSelf(value);
  if (isa<FloatType>(type))
    return success();
  std::string name;
  llvm::raw_string_ostream(name) << type;
  return unsupported("a tensor of " + name + ", only real numbers are");
}

MaybeValue SymbolNode::input(size_t index) {
  return transposed(index, {});
}

MaybeValue SymbolNode::transposed(size_t index, ArrayRef<int64_t> permutation) {
  if (index >= operands_.size())
    return invalid("has " + Twine(operands_.size()) + " inputs, input " + Twine(index) +
                   " is missing");
  const Operand &operand = operands_[index];
  if (!operand.source)
    return permutation.empty() ? MaybeValue(operand.value) : transpose(operand.value, permutation);
  Value &constant = operand.source->made[permutation.vec()];
  if (constant)
    return constant;
  const StoredArray &array = *operand.source->array;
  if (!permutation.empty() && permutation.size() != array.shape.size())
    return invalid("its input '" + operand.source->name + "' has shape " + shapeText(array.shape) +
                   ", expected " + Twine(permutation.size()) + " dimensions");
  Shape shape = array.shape;
  for (auto [to, from] : llvm::enumerate(permutation))
    shape[to] = array.shape[from];
  auto type = RankedTensorType::get(shape, graph::plainType(builder().getContext(), array.type));
  auto location = NameLoc::get(builder().getStringAttr(operand.source->name));
  constant = graph::ConstantOp::create(builder(), location, type,
                                       graph::takeElements(type, elementsOf(array, permutation)));
  return constant;
}

FailureOr<Values> SymbolNode::inputs() {
  Values values;
  for (size_t i = 0; i < operands_.size(); ++i) {
    MaybeValue value = input(i);
    if (mlir::failed(value))
      return failure();
    values.push_back(*value);
  }
  if (values.empty())
    return invalid("has no inputs");
  return values;
}

FailureOr<Ints> SymbolNode::shape(size_t index) const {
  if (index >= operands_.size())
    return error() << "has " << operands_.size() << " inputs, input " << index << " is missing";
  const Operand &operand = operands_[index];
  return operand.source ? Ints(ArrayRef<int64_t>(operand.source->array->shape))
                        : Ints(shapeOf(operand.value));
}

LogicalResult SymbolNode::checkShape(size_t index, StringRef what, ArrayRef<int64_t> expected) {
  FailureOr<Ints> actual = shape(index);
  if (mlir::failed(actual))
    return failure();
  if (ArrayRef(*actual) != expected)
    return invalid("its " + what + " has shape " + shapeText(*actual) + ", expected " +
                   shapeText(expected));
  return success();
}

std::optional<StringRef> SymbolNode::find(StringRef name) const {
  auto attribute = record_.attributes.find(std::string_view(name));
  if (attribute == record_.attributes.end() || attribute->second == "None")
    return std::nullopt;
  return StringRef(attribute->second);
}

bool SymbolNode::isNone(StringRef name) const {
  auto attribute = record_.attributes.find(std::string_view(name));
  return attribute != record_.attributes.end() && attribute->second == "None";
}

template <typename T>
T SymbolNode::get(StringRef name, std::optional<T> absent, StringRef expected,
                  std::optional<T> (*parse)(StringRef)) {
  std::optional<StringRef> text = find(name);
  if (!text && absent)
    return *absent;
  std::optional<T> value = text ? parse(*text) : std::nullopt;
  if (!value)
    (void)invalid("'" + name + "' is " +
                  (text ? "'" + excerpt(*text, kMostOfValue) + "'" : "absent") + ", expected " +
                  expected);
  return value.value_or(T());
}

int64_t SymbolNode::integer(StringRef name, std::optional<int64_t> absent) {
  return get<int64_t>(name, absent, "an integer", parseInteger);
}
double SymbolNode::number(StringRef name, std::optional<double> absent) {
  return get<double>(name, absent, "a number", parseNumber);
}
bool SymbolNode::flag(StringRef name, bool absent) {
  return get<bool>(name, absent, "True or False", parseFlag);
}
StringRef SymbolNode::string(StringRef name, StringRef absent) const {
  return find(name).value_or(absent);
}
Ints SymbolNode::integers(StringRef name, std::optional<Ints> absent) {
  return get<Ints>(name, std::move(absent), "integers", parseIntegers);
}
Ints SymbolNode::pairs(StringRef name) {
  return get<Ints>(name, std::nullopt, "pairs of integers", parsePairs);
}
SmallVector<double> SymbolNode::numbers(StringRef name, SmallVector<double> absent) {
  using List = SmallVector<double>;
  return get<List>(name, std::optional(std::move(absent)), "numbers", parseNumbers);
}
SmallVector<std::optional<int64_t>> SymbolNode::optionalIntegers(StringRef name) {
  using List = SmallVector<std::optional<int64_t>>;
  return get<List>(name, List(), "integers or None", parseOptionalIntegers);
}

int64_t SymbolNode::axis(StringRef name, int64_t rank, std::optional<int64_t> absent) {
  int64_t given = integer(name, absent);
  std::optional<int64_t> axis = normalizedAxis(given, rank);
  if (!axis && !failed_)
    (void)invalid("'" + name + "' is " + Twine(given) + ", outside a tensor of " + Twine(rank) +
                  " dimensions");
  return axis.value_or(0);
}

Ints SymbolNode::axes(StringRef name, int64_t rank) {
  Ints result = integers(name, Ints());
  if (result.empty())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  for (int64_t &axis : result) {
    std::optional<int64_t> normal = normalizedAxis(axis, rank);
    if (!normal)
      (void)invalid("'" + name + "' has " + Twine(axis) + ", outside a tensor of " + Twine(rank) +
                    " dimensions");
    axis = normal.value_or(0);
  }
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end() && !failed_)
    (void)invalid("'" + name + "' names a dimension twice");
  return result;
}

std::optional<Type> SymbolNode::dtype(StringRef absent) {
  StringRef name = string("dtype", absent);
  struct Named {
    StringLiteral name;
    ElementType type;
  };
  constexpr Named kTypes[] = {{"float32", ElementType::kF32}, {"float64", ElementType::kF32},
                              {"float16", ElementType::kF16}, {"bfloat16", ElementType::kBF16},
                              {"uint8", ElementType::kU8},    {"int8", ElementType::kI8},
                              {"int32", ElementType::kI32},   {"int64", ElementType::kI64},
                              {"bool", ElementType::kBool}};
  for (const Named &known : kTypes)
    if (known.name == name)
      return graph::plainType(builder().getContext(), known.type);
  (void)unsupported("elements of type '" + name + "'");
  return std::nullopt;
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> list;
  for (StringRef op : entries_.keys())
    list.push_back(op.str());
  for (StringRef name : names_.keys())
    list.push_back(name.str());
  return list;
}

} // namespace tandem::mxnet

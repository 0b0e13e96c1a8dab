#include "compiler/importers/onnx/node.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/permute.h"
#include "compiler/graph/types.h"
#include "compiler/importers/onnx/graph_import.h"
#include "compiler/importers/onnx/tensors.h"

using namespace mlir;

namespace tandem::onnx {

/// Nodes may have no name; then their first result does.
static std::string nameOf(const proto::NodeProto &record) {
  if (!record.name().empty())
    return record.name();
  for (const std::string &output : record.output())
    if (!output.empty())
      return output;
  return "without output";
}

static std::string kindOf(const proto::NodeProto &record) {
  std::string domain = normalizedDomain(record.domain());
  return domain.empty() ? record.op_type() : domain + "." + record.op_type();
}

OnnxNode::OnnxNode(GraphImport &import, Scope &scope, proto::NodeProto &record)
    : NodeBuilder(import.builder(), NameLoc::get(import.builder().getStringAttr(nameOf(record)))),
      import_(import), scope_(scope), record_(record), kind_(kindOf(record)),
      name_(nameOf(record)) {
  auto version = scope.opsets->find(normalizedDomain(record.domain()));
  opset_ = version == scope.opsets->end() ? 1 : version->second;
}

LogicalResult OnnxNode::unsupported(const Twine &reason) {
  if (!failed_) // one reason per node
    import_.unsupported().add(kind_, name_, reason.str());
  failed_ = true;
  return failure();
}
LogicalResult OnnxNode::invalid(const Twine &what) {
  failed_ = true;
  return error() << what;
}

// Inputs.

bool OnnxNode::has(size_t index) const {
  return index < inputCount() && !record_.input(static_cast<int>(index)).empty();
}
bool OnnxNode::isRead(size_t output) const {
  return output < outputCount() && scope_.read.count(record_.output(static_cast<int>(output))) != 0;
}

MaybeValue OnnxNode::input(size_t index) {
  if (!has(index))
    return invalid("it has no input " + Twine(index));
  MaybeValue value = import_.valueOf(scope_, record_.input(static_cast<int>(index)), location());
  // From node to node reals stay wide, as in ONNX Runtime.
  if (widens_ && succeeded(value))
    if (Value wide = import_.wideOf(*value))
      return wide;
  return widens_ && succeeded(value) ? cast(value, widened(getElementTypeOrSelf(*value))) : value;
}

Type widened(Type elementType) {
  MLIRContext *context = elementType.getContext();
  if (isa<FloatType>(elementType))
    return Float32Type::get(context);
  auto integer = dyn_cast<IntegerType>(elementType);
  bool isNarrow = integer && integer.getWidth() > 1 && integer.getWidth() < 32;
  return isNarrow ? IntegerType::get(context, 32) : elementType;
}

MaybeValue OnnxNode::optionalInput(size_t index) {
  return has(index) ? input(index) : MaybeValue(Value());
}
FailureOr<Values> OnnxNode::inputs() {
  Values values;
  for (size_t i = 0; i < inputCount(); ++i) {
    MaybeValue value = input(i);
    if (mlir::failed(value))
      return failure();
    values.push_back(*value);
  }
  if (values.empty())
    return invalid("it has no inputs");
  return values;
}

MaybeValue OnnxNode::image(size_t index) {
  MaybeValue value = input(index);
  if (mlir::failed(value))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*value));
  if (shape.size() != 3 && shape.size() != 4)
    return unsupported("an input of shape " + shapeText(shape) +
                       ", only images (rank 4) and rows "
                       "(rank 3) are");
  if (shape.size() == 3)
    shape.insert(shape.begin() + 2, 1);
  return reshape(value, shape);
}

MaybeValue OnnxNode::transposed(size_t index, ArrayRef<int64_t> permutation) {
  Type type;
  std::optional<Elements> elements = stored(index, type);
  if (!elements || elements->shape().size() != permutation.size())
    return transpose(input(index), permutation);
  SmallVector<int64_t> shape;
  for (int64_t from : permutation)
    shape.push_back(elements->shape()[from]);
  if (widens_)
    type = widened(type);
  if (elements->isSplat() || elements->count() == 0)
    return constantOf(elements->cast(*graph::elementTypeOf(type)).reshaped(shape));
  if (graph::movesNothing(elements->shape(), permutation))
    return reshape(input(index), shape);
  const std::string &name = record_.input(static_cast<int>(index));
  Value &shared = import_.permutedOf(scope_, name, permutation);
  if (!shared) {
    MaybeValue made = constantOf(Elements(
        elements->type(), shape,
        graph::permuted(elements->bytes(), elements->size(), elements->shape(), permutation)));
    import_.replaced(scope_, name);
    if (mlir::failed(made))
      return made;
    shared = *made;
  }
  return cast(shared, type);
}

std::optional<Elements> OnnxNode::stored(size_t index, Type &type) {
  if (!has(index))
    return std::nullopt;
  return import_.storedOf(scope_, record_.input(static_cast<int>(index)), type);
}

std::optional<SmallVector<int64_t>> OnnxNode::knownShape(size_t index) {
  Type type;
  std::optional<Elements> elements = stored(index, type);
  return elements ? std::optional(SmallVector<int64_t>(elements->shape())) : std::nullopt;
}

std::optional<Elements> OnnxNode::known(size_t index) {
  if (!has(index))
    return std::nullopt;
  std::optional<Elements> elements =
      import_.knownOf(scope_, record_.input(static_cast<int>(index)), unpacks_);
  if (!elements || !widens_)
    return elements;
  Type type = graph::plainType(builder().getContext(), elements->type());
  return elements->cast(*graph::elementTypeOf(widened(type)));
}

FailureOr<Elements> OnnxNode::constant(size_t index, StringRef what) {
  if (std::optional<Elements> elements = known(index))
    return *elements;
  if (mlir::failed(input(index))) // a tensor of the file that cannot be read says why
    return failure();
  return unsupported(what + " is computed at run time");
}

FailureOr<SmallVector<int64_t>> OnnxNode::ints(size_t index, StringRef what) {
  FailureOr<Elements> elements = constant(index, what);
  if (mlir::failed(elements))
    return failure();
  constexpr int64_t kMost = 1 << 16;
  if (elements->isReal() || elements->shape().size() > 1 || elements->count() > kMost)
    return invalid(what + " is no list of integers");
  return elements->integers();
}

FailureOr<int64_t> OnnxNode::scalarInt(size_t index, StringRef what) {
  FailureOr<SmallVector<int64_t>> values = ints(index, what);
  if (mlir::failed(values))
    return failure();
  if (values->size() != 1)
    return invalid(what + " has " + Twine(values->size()) + " elements, expected 1");
  return values->front();
}

FailureOr<double> OnnxNode::scalar(size_t index, StringRef what) {
  FailureOr<Elements> elements = constant(index, what);
  if (mlir::failed(elements))
    return failure();
  if (elements->count() != 1)
    return invalid(what + " has " + Twine(elements->count()) + " elements, expected 1");
  return elements->real(0);
}

// Attributes.

proto::AttributeProto *OnnxNode::find(StringRef name) const {
  for (proto::AttributeProto &attribute : *record_.mutable_attribute()) {
    if (name != attribute.name())
      continue;
    if (attribute.ref_attr_name().empty())
      return &attribute;
    for (Scope *scope = &scope_; scope; scope = scope->outer) // that of the function's call
      if (auto given = scope->attributes.find(attribute.ref_attr_name());
          given != scope->attributes.end())
        return &given->second;
    return nullptr;
  }
  return nullptr;
}

static StringRef typeText(proto::AttributeProto::AttributeType type) {
  switch (type) {
  case proto::AttributeProto::INT:
    return "an integer";
  case proto::AttributeProto::FLOAT:
    return "a number";
  case proto::AttributeProto::STRING:
    return "a string";
  case proto::AttributeProto::TENSOR:
    return "a tensor";
  case proto::AttributeProto::GRAPH:
    return "a graph";
  case proto::AttributeProto::INTS:
    return "integers";
  case proto::AttributeProto::FLOATS:
    return "numbers";
  case proto::AttributeProto::STRINGS:
    return "strings";
  default:
    return "of a kind unknown here";
  }
}

proto::AttributeProto *OnnxNode::find(StringRef name, bool mayBeAbsent,
                                      proto::AttributeProto::AttributeType type) {
  proto::AttributeProto *attribute = find(name);
  if (attribute && attribute->type() == type)
    return attribute;
  if (attribute || !mayBeAbsent)
    (void)invalid("'" + name + "' is " + (attribute ? typeText(attribute->type()) : "absent") +
                  ", expected " + typeText(type));
  return nullptr;
}

int64_t OnnxNode::integer(StringRef name, std::optional<int64_t> absent) {
  auto *attribute = find(name, absent.has_value(), proto::AttributeProto::INT);
  return attribute ? attribute->i() : absent.value_or(0);
}
double OnnxNode::number(StringRef name, std::optional<double> absent) {
  auto *attribute = find(name, absent.has_value(), proto::AttributeProto::FLOAT);
  return attribute ? attribute->f() : absent.value_or(0);
}
std::string OnnxNode::string(StringRef name, StringRef absent) {
  auto *attribute = find(name, true, proto::AttributeProto::STRING);
  return attribute ? attribute->s() : absent.str();
}
SmallVector<int64_t> OnnxNode::integers(StringRef name,
                                        std::optional<SmallVector<int64_t>> absent) {
  auto *attribute = find(name, absent.has_value(), proto::AttributeProto::INTS);
  if (!attribute)
    return absent.value_or(SmallVector<int64_t>());
  return SmallVector<int64_t>(attribute->ints().begin(), attribute->ints().end());
}
SmallVector<double> OnnxNode::numbers(StringRef name) {
  auto *attribute = find(name, true, proto::AttributeProto::FLOATS);
  return attribute ? SmallVector<double>(attribute->floats().begin(), attribute->floats().end())
                   : SmallVector<double>();
}

SmallVector<std::string> OnnxNode::strings(StringRef name) {
  auto *attribute = find(name, true, proto::AttributeProto::STRINGS);
  return attribute
             ? SmallVector<std::string>(attribute->strings().begin(), attribute->strings().end())
             : SmallVector<std::string>();
}

FailureOr<Elements> OnnxNode::tensor(StringRef name) {
  auto *attribute = find(name, false, proto::AttributeProto::TENSOR);
  if (!attribute)
    return failure();
  llvm::Expected<Elements> elements = readTensor(attribute->t(), import_.files());
  if (elements)
    return *elements;
  std::string reason = toString(elements.takeError());
  if (!elementTypeOf(attribute->t().data_type()))
    return unsupported("'" + name + "': " + reason);
  return invalid("'" + name + "': " + reason);
}

FailureOr<Type> OnnxNode::elementType(StringRef name, std::optional<Type> absent) {
  if (absent && !hasAttribute(name))
    return *absent;
  int64_t number = integer(name);
  if (failed_)
    return failure();
  if (std::optional<ElementType> type = elementTypeOf(number))
    return graph::plainType(builder().getContext(), *type);
  return unsupported("elements of type " + typeName(number));
}

int64_t OnnxNode::axis(StringRef name, int64_t rank, std::optional<int64_t> absent) {
  int64_t given = integer(name, absent);
  std::optional<int64_t> axis = normalizedAxis(given, rank);
  if (!axis && !failed_)
    (void)invalid("'" + name + "' is " + Twine(given) + ", outside rank " + Twine(rank));
  return axis.value_or(0);
}

FailureOr<SmallVector<int64_t>> OnnxNode::normalized(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t given : axes) {
    std::optional<int64_t> axis = normalizedAxis(given, rank);
    if (!axis || llvm::is_contained(result, *axis))
      return invalid("axis " + Twine(given) + " is outside rank " + Twine(rank) +
                     " or there twice");
    result.push_back(*axis);
  }
  return result;
}

FailureOr<SmallVector<int64_t>> OnnxNode::axes(size_t inputIndex, int64_t rank) {
  SmallVector<int64_t> given;
  if (hasAttribute("axes")) {
    given = integers("axes");
  } else if (has(inputIndex)) {
    FailureOr<SmallVector<int64_t>> fromInput = ints(inputIndex, "the list of axes");
    if (mlir::failed(fromInput))
      return failure();
    given = *fromInput;
  }
  FailureOr<SmallVector<int64_t>> result = normalized(given, rank);
  if (mlir::failed(result) || failed_)
    return failure();
  llvm::sort(*result);
  return result;
}

// Making ops.

MaybeValue OnnxNode::constantOf(const Elements &elements) {
  return import_.makeConstant(elements, graph::plainType(builder().getContext(), elements.type()),
                              location());
}
MaybeValue OnnxNode::codesOf(const Elements &elements, Type quantized) {
  return import_.makeConstant(elements, quantized, location());
}

FailureOr<Values> OnnxNode::importGraph(StringRef attribute, ArrayRef<Value> inputs) {
  auto *graph = find(attribute, false, proto::AttributeProto::GRAPH);
  return graph ? import_.importBranch(scope_, *graph->mutable_g(), inputs)
               : FailureOr<Values>(failure());
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> list;
  for (StringRef kind : entries_.keys())
    list.push_back(kind.str());
  return list;
}

} // namespace tandem::onnx

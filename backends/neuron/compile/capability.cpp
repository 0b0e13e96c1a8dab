#include "backends/neuron/compile/capability.h"

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

/// Ops whose operands the dialect calls lhs and rhs.
bool hasTwoSides(Operation *op) {
  return isa<graph::AddOp, graph::SubOp, graph::MulOp, graph::DivOp, graph::FloorDivOp,
             graph::FloorModOp, graph::MaximumOp, graph::MinimumOp, graph::PowOp,
             graph::SquaredDifferenceOp, graph::BatchMatmulOp, graph::EqualOp, graph::NotEqualOp,
             graph::LessOp, graph::LessEqualOp, graph::GreaterOp, graph::GreaterEqualOp,
             graph::LogicalAndOp, graph::LogicalOrOp>(op);
}

/// "lhs", "input", "operand 2": what the user knows an operand by.
std::string operandName(Operation *op, unsigned index) {
  constexpr StringLiteral kSides[] = {"lhs", "rhs"}, kOfPrelu[] = {"input", "slope"},
                          kOfSelect[] = {"condition", "on_true", "on_false"},
                          kOfGather[] = {"input", "indices"};
  if (hasTwoSides(op))
    return kSides[index].str();
  if (isa<graph::PreluOp>(op))
    return kOfPrelu[index].str();
  if (isa<graph::SelectOp>(op))
    return kOfSelect[index].str();
  if (isa<graph::GatherOp>(op))
    return kOfGather[index].str();
  if (op->getNumOperands() == 1 || (index == 0 && !isa<graph::ConcatOp>(op)))
    return "input";
  return "operand " + std::to_string(index);
}

/// What the elements are, more exactly than their kind: "i8 codes per channel".
std::string typeText(Value value) {
  Type element = graph::tensorType(value).getElementType();
  std::optional<ElementType> type = graph::elementTypeOf(element);
  if (!type)
    return "of a type without storage";
  std::string text(elementTypeName(*type));
  if (graph::isQuantized(element))
    text += graph::quantizationOf(element).perChannel() ? " codes per channel" : " codes";
  return text;
}

/// Behind the last of the operands that the row's kinds are about.
unsigned endOfActivations(Operation *op, const Capability &row) {
  unsigned most = op->getNumOperands() - row.firstActivation;
  return row.firstActivation + std::min(row.activations, most);
}

/// Every value has storage of at least one byte that a Neuron operand can have.
void checkSizes(Operation *op, function_ref<void(const Twine &)> refuse) {
  auto check = [&](Value value, const Twine &name) {
    RankedTensorType type = graph::tensorType(value);
    std::optional<ElementType> element = graph::elementTypeOf(type.getElementType());
    int64_t count = type.getNumElements();
    if (count == 0)
      refuse(name + " has no elements, Neuron's tensors have at least one");
    else if (element && uint64_t(count) > UINT32_MAX / elementSize(*element))
      refuse(name + " has more than 4 GiB, Neuron's tensors have less");
  };
  for (unsigned i = 0; i < op->getNumOperands(); ++i)
    check(op->getOperand(i), operandName(op, i));
  check(op->getResult(0), "the result");
}

void checkKinds(Operation *op, const Capability &row, function_ref<void(const Twine &)> refuse) {
  std::optional<unsigned> first;
  for (unsigned i = row.firstActivation; i < endOfActivations(op, row); ++i) {
    Value value = op->getOperand(i);
    ElementKind kind = kindOf(value);
    if (!(kind & row.kinds))
      refuse(operandName(op, i) + " is " + typeText(value) + ", only " + kindsText(row.kinds) +
             (llvm::has_single_bit(row.kinds) ? " is possible" : " are possible"));
    else if (!first)
      first = i;
    else if (kind != kindOf(op->getOperand(*first)))
      refuse(operandName(op, *first) + " is " + typeText(op->getOperand(*first)) + " and " +
             operandName(op, i) + " is " + typeText(value) + ", both must be of one type");
  }
  Value result = op->getResult(0);
  if (row.resultKinds) {
    if (!(kindOf(result) & row.resultKinds))
      refuse("the result is " + typeText(result) + ", only " + kindsText(row.resultKinds) +
             (llvm::has_single_bit(row.resultKinds) ? " is possible" : " are possible"));
  } else if (first && kindOf(result) != kindOf(op->getOperand(*first))) {
    refuse("the result is " + typeText(result) + " and " + operandName(op, *first) + " is " +
           typeText(op->getOperand(*first)) + ", both must be of one type");
  }
}

} // namespace

ElementKind kindOf(Value value) {
  Type element = graph::tensorType(value).getElementType();
  std::optional<ElementType> type = graph::elementTypeOf(element);
  if (!type)
    return kOther;
  if (graph::isQuantized(element)) {
    if (graph::quantizationOf(element).perChannel())
      return kOther;
    return *type == ElementType::kU8    ? kU8
           : *type == ElementType::kI8  ? kI8
           : *type == ElementType::kI16 ? kI16
                                        : kOther;
  }
  switch (*type) {
  case ElementType::kF32:
    return kF32;
  case ElementType::kF16:
    return kF16;
  case ElementType::kI32:
    return kI32;
  case ElementType::kU8:
    return kPlainU8;
  case ElementType::kBool:
    return kBool;
  default:
    return kOther;
  }
}

std::string kindsText(unsigned kinds) {
  constexpr std::pair<ElementKind, StringLiteral> kNames[] = {
      {kF32, "f32"},     {kF16, "f16"},       {kI32, "i32"},    {kU8, "u8 codes"},
      {kI8, "i8 codes"}, {kI16, "i16 codes"}, {kPlainU8, "u8"}, {kBool, "bool"},
  };
  std::string text;
  for (auto [kind, name] : kNames)
    if (kinds & kind) {
      kinds &= ~kind;
      text += (text.empty() ? "" : kinds ? ", " : " and ") + name.str();
    }
  return text;
}

Target Target::of(const Processor &processor) {
  auto computes = [&](ElementType type) {
    return processor.types.empty() || llvm::is_contained(processor.types, type);
  };
  return {.version = Version::parse(processor.version),
          .unsignedCodes = !computes(ElementType::kI8) && computes(ElementType::kU8)};
}

const Capability *capabilityOf(Operation *op) {
  if (op->getNumResults() != 1)
    return nullptr;
  for (const Capability &row : capabilities())
    if (row.op == op->getName().stripDialect() && (!row.form || row.form->holds(op)))
      return &row;
  return nullptr;
}

Support supportOf(Operation *op, const Target &target) {
  std::string kind = op->getName().stripDialect().str();
  Support support;
  auto refuse = [&](const Twine &reason) {
    support.reasons.push_back((kind + ": " + reason).str());
  };
  const Capability *row = capabilityOf(op);
  if (!row) {
    refuse("Neuron has no operation for it");
    return support;
  }
  if (!row->kinds) {
    refuse(row->operations);
    return support;
  }
  if (target.version && *target.version < row->since)
    refuse(row->operations + " needs Neuron " + row->since.text() + ", the device has " +
           target.version->text());
  checkSizes(op, refuse);
  checkKinds(op, *row, refuse);
  for (const Constraint *constraint : row->constraints)
    if (std::string reason = constraint->whyNot(op, target); !reason.empty())
      refuse(reason);
  return support;
}

} // namespace tandem::neuron

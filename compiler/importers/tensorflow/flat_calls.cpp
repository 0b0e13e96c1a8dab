// Which nodes call functions.
#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"

namespace tandem::tensorflow {

namespace {
/// An operator that calls functions, which its attributes name.
struct CallingOp {
  llvm::StringLiteral op;
  Call::Kind kind;
  const char *attribute, *second = nullptr;
};
constexpr CallingOp kCallingOps[] = {
    {"PartitionedCall", Call::kPlain, "f"},
    {"StatefulPartitionedCall", Call::kPlain, "f"},
    {"If", Call::kChoice, "then_branch", "else_branch"},
    {"StatelessIf", Call::kChoice, "then_branch", "else_branch"},
    {"Case", Call::kCase, "branches"},
    {"StatelessCase", Call::kCase, "branches"},
    {"While", Call::kLoop, "body", "cond"},
    {"StatelessWhile", Call::kLoop, "body", "cond"},
};
} // namespace

static constexpr llvm::StringRef kFrames[] = {
    "Enter", "RefEnter", "NextIteration", "RefNextIteration", "LoopCond", "Exit", "RefExit"};

llvm::Expected<const proto::FunctionDef *> Flattener::functionNamed(const std::string &name) const {
  auto found = functions_.find(name);
  if (found == functions_.end())
    return llvm::createStringError("the function '" + name + "' is not in the model");
  return found->second;
}

/// Each reference to a node looks at all of them.
static constexpr int kMostBranches = 256;

/// One, or those of a list; "" where it is missing.
static llvm::SmallVector<std::string> namesIn(const proto::NodeDef &node, const char *attribute) {
  auto value = node.attr().find(attribute);
  if (value == node.attr().end())
    return {""};
  if (value->second.has_func())
    return {value->second.func().name()};
  const auto &list = value->second.list().func();
  llvm::SmallVector<std::string> names;
  for (int i = 0; i < std::min<int>(list.size(), kMostBranches + 1); ++i)
    names.push_back(list[i].name());
  return names;
}

llvm::Expected<Call> Flattener::callOf(const proto::NodeDef &node) const {
  const CallingOp *calling =
      llvm::find_if(kCallingOps, [&](const CallingOp &each) { return each.op == node.op(); });
  Call call;
  if (calling == std::end(kCallingOps)) { // older graphs use a function's name as an operator
    if (const proto::FunctionDef *function = functions_.lookup(node.op()))
      call.functions.push_back(function);
    return call;
  }
  call.kind = calling->kind;
  for (const char *attribute : {calling->attribute, calling->second}) {
    if (!attribute)
      continue;
    for (const std::string &name : namesIn(node, attribute)) {
      llvm::Expected<const proto::FunctionDef *> function = functionNamed(name);
      if (!function)
        return function.takeError();
      call.functions.push_back(*function);
    }
  }
  if (call.functions.size() < (calling->second ? 2 : 1))
    return llvm::createStringError("it names no function");
  if (static_cast<int>(call.functions.size()) > kMostBranches)
    return llvm::createStringError("it has more than " + llvm::Twine(kMostBranches) + " branches");
  for (const proto::FunctionDef *branch : call.functions)
    if (call.isChoice() && branch->signature().output_arg_size() != call.results().size())
      return llvm::createStringError("its branches have different numbers of results");
  return call;
}

std::vector<std::string> flattenedOperators() {
  std::vector<std::string> names;
  for (const CallingOp &calling : kCallingOps)
    names.push_back(calling.op.str());
  for (llvm::StringRef name : kFrames)
    names.push_back(name.str());
  return names;
}

} // namespace tandem::tensorflow

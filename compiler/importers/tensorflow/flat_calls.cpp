// Which nodes call functions.
#include "compiler/importers/tensorflow/flat_graph.h"

#include "llvm/ADT/STLExtras.h"

namespace tandem::tensorflow {

static constexpr llvm::StringRef kCalls[] = {"PartitionedCall", "StatefulPartitionedCall"};
static constexpr llvm::StringRef kChoices[] = {"If", "StatelessIf"};
static constexpr llvm::StringRef kLoops[] = {"While", "StatelessWhile"};
static constexpr llvm::StringRef kFrames[] = {
    "Enter", "RefEnter", "NextIteration", "RefNextIteration", "LoopCond", "Exit", "RefExit"};

llvm::Expected<const proto::FunctionDef *> Flattener::functionNamed(const std::string &name) const {
  auto found = functions_.find(name);
  if (found == functions_.end())
    return llvm::createStringError("the function '" + name + "' is not in the model");
  return found->second;
}

llvm::Expected<Flattener::Call> Flattener::callOf(const proto::NodeDef &node) const {
  llvm::StringRef op = node.op();
  auto functionOf = [&](const char *attribute) -> llvm::Expected<const proto::FunctionDef *> {
    auto value = node.attr().find(attribute);
    return functionNamed(value == node.attr().end() ? "" : value->second.func().name());
  };
  auto pair = [&](Call::Kind kind, const char *first, const char *second) -> llvm::Expected<Call> {
    auto function = functionOf(first), other = functionOf(second);
    if (!function || !other)
      return llvm::joinErrors(function.takeError(), other.takeError());
    return Call{kind, *function, *other};
  };
  if (llvm::is_contained(kCalls, op)) {
    auto function = functionOf("f");
    if (!function)
      return function.takeError();
    return Call{Call::kPlain, *function};
  }
  if (llvm::is_contained(kLoops, op))
    return pair(Call::kLoop, "body", "cond");
  if (!llvm::is_contained(kChoices, op)) // older graphs use a function's name as an operator
    return Call{Call::kPlain, functions_.lookup(op)};
  llvm::Expected<Call> choice = pair(Call::kChoice, "then_branch", "else_branch");
  if (choice && choice->function->signature().output_arg_size() !=
                    choice->other->signature().output_arg_size())
    return llvm::createStringError("its branches have different numbers of results");
  return choice;
}

std::vector<std::string> flattenedOperators() {
  std::vector<std::string> names;
  for (llvm::ArrayRef<llvm::StringRef> list :
       {llvm::ArrayRef<llvm::StringRef>(kCalls), llvm::ArrayRef<llvm::StringRef>(kChoices),
        llvm::ArrayRef<llvm::StringRef>(kLoops), llvm::ArrayRef<llvm::StringRef>(kFrames)})
    for (llvm::StringRef name : list)
      names.push_back(name.str());
  return names;
}

} // namespace tandem::tensorflow

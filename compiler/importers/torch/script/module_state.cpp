#include "compiler/importers/torch/script/module_state.h"

#include "compiler/importers/torch/in_place.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem::torch::script {

void ModuleState::give(Instance &object, const std::string &name, Item value, const Place &place) {
  auto [own, isNew] = object.attributes.try_emplace(name);
  std::optional<Item> before = isNew ? std::nullopt : std::optional(own->second);
  // The place's module may be a frame's, which ends before the code does.
  given_.try_emplace(AttributeKey(&object, name), Given{before, {place.file, place.line, ""}});
  own->second = std::move(value);
}

void ModuleState::reach(const Instance &object, StringRef name, const Instance &inner) {
  constexpr size_t kLongestPath = 1024;
  std::string path = pathOf(object, name);
  if (path.size() <= kLongestPath)
    paths_.try_emplace(&inner, std::move(path));
}

std::string ModuleState::pathOf(const Instance &object) const {
  auto path = paths_.find(&object);
  return path == paths_.end() ? "" : path->second;
}

std::string ModuleState::pathOf(const Instance &object, StringRef name) const {
  std::string path = pathOf(object);
  return path.empty() ? name.str() : path + "." + name.str();
}

/// What is given before it is read, or has its first value again, no run finds changed.
LogicalResult ModuleState::check(Heap &heap, Problem &problem) const {
  for (const auto &[key, given] : given_) {
    const auto &[object, name] = key;
    if (given.before && isRead(key) && !isSame(*given.before, object->attributes.at(name), heap))
      return problem.set(given.place, changesState(pathOf(*object, name)));
  }
  return success();
}

/// "torch.warn" of names with dots between; "" of other expressions.
static std::string nameOf(const Expr &expr) {
  if (expr.kind == Expr::kName)
    return expr.text;
  std::string outer = expr.kind == Expr::kAttribute ? nameOf(*expr.parts.front()) : "";
  return outer.empty() ? "" : outer + "." + expr.text;
}

/// Of a variable or of an attribute of one.
static bool isPlainNegation(const Expr &expr) {
  bool isCall = expr.kind == Expr::kCall && nameOf(*expr.parts.front()) == "torch.__not__";
  bool isUnary = expr.kind == Expr::kUnary && expr.text == "not";
  if (!isUnary && !(isCall && expr.parts.size() == 2))
    return false;
  return !nameOf(*expr.parts.back()).empty();
}

static bool isPlainWarning(const Expr &expr) {
  return expr.kind == Expr::kCall && nameOf(*expr.parts.front()) == "torch.warn" &&
         llvm::all_of(llvm::drop_begin(expr.parts), [](const ExprPtr &part) {
           return llvm::is_contained({Expr::kName, Expr::kString, Expr::kInteger}, part->kind);
         });
}

/// The attribute that is given True, or null.
static const Expr *raisedFlag(const Statement &statement) {
  bool raises = statement.kind == Statement::kAssign && !statement.unpacks &&
                statement.value->kind == Expr::kName && statement.value->text == "True";
  const Expr *target = raises ? statement.targets.front().get() : nullptr;
  return target && target->kind == Expr::kAttribute ? target : nullptr;
}

const Expr *flagOfWarning(const Statement &statement) {
  auto doesNothing = [](const Statement &each) { return each.kind == Statement::kPass; };
  if (!isPlainNegation(*statement.value) || !llvm::all_of(statement.otherwise, doesNothing))
    return nullptr;
  const Expr *flag = nullptr;
  for (const Statement &each : statement.body) {
    const Expr *raised = raisedFlag(each);
    bool warns = each.kind == Statement::kExpression && isPlainWarning(*each.value);
    if (!(raised && !flag) && !warns && !doesNothing(each))
      return nullptr;
    if (raised)
      flag = raised;
  }
  return flag;
}

} // namespace tandem::torch::script

#include "compiler/importers/torch/script/interpreter.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace tandem::torch::script {

// A bad file may ask for work without an end, or for a deep stack.
static constexpr size_t kMostSteps = 1 << 20;
static constexpr int kMostDepth = 500;

bool Interpreter::isHeapSpent(const Place &place) {
  return heap_.isSpent() &&
         failed(problem_.set(place, "the code works on more lists and texts than a model's"));
}

bool Interpreter::isSpent(const Place &place) {
  if (++steps_ > kMostSteps)
    return failed(problem_.set(place, "the code takes more than " + Twine(kMostSteps) + " steps"));
  if (isHeapSpent(place))
    return true;
  if (depth_ > kMostDepth)
    return failed(problem_.set(place, "calls and blocks are nested too deeply"));
  return false;
}

/// What is not known on import: because of an unsupported operator, which is told then, or since it
/// is known at run time only.
LogicalResult Interpreter::unknown(const Place &place, const Twine &what) {
  if (calls_.unsupported().empty())
    return fail(place, what + " is known at run time only");
  return problem_.set(calls_.unsupported().message());
}

Interpreter::Flow Interpreter::run(const Statements &block, Frame &frame) {
  llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
  for (const Statement &statement : block)
    if (Flow flow = run(statement, frame); flow != Flow::kNext)
      return flow;
  return Flow::kNext;
}

Interpreter::Flow Interpreter::run(const Statement &statement, Frame &frame) {
  if (isSpent(at(frame, statement.line)))
    return Flow::kFailed;
  switch (statement.kind) {
  case Statement::kPass:
    return Flow::kNext;
  case Statement::kExpression:
    return failed(evaluate(*statement.value, frame)) ? Flow::kFailed : Flow::kNext;
  case Statement::kAssign:
    return failed(assign(statement, frame)) ? Flow::kFailed : Flow::kNext;
  case Statement::kReturn: {
    if (!statement.value)
      return Flow::kReturn;
    MaybeItem value = evaluate(*statement.value, frame);
    if (failed(value))
      return Flow::kFailed;
    frame.result = std::move(*value);
    return Flow::kReturn;
  }
  case Statement::kIf:
    return runIf(statement, frame);
  case Statement::kWhile:
    return runWhile(statement, frame);
  case Statement::kFor:
    return runFor(statement, frame);
  case Statement::kWith:
    return runWith(statement, frame);
  }
  return Flow::kFailed;
}

FailureOr<bool> Interpreter::condition(const Expr &expr, Frame &frame) {
  Place place = at(frame, expr.line);
  MaybeItem value = evaluate(expr, frame);
  if (failed(value))
    return failure();
  if (Tensor *const *tensor = std::get_if<Tensor *>(&*value)) {
    FailureOr<std::optional<double>> number = calls_.known(**tensor, place);
    if (failed(number))
      return failure();
    if (*number)
      return **number != 0;
    return unknown(place, "a condition");
  }
  if (std::optional<double> number = numberOf(*value))
    return *number != 0;
  if (is<Unknown>(*value))
    return unknown(place, "a condition");
  return fail(place, "a condition is " + textOf(*value));
}

Interpreter::Flow Interpreter::runIf(const Statement &statement, Frame &frame) {
  const Expr *flag = flagOfWarning(statement);
  auto ask = [&] {
    llvm::SaveAndRestore asked(flag_, flag ? attributeKey(*flag, frame) : std::nullopt);
    return condition(*statement.value, frame);
  };
  FailureOr<bool> holds = ask();
  if (failed(holds))
    return Flow::kFailed;
  return run(*holds ? statement.body : statement.otherwise, frame);
}

Interpreter::Flow Interpreter::runWhile(const Statement &statement, Frame &frame) {
  while (true) {
    FailureOr<bool> holds = condition(*statement.value, frame);
    if (failed(holds))
      return Flow::kFailed;
    if (!*holds)
      return Flow::kNext;
    if (Flow flow = run(statement.body, frame); flow != Flow::kNext)
      return flow;
    if (isSpent(at(frame, statement.line)))
      return Flow::kFailed;
  }
}

Interpreter::Flow Interpreter::runFor(const Statement &statement, Frame &frame) {
  Place place = at(frame, statement.line);
  MaybeItem over = evaluate(*statement.value, frame);
  if (failed(over))
    return Flow::kFailed;
  const std::vector<Item> *items = itemsOf(*over);
  if (!items)
    return is<Unknown>(*over) ? (void)unknown(place, "what a loop runs over")
                              : (void)fail(place, "a loop runs over " + textOf(*over)),
           Flow::kFailed;
  heap_.look(weightOf(*items));
  std::vector<Item> rounds = *items; // the loop may change the list
  for (const Item &each : rounds) {
    if (isSpent(place) || failed(assignTo(*statement.targets.front(), each, frame)))
      return Flow::kFailed;
    if (Flow flow = run(statement.body, frame); flow != Flow::kNext)
      return flow;
  }
  return Flow::kNext;
}

std::optional<AttributeKey> Interpreter::attributeKey(const Expr &expr, const Frame &frame) const {
  if (expr.kind != Expr::kAttribute || expr.parts.front()->kind != Expr::kName)
    return std::nullopt;
  auto variable = frame.variables.find(expr.parts.front()->text);
  if (variable == frame.variables.end() || !is<Instance *>(variable->second))
    return std::nullopt;
  return AttributeKey(std::get<Instance *>(variable->second), expr.text);
}

void Interpreter::read(const AttributeKey &key) {
  if (flag_ != key)
    state_.read(key);
}

LogicalResult Interpreter::assign(const Statement &statement, Frame &frame) {
  std::optional<AttributeKey> key = attributeKey(*statement.value, frame);
  bool wasRead = key && state_.isRead(*key);
  MaybeItem value = evaluate(*statement.value, frame);
  if (failed(value))
    return failure();
  const Expr &first = *statement.targets.front();
  bool isFirstRead = key && !wasRead && state_.isRead(*key);
  if (isFirstRead && is<bool>(*value) && first.kind == Expr::kName && !statement.unpacks) {
    state_.forgetRead(*key);
    frame.variables[first.text] = std::move(*value);
    frame.unread.insert_or_assign(first.text, *key);
    return success();
  }
  if (!statement.unpacks)
    return assignTo(*statement.targets.front(), std::move(*value), frame);
  std::vector<Item> parts(statement.targets.size(), Unknown());
  if (!is<Unknown>(*value)) {
    const std::vector<Item> *items = itemsOf(*value);
    if (!items || items->size() != parts.size())
      return fail(at(frame, statement.line),
                  textOf(*value) + " is taken apart into " + Twine(parts.size()) + " values");
    parts = *items;
  }
  for (auto [target, part] : llvm::zip(statement.targets, parts))
    if (failed(assignTo(*target, part, frame)))
      return failure();
  return success();
}

LogicalResult Interpreter::assignTo(const Expr &target, Item value, Frame &frame) {
  if (target.kind == Expr::kName) {
    frame.variables[target.text] = std::move(value);
    frame.unread.erase(target.text);
    return success();
  }
  if (target.kind == Expr::kAttribute) {
    MaybeItem object = evaluate(*target.parts.front(), frame);
    if (failed(object))
      return failure();
    if (Instance *const *instance = std::get_if<Instance *>(&*object)) {
      state_.give(**instance, target.text, std::move(value), at(frame, target.line));
      return success();
    }
  }
  return fail(at(frame, target.line), "a value is given to what is no variable");
}

} // namespace tandem::torch::script

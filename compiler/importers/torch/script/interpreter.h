#pragma once

#include "compiler/importers/torch/script/aten_calls.h"
#include "compiler/importers/torch/script/code.h"
#include "compiler/importers/torch/script/module_state.h"

namespace tandem::torch::script {

/// Runs TorchScript's code on tensors that are values of the graph: calls are followed, loops and
/// branches are taken by what is known on import, and operators become ops. What depends on numbers
/// that are known at run time only is refused, and so is a program without an end.
class Interpreter {
public:
  /// All must outlive it. `constants` are what the code calls CONSTANTS.c0, ...
  Interpreter(Code &code, Heap &heap, AtenCalls &calls, Problem &problem,
              std::vector<Item> constants)
      : code_(code), heap_(heap), calls_(calls), problem_(problem),
        constants_(std::move(constants)) {}

  /// A method of an object. Arguments that are left out have their defaults.
  MaybeItem callMethod(Instance &object, llvm::StringRef method, llvm::ArrayRef<Item> arguments,
                       llvm::ArrayRef<std::string> keywords, const Place &place);
  /// That the next run finds the modules as this one has, in what it reads of them.
  mlir::LogicalResult checkState() const { return state_.check(heap_, problem_); }
  /// A default of a parameter, or a constant of a class.
  MaybeItem evaluateAlone(const Expr &expr, const SourceFile &file);

private:
  struct Frame {
    const SourceFile &file;
    std::string module; ///< of the model, as in "layer1.0"
    std::map<std::string, Item, std::less<>> variables = {};
    /// Variables that have an attribute's value, which counts as read when they are.
    std::map<std::string, AttributeKey> unread = {};
    Item result = None();
  };
  enum class Flow { kNext, kReturn, kFailed };

  Flow run(const Statements &block, Frame &frame);
  Flow run(const Statement &statement, Frame &frame);
  Flow runIf(const Statement &statement, Frame &frame);
  Flow runWhile(const Statement &statement, Frame &frame);
  Flow runFor(const Statement &statement, Frame &frame);
  Flow runWith(const Statement &statement, Frame &frame);
  mlir::LogicalResult assign(const Statement &statement, Frame &frame);
  mlir::LogicalResult assignTo(const Expr &target, Item value, Frame &frame);
  /// Of "variable.name", where the variable is an object.
  std::optional<AttributeKey> attributeKey(const Expr &expr, const Frame &frame) const;
  void read(const AttributeKey &key);
  /// Nothing when the condition is not known on import, which is a problem.
  mlir::FailureOr<bool> condition(const Expr &expr, Frame &frame);

  MaybeItem evaluate(const Expr &expr, Frame &frame);
  MaybeItem evaluateKind(const Expr &expr, Frame &frame);
  MaybeItem name(const Expr &expr, Frame &frame);
  MaybeItem attribute(const Expr &expr, Frame &frame);
  MaybeItem attributeOf(const Item &object, llvm::StringRef name, const Place &place);
  MaybeItem item(const Expr &expr, Frame &frame);
  MaybeItem dictionary(const Expr &expr, Frame &frame);
  MaybeItem operation(const Expr &expr, Frame &frame);
  mlir::FailureOr<std::vector<Item>> evaluateAll(llvm::ArrayRef<ExprPtr> parts, Frame &frame);

  MaybeItem call(const Expr &expr, Frame &frame);
  MaybeItem callNamed(llvm::StringRef name, const Expr &expr, Frame &frame);
  MaybeItem callWord(llvm::StringRef word, const Expr &expr, Frame &frame);
  MaybeItem callCode(llvm::StringRef name, llvm::ArrayRef<Item> arguments,
                     llvm::ArrayRef<std::string> keywords, const Place &place);
  MaybeItem callFunction(const Function &function, const SourceFile &file, std::string module,
                         llvm::ArrayRef<Item> arguments, llvm::ArrayRef<std::string> keywords,
                         const Place &place);
  MaybeItem callMethodOf(const Expr &expr, Frame &frame);
  MaybeItem makeTuple(const Class &type, llvm::ArrayRef<Item> arguments,
                      llvm::ArrayRef<std::string> keywords, const Place &place);

  llvm::Expected<Code::Found> find(llvm::StringRef name);
  /// Names as long as a file are work, too.
  void lookAtName(llvm::StringRef dotted);
  Place at(const Frame &frame, int line) const { return {frame.file.path, line, frame.module}; }
  mlir::LogicalResult fail(const Place &place, const llvm::Twine &what) {
    return problem_.set(place, what);
  }
  mlir::LogicalResult unknown(const Place &place, const llvm::Twine &what);
  bool isSpent(const Place &place);
  bool isHeapSpent(const Place &place);

  Code &code_;
  Heap &heap_;
  AtenCalls &calls_;
  Problem &problem_;
  std::vector<Item> constants_;
  ModuleState state_;
  std::optional<AttributeKey> flag_; ///< that is asked for only to warn once
  size_t steps_ = 0;
  int depth_ = 0;
};

} // namespace tandem::torch::script

#pragma once

#include "compiler/importers/torch/script/aten_calls.h"

namespace tandem::torch::script {

/// A call of a function that has to do with known values: numbers, lists, shapes.
struct BuiltinCall {
  Heap &heap;
  AtenCalls &calls;
  Problem &problem;
  llvm::ArrayRef<Item> arguments;
  llvm::ArrayRef<std::string> keywords; ///< empty where none has a name
  Place place;

  size_t size() const { return arguments.size(); }
  const Item &operator[](size_t index) const { return arguments[index]; }
  mlir::LogicalResult fail(const llvm::Twine &what) { return problem.set(place, what); }
  /// The argument with a name, or null.
  const Item *named(llvm::StringRef name) const;
};

struct Builtin {
  enum When {
    kAlways,
    kWithoutTensors, ///< an operator of the same name is for tensors
  };
  MaybeItem (*function)(BuiltinCall &call);
  size_t least; ///< arguments
  When when = kWithoutTensors;
  bool takesUnknown = false; ///< else what is made of an unknown value is one
  bool isQuick = false;      ///< however long a list is
};

class BuiltinTable {
public:
  BuiltinTable();
  void add(llvm::StringRef name, Builtin builtin) { entries_[name] = builtin; }
  const Builtin *find(llvm::StringRef name) const {
    auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

private:
  llvm::StringMap<Builtin> entries_;
};

// One for each of the files builtins_*.cpp.
void registerNumbers(BuiltinTable &table);
void registerContainers(BuiltinTable &table);
void registerShapes(BuiltinTable &table);
void registerPrepacked(BuiltinTable &table);

/// A string that the code has put together, unless it is too long.
MaybeItem madeText(BuiltinCall &call, std::string text);

/// "len", or one of the interpreter's own as "prim.dtype".
MaybeItem callBuiltin(llvm::StringRef name, BuiltinCall call);
/// "torch.NAME": of known values a builtin, of tensors an operator.
MaybeItem callTorch(llvm::StringRef name, BuiltinCall call);

} // namespace tandem::torch::script

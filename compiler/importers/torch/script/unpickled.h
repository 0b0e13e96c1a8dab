#pragma once

#include "compiler/importers/torch/script/archive.h"
#include "compiler/importers/torch/script/aten_calls.h"
#include "compiler/importers/torch/script/code.h"

namespace tandem::torch::script {

/// Makes what a pickle holds into values of the code: modules, lists, tensors of the archive.
class Unpickled {
public:
  /// All must outlive it, and the items that it makes. `name` is what the tensors' names begin
  /// with.
  Unpickled(const PickleFile &file, Code &code, Heap &heap, AtenCalls &calls, std::string name)
      : file_(file), code_(code), heap_(heap), calls_(calls), name_(std::move(name)) {}

  llvm::Expected<Item> root();

private:
  llvm::Expected<Item> item(size_t place, const std::string &name, int depth);
  llvm::Expected<Item> make(size_t place, const std::string &name, int depth);
  llvm::Expected<Item> member(const PickledValue &value);
  llvm::Error fill(std::vector<Item> &items, const PickledValue &value, const std::string &name,
                   int depth);
  llvm::Error fill(Instance &instance, const PickledValue &value, const std::string &name,
                   int depth);

  const PickleFile &file_;
  Code &code_;
  Heap &heap_;
  AtenCalls &calls_;
  std::string name_;
  std::map<size_t, Item> made_;
  std::deque<StoredTensor> tensors_;
};

} // namespace tandem::torch::script

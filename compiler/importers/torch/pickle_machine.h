#pragma once

#include "compiler/importers/common/byte_cursor.h"
#include "compiler/importers/torch/pickle.h"

#include "llvm/ADT/Twine.h"

namespace tandem::torch {

/// The opcodes that torch.save and torch.jit.save write (pickle protocol 2), and their later short
/// forms. https://docs.python.org/3/library/pickletools.html
class PickleMachine {
public:
  explicit PickleMachine(std::string_view bytes) : cursor_(bytes) {}
  llvm::Expected<Pickle> run();

private:
  using Ref = size_t;
  using Object = PickledValue;
  enum class Step { kGoOn, kStop, kBad };
  Step step();
  // One opcode each of a kind; `value` has what is left.
  Step value(uint8_t opcode);
  Step global();
  Step number(uint8_t opcode);
  Step container(uint8_t opcode);
  Step memory(uint8_t opcode);

  Step push(Object object) {
    stack_.push_back(made_.values.size());
    made_.values.push_back(std::move(object));
    return Step::kGoOn;
  }
  Object &at(Ref ref) { return made_.values[ref]; }
  Step pushText(std::string_view text) {
    return push({.kind = Object::kString, .text = std::string(text)});
  }
  std::optional<Ref> pop();
  std::optional<std::vector<Ref>> popToMark();
  std::string line();

  Step makeTuple(size_t count);
  Step makeStorage();
  Step makeInstance();
  Step makeEnum(const std::string &type, Ref value);
  Step setState();
  Step call();
  Step callFunction(const Object &function, const Object &arguments);
  Step rebuildTensor(const Object &arguments);
  /// False when objects have had copied to them what no model's have.
  bool copies(size_t bytes) {
    // A byte or two may ask for another copy of a text or a shape that fills half the file.
    constexpr size_t kMostCopied = 64 << 20;
    copied_ += bytes;
    if (copied_ > kMostCopied)
      bad("its objects repeat names and shapes too often");
    return copied_ <= kMostCopied;
  }
  Step bad(const llvm::Twine &what) {
    if (problem_.empty())
      problem_ = what.str();
    return Step::kBad;
  }

  ByteCursor cursor_;
  Pickle made_;
  std::vector<Ref> stack_;
  std::vector<size_t> marks_;
  std::map<uint32_t, Ref> memo_;
  size_t copied_ = 0;
  std::string problem_;
};

} // namespace tandem::torch

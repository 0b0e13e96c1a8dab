#include "compiler/importers/torch/pickle_machine.h"

namespace tandem::torch {

namespace {
/// A few kilobytes of a zip hold very many opcodes, each of which takes memory, and texts can be
/// shared by very many values. The notes of a module take about a hundred opcodes.
constexpr size_t kMostOpcodes = 2 << 20, kLongestName = 4096;
} // namespace

std::optional<size_t> PickleMachine::pop() {
  size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= floor)
    return std::nullopt;
  Ref top = stack_.back();
  stack_.pop_back();
  return top;
}

std::optional<std::vector<size_t>> PickleMachine::popToMark() {
  if (marks_.empty())
    return std::nullopt;
  std::vector<Ref> items(stack_.begin() + marks_.back(), stack_.end());
  stack_.resize(marks_.back());
  marks_.pop_back();
  return items;
}

std::string PickleMachine::line() {
  size_t length = cursor_.rest().find('\n');
  if (length == std::string_view::npos) {
    cursor_.skip(UINT64_MAX); // no end: makes the cursor bad
    return "";
  }
  std::string text(cursor_.take(length));
  cursor_.skip(1);
  return text;
}

PickleMachine::Step PickleMachine::makeTuple(size_t count) {
  Object tuple{Object::kTuple};
  for (size_t i = 0; i < count; ++i) {
    std::optional<Ref> top = pop();
    if (!top)
      return bad("its stack is empty");
    tuple.items.insert(tuple.items.begin(), *top);
  }
  return push(std::move(tuple));
}

PickleMachine::Step PickleMachine::number(uint8_t opcode) {
  Object value{Object::kInt};
  switch (opcode) {
  case 'K': // BININT1
    value.number = cursor_.u8();
    break;
  case 'M': // BININT2
    value.number = cursor_.u16();
    break;
  case 'J': // BININT
    value.number = static_cast<int32_t>(cursor_.u32());
    break;
  case 0x8a: { // LONG1: little-endian two's complement of any length
    std::string_view digits = cursor_.take(cursor_.u8());
    if (digits.size() > 8)
      return bad("it has an integer of more than 64 bits");
    for (size_t i = 0; i < digits.size(); ++i)
      value.number |= static_cast<int64_t>(static_cast<uint8_t>(digits[i])) << (8 * i);
    if (!digits.empty() && digits.size() < 8 && (digits.back() & 0x80))
      value.number -= int64_t(1) << (8 * digits.size());
    break;
  }
  }
  return push(std::move(value));
}

PickleMachine::Step PickleMachine::memory(uint8_t opcode) {
  bool isPut = opcode == 'q' || opcode == 'r' || opcode == 0x94;
  uint32_t slot = 0;
  if (opcode == 0x94) // MEMOIZE
    slot = static_cast<uint32_t>(memo_.size());
  else
    slot = opcode == 'q' || opcode == 'h' ? cursor_.u8() : cursor_.u32();
  if (isPut) {
    if (stack_.empty())
      return bad("its stack is empty");
    memo_[slot] = stack_.back();
    return Step::kGoOn;
  }
  auto found = memo_.find(slot);
  if (found == memo_.end())
    return bad("it refers to what it has not made");
  stack_.push_back(found->second);
  return Step::kGoOn;
}

PickleMachine::Step PickleMachine::container(uint8_t opcode) {
  std::vector<Ref> items;
  if (opcode == 'u' || opcode == 'e' || opcode == 't') {
    std::optional<std::vector<Ref>> all = popToMark();
    if (!all)
      return bad("it has no mark");
    items = std::move(*all);
  } else {
    for (int i = 0; i < (opcode == 's' ? 2 : 1); ++i) {
      std::optional<Ref> top = pop();
      if (!top)
        return bad("its stack is empty");
      items.insert(items.begin(), *top);
    }
  }
  if (opcode == 't')
    return push({.kind = Object::kTuple, .items = std::move(items)});
  if (stack_.empty())
    return bad("its stack is empty");
  Object &target = at(stack_.back());
  bool isDict = opcode == 'u' || opcode == 's';
  if (target.kind != (isDict ? Object::kDict : Object::kList) || (isDict && items.size() % 2))
    return bad("it adds to what is no dictionary or list");
  target.items.insert(target.items.end(), items.begin(), items.end());
  return Step::kGoOn;
}

PickleMachine::Step PickleMachine::value(uint8_t opcode) {
  switch (opcode) {
  case '}':
    return push({Object::kDict});
  case ']':
    return push({Object::kList});
  case ')':
    return push({Object::kTuple});
  case 'N':
    return push({});
  case 0x88: // True
  case 0x89: // False
    return push({.kind = Object::kBool, .number = opcode == 0x88});
  case 'G':
    return push({.kind = Object::kReal, .real = cursor_.f64BigEndian()});
  case 'X': // BINUNICODE
    return pushText(cursor_.take(cursor_.u32()));
  case 0x8c: // SHORT_BINUNICODE
    return pushText(cursor_.take(cursor_.u8()));
  case 'c':
    return global();
  default:
    return bad("it has the opcode " + llvm::Twine(int(opcode)) +
               ", which torch.save does not write");
  }
}

PickleMachine::Step PickleMachine::global() {
  std::string module = line(), name = line();
  if (module.size() + name.size() > kLongestName)
    return bad("it names a function in more than " + llvm::Twine(kLongestName) + " characters");
  return push({.kind = Object::kGlobal, .text = module + " " + name});
}

PickleMachine::Step PickleMachine::step() {
  uint8_t opcode = cursor_.u8();
  if (!cursor_.ok())
    return bad("it is cut off");
  switch (opcode) {
  case 0x80: // PROTO
  case 0x95: // FRAME
    cursor_.skip(opcode == 0x80 ? 1 : 8);
    return Step::kGoOn;
  case '(':
    marks_.push_back(stack_.size());
    return Step::kGoOn;
  case 0x85:
  case 0x86:
  case 0x87:
    return makeTuple(opcode - 0x84);
  case 'Q':
    return makeStorage();
  case 'R':
    return call();
  case 0x81: // NEWOBJ
    return makeInstance();
  case 'b':
    return setState();
  case '.':
    return Step::kStop;
  default:
    break;
  }
  llvm::StringRef letter(reinterpret_cast<const char *>(&opcode), 1);
  if (opcode == 0x8a || llvm::StringRef("KMJ").contains(letter))
    return number(opcode);
  if (opcode == 0x94 || llvm::StringRef("qrhj").contains(letter))
    return memory(opcode);
  return llvm::StringRef("useat").contains(letter) ? container(opcode) : value(opcode);
}

llvm::Expected<Pickle> PickleMachine::run() {
  Step last = Step::kGoOn;
  for (size_t count = 0; last == Step::kGoOn && cursor_.ok(); ++count)
    last = count < kMostOpcodes ? step()
                                : bad("it has more than " + llvm::Twine(kMostOpcodes) +
                                      " opcodes, which no model needs");
  if (!cursor_.ok() && problem_.empty())
    problem_ = "it is cut off";
  if (last == Step::kStop && problem_.empty() && stack_.empty())
    problem_ = "it has no result";
  if (!problem_.empty())
    return llvm::createStringError("the pickle cannot be read: " + problem_);
  made_.root = stack_.back();
  return std::move(made_);
}

const PickledValue *Pickle::item(const PickledValue &of, size_t index,
                                 PickledValue::Kind kind) const {
  if (index >= of.items.size() || values[of.items[index]].kind != kind)
    return nullptr;
  return &values[of.items[index]];
}

llvm::Expected<Pickle> readPickle(std::string_view bytes) {
  return PickleMachine(bytes).run();
}

llvm::Expected<std::map<std::string, PickledTensor>> readTensorPickle(std::string_view bytes) {
  llvm::Expected<Pickle> pickle = readPickle(bytes);
  if (!pickle)
    return pickle.takeError();
  std::map<std::string, PickledTensor> tensors;
  const PickledValue &result = pickle->result();
  if (result.kind == PickledValue::kTensor) {
    tensors[""] = *result.tensor;
    return tensors;
  }
  if (result.kind != PickledValue::kDict)
    return llvm::createStringError("the pickle holds no dictionary of tensors");
  for (size_t i = 0; i + 1 < result.items.size(); i += 2) {
    const PickledValue *key = pickle->item(result, i, PickledValue::kString);
    const PickledValue *tensor = pickle->item(result, i + 1, PickledValue::kTensor);
    if (key && tensor) // what is no tensor is missed when a node asks for it
      tensors[key->text] = *tensor->tensor;
  }
  return tensors;
}

} // namespace tandem::torch

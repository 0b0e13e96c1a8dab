// What a pickle makes by calls: tensors, and objects of the archive's own classes.
#include "compiler/importers/torch/pickle_machine.h"

namespace tandem::torch {

/// ('storage', torch.FloatStorage, key, device, element count) stands for bytes beside the pickle.
PickleMachine::Step PickleMachine::makeStorage() {
  struct Known {
    llvm::StringLiteral name;
    ScalarType type;
  };
  constexpr Known kTypes[] = {
      {"torch FloatStorage", ScalarType::kFloat}, {"torch DoubleStorage", ScalarType::kDouble},
      {"torch HalfStorage", ScalarType::kHalf},   {"torch BFloat16Storage", ScalarType::kBFloat16},
      {"torch LongStorage", ScalarType::kLong},   {"torch IntStorage", ScalarType::kInt},
      {"torch ShortStorage", ScalarType::kShort}, {"torch CharStorage", ScalarType::kChar},
      {"torch ByteStorage", ScalarType::kByte},   {"torch BoolStorage", ScalarType::kBool},
  };
  std::optional<Ref> id = pop();
  if (!id)
    return bad("its stack is empty");
  const Object &tuple = at(*id);
  const Object *type = made_.item(tuple, 1, Object::kGlobal),
               *key = made_.item(tuple, 2, Object::kString);
  if (!type || !key)
    return bad("a storage has no type or name");
  if (!copies(key->text.size()))
    return Step::kBad;
  PickledTensor storage;
  storage.storage = key->text;
  for (const Known &known : kTypes) {
    if (type->text != known.name)
      continue;
    storage.type = known.type;
    return push({.kind = Object::kStorage,
                 .tensor = std::make_shared<const PickledTensor>(std::move(storage))});
  }
  return bad("a storage is of type '" + type->text + "', which is not supported");
}

PickleMachine::Step PickleMachine::call() {
  std::optional<Ref> arguments = pop(), function = pop();
  if (!arguments || !function)
    return bad("its stack is empty");
  if (at(*function).kind != Object::kGlobal)
    return bad("it calls what is no function");
  if (std::string name = at(*function).text; llvm::StringRef(name).starts_with("__torch__"))
    return makeEnum(name, *arguments);
  return callFunction(at(*function), at(*arguments));
}

/// An object of a class of the archive's own code.
PickleMachine::Step PickleMachine::makeInstance() {
  std::optional<Ref> arguments = pop(), type = pop();
  if (!arguments || !type)
    return bad("its stack is empty");
  llvm::StringRef name = at(*type).text;
  if (at(*type).kind != Object::kGlobal || !name.starts_with("__torch__"))
    return bad("it makes an object of '" + name + "', which PyTorch's archives do not need");
  if (!copies(name.size()))
    return Step::kBad;
  auto [module, inner] = name.split(' ');
  return push({.kind = Object::kInstance, .text = (module + "." + inner).str()});
}

/// A member of an enumeration of the archive's own code: its class is called with its value alone.
PickleMachine::Step PickleMachine::makeEnum(const std::string &type, Ref value) {
  if (!copies(type.size()))
    return Step::kBad;
  auto [module, inner] = llvm::StringRef(type).split(' ');
  return push({.kind = Object::kEnum, .text = (module + "." + inner).str(), .items = {value}});
}

/// Of an instance; a state dictionary has notes on versions as its state.
PickleMachine::Step PickleMachine::setState() {
  std::optional<Ref> state = pop();
  if (!state || stack_.empty())
    return bad("its stack is empty");
  if (at(stack_.back()).kind == Object::kInstance)
    at(stack_.back()).items = {*state};
  return Step::kGoOn;
}

PickleMachine::Step PickleMachine::callFunction(const Object &function, const Object &arguments) {
  if (function.text == "collections OrderedDict")
    return push({Object::kDict});
  // Notes on the type of a dictionary or a list, and a device's name.
  if (llvm::StringRef(function.text).starts_with("torch.jit._pickle ") ||
      function.text == "torch device") {
    if (arguments.items.empty())
      return bad("'" + function.text + "' has no argument");
    stack_.push_back(arguments.items[0]);
    return Step::kGoOn;
  }
  if (function.text == "torch._utils _rebuild_tensor_v2")
    return rebuildTensor(arguments);
  if (function.text == "torch._utils _rebuild_parameter" ||
      function.text == "torch._utils _rebuild_parameter_with_state") {
    if (!made_.item(arguments, 0, Object::kTensor))
      return bad("a parameter is no tensor");
    stack_.push_back(arguments.items[0]);
    return Step::kGoOn;
  }
  return bad("it calls '" + function.text + "', which PyTorch's archives do not need");
}

/// _rebuild_tensor_v2(storage, offset, sizes, strides, ...).
PickleMachine::Step PickleMachine::rebuildTensor(const Object &arguments) {
  const Object *storage = made_.item(arguments, 0, Object::kStorage),
               *offset = made_.item(arguments, 1, Object::kInt),
               *sizes = made_.item(arguments, 2, Object::kTuple),
               *strides = made_.item(arguments, 3, Object::kTuple);
  if (!storage || !offset || !sizes || !strides || sizes->items.size() != strides->items.size())
    return bad("a tensor has no storage or shape");
  size_t shapeBytes = sizes->items.size() * (sizeof(int64_t) + sizeof(int64_t));
  if (!copies(storage->tensor->storage.size() + shapeBytes))
    return Step::kBad;
  PickledTensor tensor = *storage->tensor;
  tensor.offset = offset->number;
  for (size_t i = 0; i < sizes->items.size(); ++i) {
    const Object *size = made_.item(*sizes, i, Object::kInt),
                 *stride = made_.item(*strides, i, Object::kInt);
    if (!size || !stride)
      return bad("a tensor's shape is not of integers");
    tensor.sizes.push_back(size->number);
    tensor.strides.push_back(stride->number);
  }
  return push({.kind = Object::kTensor,
               .tensor = std::make_shared<const PickledTensor>(std::move(tensor))});
}

} // namespace tandem::torch

// libtandem_tvm.so: our runtime as a module of TVM's, for functions that relax.ext.neuron compiled.
// It stands on the C ABI of tvm-ffi alone, which is stable, and not on the compiler's headers,
// which are not.
#include "base/element_type.h"
#include "runtime/session.h"

#include <tvm/ffi/cast.h>
#include <tvm/ffi/container/tensor.h>
#include <tvm/ffi/extra/module.h>
#include <tvm/ffi/function.h>
#include <tvm/ffi/reflection/registry.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>

namespace tandem::tvm_bridge {
namespace {

namespace ffi = ::tvm::ffi;

constexpr std::size_t kAlignment = 64; ///< of a bundle's first byte
/// What SaveToBytes() begins with, so that other bytes are told from ours.
constexpr std::string_view kMagic = "TANDEMTVM1";

struct FreeAligned {
  void operator()(std::byte *memory) const {
    ::operator delete[](memory, std::align_val_t{kAlignment});
  }
};

template <typename T> T valueOf(Result<T> result) {
  if (!result.ok())
    TVM_FFI_THROW(RuntimeError) << result.error().text();
  return std::move(result).value();
}

/// What DLPack calls the type that holds elements of `type`.
DLDataType dlpackType(ElementType type) {
  auto code = kDLInt;
  if (type == ElementType::kF32 || type == ElementType::kF16)
    code = kDLFloat;
  else if (type == ElementType::kBF16)
    code = kDLBfloat;
  else if (type == ElementType::kU8)
    code = kDLUInt;
  else if (type == ElementType::kBool)
    code = kDLBool;
  return {static_cast<uint8_t>(code), static_cast<uint8_t>(8 * elementSize(type)), 1};
}

/// One function of a compiled module: its bundle and a session on it.
class TandemModule final : public ffi::ModuleObj {
public:
  TandemModule(std::string symbol, std::string_view bundle)
      : symbol_(std::move(symbol)), size_(bundle.size()),
        bytes_(new (std::align_val_t{kAlignment}) std::byte[bundle.size()]) {
    std::memcpy(bytes_.get(), bundle.data(), bundle.size());
    session_ = valueOf(Session::create(valueOf(Bundle::openBytes({bytes_.get(), size_}, symbol_))));
  }

  const char *kind() const override { return "tandem"; }
  int GetPropertyMask() const override {
    return ffi::Module::kBinarySerializable | ffi::Module::kRunnable;
  }

  ffi::Optional<ffi::Function> GetFunction(const ffi::String &name) override {
    ffi::ObjectPtr<ffi::Object> self = ffi::GetObjectPtr<ffi::Object>(this);
    std::string_view asked(name.data(), name.size());
    if (asked == "get_symbol")
      return ffi::Function::FromTyped([self, this] { return ffi::String(symbol_); });
    if (asked == "get_const_vars") // all are in the bundle
      return ffi::Function::FromTyped([self] { return ffi::Array<ffi::String>(); });
    if (asked == symbol_)
      return ffi::Function([self, this](ffi::PackedArgs args, ffi::Any *) { run(args); });
    return std::nullopt;
  }

  ffi::Bytes SaveToBytes() const override {
    std::string text(kMagic);
    uint64_t length = symbol_.size();
    text.append(reinterpret_cast<const char *>(&length), sizeof length);
    text += symbol_;
    text.append(reinterpret_cast<const char *>(bytes_.get()), size_);
    return ffi::Bytes(std::move(text));
  }

  static ffi::Module load(const ffi::Bytes &bytes) {
    std::string_view text(bytes.data(), bytes.size());
    uint64_t length = 0;
    bool whole =
        text.substr(0, kMagic.size()) == kMagic && text.size() - kMagic.size() >= sizeof length;
    if (whole) {
      text.remove_prefix(kMagic.size());
      std::memcpy(&length, text.data(), sizeof length);
      text.remove_prefix(sizeof length);
      whole = length <= text.size();
    }
    if (!whole)
      TVM_FFI_THROW(RuntimeError) << "error: a module of kind 'tandem' is damaged";
    return make(ffi::String(std::string(text.substr(0, length))),
                ffi::Bytes(std::string(text.substr(length))));
  }
  static ffi::Module make(const ffi::String &symbol, const ffi::Bytes &bundle) {
    return ffi::Module(ffi::make_object<TandemModule>(
        std::string(symbol.data(), symbol.size()), std::string_view(bundle.data(), bundle.size())));
  }

private:
  /// Inputs, then outputs, as TVM's virtual machine calls a function. Calls take turns.
  void run(ffi::PackedArgs args) {
    std::span<const TensorView> inputs = session_->inputs(), outputs = session_->outputs();
    if (static_cast<size_t>(args.size()) != inputs.size() + outputs.size())
      TVM_FFI_THROW(ValueError) << symbol_ << ": error: called with " << args.size()
                                << " tensors, expected " << inputs.size() << " inputs and "
                                << outputs.size() << " outputs";
    std::scoped_lock turn(running_);
    for (size_t i = 0; i < inputs.size(); ++i)
      std::memcpy(inputs[i].data, dataOf(args[static_cast<int>(i)], inputs[i]), inputs[i].bytes);
    if (Status status = session_->run(); !status.ok())
      TVM_FFI_THROW(RuntimeError) << status.error().text();
    for (size_t i = 0; i < outputs.size(); ++i)
      std::memcpy(dataOf(args[static_cast<int>(inputs.size() + i)], outputs[i]), outputs[i].data,
                  outputs[i].bytes);
  }

  std::byte *dataOf(const ffi::AnyView &argument, const TensorView &tensor) const {
    auto *array = argument.cast<DLTensor *>();
    Shape shape(array->shape, array->shape + array->ndim);
    if (shape != tensor.shape || array->dtype != dlpackType(tensor.type))
      TVM_FFI_THROW(ValueError) << symbol_ << ": error: '" << std::string(tensor.name) << "' is "
                                << ffi::DLDataTypeToString(array->dtype) << " " << shapeText(shape)
                                << ", expected " << elementTypeName(tensor.type) << " "
                                << shapeText(tensor.shape);
    if (array->device.device_type != kDLCPU)
      TVM_FFI_THROW(ValueError) << symbol_ << ": error: '" << std::string(tensor.name)
                                << "' is not in the CPU's memory";
    int64_t dense = 1;
    for (int dim = array->ndim - 1; array->strides && dim >= 0;
         dense *= shape[static_cast<size_t>(dim--)])
      if (shape[static_cast<size_t>(dim)] != 1 && array->strides[dim] != dense)
        TVM_FFI_THROW(ValueError) << symbol_ << ": error: '" << std::string(tensor.name)
                                  << "' is not contiguous";
    return static_cast<std::byte *>(array->data) + array->byte_offset;
  }

  std::string symbol_;
  size_t size_;
  std::unique_ptr<std::byte[], FreeAligned> bytes_; ///< the bundle, which the session looks into
  std::unique_ptr<Session> session_;
  std::mutex running_;
};

} // namespace
} // namespace tandem::tvm_bridge

TVM_FFI_STATIC_INIT_BLOCK() {
  using tandem::tvm_bridge::TandemModule;
  tvm::ffi::reflection::GlobalDef()
      .def("tandem.tvm.module", &TandemModule::make)
      .def("ffi.Module.load_from_bytes.tandem", &TandemModule::load);
}

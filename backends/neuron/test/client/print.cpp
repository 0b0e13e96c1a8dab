#include "backends/neuron/test/client/print.h"

#include "backends/neuron/client/names.h"
#include "base/element_type.h"

#include <cstring>
#include <sstream>

namespace tandem::neuron::test {
namespace {

class Printer {
public:
  explicit Printer(const artifact::Artifact &artifact) : artifact_(artifact) {}

  std::string print() {
    const artifact::Version &needs = *artifact_.needs();
    out_ << "needs " << int(needs.major()) << "." << int(needs.minor()) << "." << int(needs.patch())
         << "\n";
    for (const artifact::Border *border : *artifact_.inputs()) {
      out_ << "input %" << border->operand() << ": ";
      printType(*artifact_.operands()->Get(border->operand()));
      printBorder(*border);
    }
    for (const artifact::Operation *operation : *artifact_.operations())
      printOperation(*operation);
    for (const artifact::Border *border : *artifact_.outputs()) {
      out_ << "output %" << border->operand();
      printBorder(*border);
    }
    printSettings(*artifact_.settings());
    return out_.str();
  }

private:
  void printBorder(const artifact::Border &border) {
    out_ << (border.flip_sign() ? ", i8 outside" : "") << "\n";
  }

  void printShape(const artifact::Operand &operand) {
    for (uint32_t i = 0; i < operand.dimensions()->size(); ++i)
      out_ << (i ? "x" : "") << operand.dimensions()->Get(i);
  }

  void printType(const artifact::Operand &operand) {
    out_ << operandTypeName(operand.type()) << " ";
    printShape(operand);
    printCodes(operand);
  }

  void printCodes(const artifact::Operand &operand) {
    if (operand.scale() != 0)
      out_ << " scale " << operand.scale() << " zero point " << operand.zero_point();
    if (operand.channel_scales() && operand.channel_scales()->size())
      out_ << " " << operand.channel_scales()->size() << " scales along "
           << operand.channel_dimension();
  }

  template <typename T> void printElements(const artifact::Operand &operand) {
    size_t count = operand.value()->size() / sizeof(T);
    bool isScalar = operand.dimensions()->size() == 0;
    out_ << (isScalar ? "" : "[");
    for (size_t i = 0; i < count; ++i) {
      T element;
      std::memcpy(&element, operand.value()->data() + i * sizeof(T), sizeof(T));
      out_ << (i ? ", " : "") << +element;
    }
    out_ << (isScalar ? "" : "]");
  }

  void printHalves(const artifact::Operand &operand) {
    for (uint32_t i = 0; i < operand.value()->size(); i += 2) {
      uint16_t bits;
      std::memcpy(&bits, operand.value()->data() + i, sizeof bits);
      out_ << (i ? ", " : "half ") << halfToFloat(bits);
    }
  }

  void printInline(const artifact::Operand &operand) {
    switch (operand.type()) {
    case NEURON_BOOL:
    case NEURON_TENSOR_BOOL8:
      out_ << (operand.value()->Get(0) ? "true" : "false");
      break;
    case NEURON_INT32:
    case NEURON_TENSOR_INT32:
      printElements<int32_t>(operand);
      break;
    case NEURON_FLOAT32:
    case NEURON_TENSOR_FLOAT32:
      out_ << "float ";
      printElements<float>(operand);
      break;
    case NEURON_FLOAT16:
    case NEURON_TENSOR_FLOAT16:
      printHalves(operand);
      break;
    case NEURON_TENSOR_QUANT8_ASYMM:
      printElements<uint8_t>(operand);
      break;
    default:
      printElements<int8_t>(operand);
    }
    printCodes(operand);
  }

  void printOperand(uint32_t index) {
    const artifact::Operand &operand = *artifact_.operands()->Get(index);
    switch (operand.source()) {
    case artifact::Source::Computed:
      out_ << "%" << index;
      break;
    case artifact::Source::Inline:
      printInline(operand);
      break;
    case artifact::Source::Weights:
      out_ << "weights ";
      printType(operand);
      break;
    }
  }

  void printOperation(const artifact::Operation &operation) {
    for (uint32_t i = 0; i < operation.outputs()->size(); ++i) {
      uint32_t output = operation.outputs()->Get(i);
      out_ << (i ? ", %" : "%") << output << ": ";
      printType(*artifact_.operands()->Get(output));
    }
    out_ << " = "
         << (operation.function() ? operation.function()->str() : operationName(operation.code()))
         << "(";
    for (uint32_t i = 0; i < operation.inputs()->size(); ++i) {
      out_ << (i ? ", " : "");
      printOperand(operation.inputs()->Get(i));
    }
    out_ << ") \"" << operation.node()->str() << "\"\n";
  }

  void printSettings(const artifact::Settings &settings) {
    out_ << "settings";
    if (settings.relax_fp32())
      out_ << " relax_fp32";
    for (auto [name, value] : {std::pair{"preference", settings.preference()},
                               {"priority", settings.priority()},
                               {"hint", settings.hint()}})
      if (value >= 0)
        out_ << " " << name << " " << value;
    if (settings.options() && settings.options()->size())
      out_ << " options \"" << settings.options()->str() << "\"";
    if (settings.devices())
      for (const flatbuffers::String *device : *settings.devices())
        out_ << " device " << device->str();
    out_ << " deadline " << settings.deadline_us() << " us, of loading "
         << settings.load_deadline_us() << " us\n";
  }

  const artifact::Artifact &artifact_;
  std::ostringstream out_;
};

} // namespace

std::string print(const artifact::Artifact &artifact) {
  return Printer(artifact).print();
}

} // namespace tandem::neuron::test

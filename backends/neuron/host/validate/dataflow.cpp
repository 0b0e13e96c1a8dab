#include "backends/neuron/host/validate/dataflow.h"

#include "backends/neuron/host/validate/signature.h"

namespace tandem::neuron::host {
namespace {
using Role = Operand::Role;
constexpr int64_t kNobody = -1;

std::string text(const Model &model, size_t operation) {
  return "operation " + std::to_string(operation) + " (" +
         operationName(model.operations()[operation]) + ")";
}

/// The operation that writes each operand.
Reply findWriters(const Model &model, std::vector<int64_t> &writers) {
  writers.assign(model.operands().size(), kNobody);
  for (size_t i = 0; i < model.operations().size(); ++i)
    for (uint32_t output : model.operations()[i].outputs) {
      Role role = model.operands()[output].role;
      if (role != Role::kTemporary && role != Role::kOutput)
        return Reply(NEURON_BAD_DATA, text(model, i), " writes operand ", output,
                     ", which is an input or a constant");
      if (writers[output] != kNobody)
        return Reply(NEURON_BAD_DATA, "operand ", output, " is written by ",
                     text(model, static_cast<size_t>(writers[output])), " and ", text(model, i));
      writers[output] = static_cast<int64_t>(i);
    }
  return Reply();
}

Reply checkOperands(const Model &model, const std::vector<int64_t> &writers) {
  for (size_t i = 0; i < model.operands().size(); ++i) {
    const Operand &operand = model.operands()[i];
    // Paddle-Lite gives a filter of one channel its scale with the type instead.
    bool needsScales = operand.info->rule == QuantizationRule::kPerChannel && operand.scale == 0;
    if (needsScales && operand.channelScales.empty())
      return Reply(NEURON_BAD_DATA, "operand ", i, " is quantized per channel, without scales");
    if (operand.role == Role::kOutput && writers[i] == kNobody)
      return Reply(NEURON_BAD_DATA, "output operand ", i, " is written by no operation");
  }
  return Reply();
}
} // namespace

Reply checkDataflow(const Model &model, std::vector<uint32_t> &order) {
  if (model.operands().empty() || model.operations().empty())
    return Reply(NEURON_BAD_DATA, model.operands().size(), " operands and ",
                 model.operations().size(), " operations, expected some of both");
  std::vector<int64_t> writers;
  TANDEM_NEURON_RETURN_IF_REFUSED(findWriters(model, writers));
  TANDEM_NEURON_RETURN_IF_REFUSED(checkOperands(model, writers));

  // Kahn's algorithm: an operation is ready once all that it reads is written.
  size_t count = model.operations().size();
  std::vector<std::vector<uint32_t>> readers(count);
  std::vector<size_t> waitsFor(count, 0);
  for (uint32_t i = 0; i < count; ++i)
    for (uint32_t input : model.operations()[i].inputs) {
      if (writers[input] != kNobody) {
        readers[static_cast<size_t>(writers[input])].push_back(i);
        ++waitsFor[i];
      } else if (model.operands()[input].role == Role::kTemporary) {
        return Reply(NEURON_BAD_DATA, text(model, i), " reads operand ", input,
                     ", which nothing writes");
      }
    }
  order.clear();
  for (uint32_t i = 0; i < count; ++i)
    if (waitsFor[i] == 0)
      order.push_back(i);
  for (size_t next = 0; next < order.size(); ++next)
    for (uint32_t reader : readers[order[next]])
      if (--waitsFor[reader] == 0)
        order.push_back(reader);
  if (order.size() < count)
    return Reply(NEURON_BAD_DATA, "the operations read from each other in a circle");
  return Reply();
}

} // namespace tandem::neuron::host

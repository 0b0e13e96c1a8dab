#include "backends/neuron/test/client/fault_models.h"

#include "base/file.h"

namespace tandem::neuron::test {

static Result<std::vector<std::byte>> bytesOf(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return std::vector<std::byte>(file.bytes().begin(), file.bytes().end());
}

Result<FaultModel> readFaultModel(const std::string &name) {
  std::string path = std::string(TANDEM_FAULT_MODELS) + "/" + name;
  FaultModel model;
  model.bundle = path + ".tandem";
  TANDEM_ASSIGN_OR_RETURN(model.input, bytesOf(path + ".input"));
  TANDEM_ASSIGN_OR_RETURN(model.answer, bytesOf(path + ".answer"));
  return model;
}

} // namespace tandem::neuron::test

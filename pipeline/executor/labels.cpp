#include "base/file.h"
#include "pipeline/executor/executor.h"

namespace tandem {

Result<Labels> loadLabels(const AppModel &model) {
  constexpr size_t kLargest = 1 << 20;
  if (model.labelsFile.empty())
    return model.labels.empty() ? Labels()
                                : std::make_shared<const std::vector<std::string>>(model.labels);
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(model.labelsFile));
  std::string_view text = file.text();
  if (text.size() > kLargest || text.find('\0') != std::string_view::npos)
    return Error(Code::kInvalidArgument, model.labelsFile,
                 "is not a list of labels, expected text of at most ", kLargest,
                 " bytes, one label a line");
  std::vector<std::string> labels;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    labels.emplace_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::make_shared<const std::vector<std::string>>(std::move(labels));
}

} // namespace tandem

#include "pipeline/app/application.h"

#include "base/file.h"
#include "pipeline/app/draft.h"
#include "pipeline/app/node_reader.h"
#include "pipeline/app/yaml_tree.h"

#include <algorithm>
#include <filesystem>

namespace tandem {
namespace {

constexpr int kFormatVersion = 1;

/// Names stand in references ("face_net.scores") and in results, so they are plain words.
bool isName(std::string_view text) {
  constexpr size_t kLongest = 64;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= kLongest && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || digit(c) || c == '-'; });
}

/// Reads the parts of an application's document, one after another, into a draft.
class ApplicationReader {
public:
  ApplicationReader(const std::string &path, const std::vector<StepKind> &kinds)
      : path_(path), kinds_(kinds) {}

  Result<Application> read(const YamlNode &root);

private:
  Status readModels(const YamlNode &node);
  Status readModel(const YamlNode::Entry &entry);
  Status readLabels(const NodeReader &reader, AppModel &model);
  Status readShapes(const YamlNode &node, AppModel &model);
  Status readValues(const YamlNode &node, AppModel &model);
  Status readSteps(const YamlNode &node);
  Status readStep(const YamlNode::Entry &entry);
  Status readModelStep(const NodeReader &reader, DraftStep &draft);
  Status readModelOutputs(const NodeReader &reader, DraftStep &draft);
  Status readKindStep(const NodeReader &reader, DraftStep &draft);
  Status readInputs(const NodeReader &reader, DraftStep &draft);
  Status readLoopAndCondition(const NodeReader &reader, DraftStep &draft);
  Result<DraftCondition> readCondition(const NodeReader &reader, const YamlNode &node);
  Status readResults(const YamlNode &node);
  Status requireName(const YamlNode::Entry &entry) const;
  std::string besideFile(const std::string &file) const;

  const std::string &path_;
  const std::vector<StepKind> &kinds_;
  Draft draft_;
};

std::string ApplicationReader::besideFile(const std::string &file) const {
  std::filesystem::path own(file);
  return own.is_absolute()
             ? file
             : (std::filesystem::path(path_).parent_path() / own).lexically_normal().string();
}

Status ApplicationReader::requireName(const YamlNode::Entry &entry) const {
  if (isName(entry.key))
    return {};
  return Error(Code::kInvalidArgument, draft_.app.place(entry.line), "'", entry.key,
               "' is not a name, expected letters, digits, '_' and '-'");
}

Status ApplicationReader::readLabels(const NodeReader &reader, AppModel &model) {
  const YamlNode *labels = reader.node().find("labels");
  if (!labels)
    return {};
  if (labels->kind == YamlNode::Kind::kList) {
    TANDEM_ASSIGN_OR_RETURN(model.labels, reader.words(*labels, "labels"));
  } else {
    TANDEM_ASSIGN_OR_RETURN(std::string file, reader.word(*labels, "labels"));
    model.labelsFile = besideFile(file);
  }
  return {};
}

Status ApplicationReader::readShapes(const YamlNode &node, AppModel &model) {
  NodeReader reader(path_, node, "'shapes' of model '" + model.name + "'");
  TANDEM_RETURN_IF_ERROR(reader.requireMap());
  for (const YamlNode::Entry &entry : node.entries) {
    OptionKind kind;
    kind.name = entry.key;
    kind.type = OptionType::kNumbers;
    kind.whole = true;
    kind.least = 1;
    kind.most = 1 << 30;
    kind.leastCount = 1;
    kind.mostCount = 8;
    TANDEM_ASSIGN_OR_RETURN(OptionValue value, reader.option(entry.value, kind));
    Shape &shape = model.shapes[entry.key];
    for (double dimension : std::get<std::vector<double>>(value))
      shape.push_back(static_cast<int64_t>(dimension));
  }
  return {};
}

Status ApplicationReader::readValues(const YamlNode &node, AppModel &model) {
  NodeReader reader(path_, node, "'values' of model '" + model.name + "'");
  TANDEM_RETURN_IF_ERROR(reader.requireMap());
  for (const YamlNode::Entry &entry : node.entries) {
    OptionKind kind;
    kind.name = entry.key;
    kind.type = OptionType::kNumbers;
    kind.leastCount = 1;
    kind.mostCount = 1 << 20;
    TANDEM_ASSIGN_OR_RETURN(OptionValue value, reader.option(entry.value, kind));
    model.values[entry.key] = std::get<std::vector<double>>(value);
  }
  return {};
}

Status ApplicationReader::readModel(const YamlNode::Entry &entry) {
  TANDEM_RETURN_IF_ERROR(requireName(entry));
  AppModel model;
  model.name = entry.key;
  model.line = entry.line;
  NodeReader reader(path_, entry.value, "model '" + entry.key + "'");
  if (entry.value.kind == YamlNode::Kind::kScalar) {
    model.file = besideFile(entry.value.scalar);
  } else {
    TANDEM_RETURN_IF_ERROR(reader.requireMap());
    TANDEM_RETURN_IF_ERROR(reader.requireKeys({"file", "labels", "backends", "shapes", "values"}));
    TANDEM_ASSIGN_OR_RETURN(const YamlNode *file, reader.require("file", "the model's file"));
    TANDEM_ASSIGN_OR_RETURN(std::string name, reader.word(*file, "file"));
    model.file = besideFile(name);
    TANDEM_RETURN_IF_ERROR(readLabels(reader, model));
    if (const YamlNode *backends = entry.value.find("backends")) {
      TANDEM_ASSIGN_OR_RETURN(model.backends, reader.words(*backends, "backends"));
    }
    if (const YamlNode *shapes = entry.value.find("shapes"))
      TANDEM_RETURN_IF_ERROR(readShapes(*shapes, model));
    if (const YamlNode *values = entry.value.find("values"))
      TANDEM_RETURN_IF_ERROR(readValues(*values, model));
  }
  draft_.app.models.push_back(std::move(model));
  return {};
}

Status ApplicationReader::readModels(const YamlNode &node) {
  TANDEM_RETURN_IF_ERROR(NodeReader(path_, node, "'models'").requireMap());
  for (const YamlNode::Entry &entry : node.entries)
    TANDEM_RETURN_IF_ERROR(readModel(entry));
  return {};
}

Status ApplicationReader::readInputs(const NodeReader &reader, DraftStep &draft) {
  const YamlNode *inputs = reader.node().find("inputs");
  if (!inputs)
    return {};
  auto add = [&](const std::string &port, const YamlNode &node) -> Status {
    TANDEM_ASSIGN_OR_RETURN(std::string text, reader.word(node, port.empty() ? "inputs" : port));
    draft.step.inputNames.push_back(port);
    draft.inputs.push_back({std::move(text), node.line});
    return {};
  };
  if (inputs->kind != YamlNode::Kind::kMap)
    return add("", *inputs); // the only input, or the first
  for (const YamlNode::Entry &entry : inputs->entries)
    TANDEM_RETURN_IF_ERROR(add(entry.key, entry.value));
  return {};
}

Result<DraftCondition> ApplicationReader::readCondition(const NodeReader &reader,
                                                        const YamlNode &node) {
  using Comparison = AppCondition::Comparison;
  // Two-letter signs first, so that '>=' is not taken for '>'.
  static constexpr std::pair<std::string_view, Comparison> kSigns[] = {
      {">=", Comparison::kGreaterEqual}, {"<=", Comparison::kLessEqual}, {"==", Comparison::kEqual},
      {"!=", Comparison::kNotEqual},     {">", Comparison::kGreater},    {"<", Comparison::kLess}};
  auto trim = [](std::string_view text) {
    while (!text.empty() && text.front() == ' ')
      text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
      text.remove_suffix(1);
    return text;
  };
  TANDEM_ASSIGN_OR_RETURN(std::string text, reader.word(node, "when"));
  for (auto [sign, comparison] : kSigns) {
    size_t at = text.find(sign);
    if (at == std::string::npos)
      continue;
    std::string_view left = trim(std::string_view(text).substr(0, at));
    std::optional<double> limit =
        parseNumber(trim(std::string_view(text).substr(at + sign.size())));
    if (left.empty() || !limit)
      break;
    return DraftCondition{{std::string(left), node.line}, comparison, *limit};
  }
  return reader.error(node.line, "'when' is '", text,
                      "', expected a comparison with a number, as in 'live >= 0.5'");
}

Status ApplicationReader::readLoopAndCondition(const NodeReader &reader, DraftStep &draft) {
  if (const YamlNode *node = reader.node().find("for_each")) {
    TANDEM_ASSIGN_OR_RETURN(std::string text, reader.word(*node, "for_each"));
    draft.forEach = DraftReference{std::move(text), node->line};
  }
  if (const YamlNode *node = reader.node().find("when")) {
    TANDEM_ASSIGN_OR_RETURN(draft.when, readCondition(reader, *node));
  }
  return {};
}

Status ApplicationReader::readModelOutputs(const NodeReader &reader, DraftStep &draft) {
  AppStep &step = draft.step;
  const YamlNode *outputs = reader.node().find("outputs");
  if (!outputs) {
    step.outputNames = step.modelOutputs = {""};
  } else if (outputs->kind != YamlNode::Kind::kMap) {
    TANDEM_ASSIGN_OR_RETURN(std::string only, reader.word(*outputs, "outputs"));
    step.outputNames = {""};
    step.modelOutputs = {std::move(only)};
  } else {
    for (const YamlNode::Entry &entry : outputs->entries) {
      TANDEM_RETURN_IF_ERROR(requireName(entry));
      TANDEM_ASSIGN_OR_RETURN(std::string tensor, reader.word(entry.value, entry.key));
      step.outputNames.push_back(entry.key);
      step.modelOutputs.push_back(std::move(tensor));
    }
  }
  step.outputTypes.assign(step.outputNames.size(), ValueType::kTensor);
  return {};
}

Status ApplicationReader::readModelStep(const NodeReader &reader, DraftStep &draft) {
  TANDEM_RETURN_IF_ERROR(reader.requireKeys({"model", "inputs", "outputs", "for_each", "when"}));
  const YamlNode &node = *reader.node().find("model");
  TANDEM_ASSIGN_OR_RETURN(std::string name, reader.word(node, "model"));
  const std::vector<AppModel> &models = draft_.app.models;
  auto found = std::ranges::find(models, name, &AppModel::name);
  if (found == models.end()) {
    std::vector<std::string> names;
    names.reserve(models.size());
    for (const AppModel &model : models)
      names.push_back(model.name);
    return reader.error(node.line, "step '", draft.step.name, "' runs model '", name,
                        "', which 'models' does not have; it has ", listOfWords(names));
  }
  draft.step.model = static_cast<int>(found - models.begin());
  TANDEM_RETURN_IF_ERROR(reader.require("inputs", "what goes into the model").status());
  return readModelOutputs(reader, draft);
}

Status ApplicationReader::readKindStep(const NodeReader &reader, DraftStep &draft) {
  const YamlNode &node = *reader.node().find("uses");
  TANDEM_ASSIGN_OR_RETURN(draft.step.uses, reader.word(node, "uses"));
  auto found = std::ranges::find(kinds_, draft.step.uses, &StepKind::name);
  if (found == kinds_.end()) {
    std::vector<std::string> names;
    names.reserve(kinds_.size());
    for (const StepKind &kind : kinds_)
      names.push_back(kind.name);
    return reader.error(node.line, "step '", draft.step.name, "' uses '", draft.step.uses,
                        "', expected one of ", listOfWords(names));
  }
  draft.kind = &*found;
  std::vector<std::string> keys = {"uses", "inputs", "for_each", "when"};
  for (const OptionKind &option : found->options)
    keys.push_back(option.name);
  TANDEM_RETURN_IF_ERROR(reader.requireKeys(keys));
  for (const OptionKind &option : found->options) {
    if (const YamlNode *value = reader.node().find(option.name)) {
      TANDEM_ASSIGN_OR_RETURN(draft.step.options[option.name], reader.option(*value, option));
    } else if (option.otherwise) {
      draft.step.options[option.name] = *option.otherwise;
    } else {
      return reader.error(reader.node().line, "step '", draft.step.name, "' has no '", option.name,
                          "', which ", draft.step.uses, " needs");
    }
  }
  for (const Port &port : found->outputs) {
    draft.step.outputNames.push_back(port.name);
    draft.step.outputTypes.push_back(port.type);
  }
  return {};
}

Status ApplicationReader::readStep(const YamlNode::Entry &entry) {
  TANDEM_RETURN_IF_ERROR(requireName(entry));
  if (entry.key == "frame")
    return Error(Code::kInvalidArgument, draft_.app.place(entry.line),
                 "'frame' cannot name a step, it is the picture that comes in");
  NodeReader reader(path_, entry.value, "step '" + entry.key + "'");
  TANDEM_RETURN_IF_ERROR(reader.requireMap());
  DraftStep draft;
  draft.step.name = entry.key;
  draft.step.line = entry.line;
  bool runsModel = entry.value.find("model"), usesKind = entry.value.find("uses");
  if (!runsModel && !usesKind) {
    TANDEM_RETURN_IF_ERROR(
        reader.requireKeys({"model", "uses", "inputs", "outputs", "for_each", "when"}));
    return reader.error(entry.line, "step '", entry.key, "' has neither 'model' nor 'uses'");
  }
  if (runsModel && usesKind)
    return reader.error(entry.line, "step '", entry.key,
                        "' has 'model' and 'uses', expected only one of them");
  TANDEM_RETURN_IF_ERROR(runsModel ? readModelStep(reader, draft) : readKindStep(reader, draft));
  TANDEM_RETURN_IF_ERROR(readInputs(reader, draft));
  TANDEM_RETURN_IF_ERROR(readLoopAndCondition(reader, draft));
  draft_.steps.push_back(std::move(draft));
  return {};
}

Status ApplicationReader::readSteps(const YamlNode &node) {
  TANDEM_RETURN_IF_ERROR(NodeReader(path_, node, "'steps'").requireMap());
  for (const YamlNode::Entry &entry : node.entries)
    TANDEM_RETURN_IF_ERROR(readStep(entry));
  return {};
}

Status ApplicationReader::readResults(const YamlNode &node) {
  TANDEM_RETURN_IF_ERROR(NodeReader(path_, node, "'results'").requireMap());
  for (const YamlNode::Entry &entry : node.entries) {
    TANDEM_RETURN_IF_ERROR(requireName(entry));
    NodeReader reader(path_, entry.value, "result '" + entry.key + "'");
    if (std::ranges::find(kReportKeys, entry.key) != kReportKeys.end())
      return reader.error(
          entry.line, "result '", entry.key,
          "' has the name of what a report says of every picture, expected none of ",
          listOfWords({kReportKeys.begin(), kReportKeys.end()}));
    DraftResult draft;
    draft.result.name = entry.key;
    draft.result.line = entry.line;
    const YamlNode *from = &entry.value;
    if (entry.value.kind == YamlNode::Kind::kMap) {
      TANDEM_RETURN_IF_ERROR(reader.requireKeys({"from", "with"}));
      TANDEM_ASSIGN_OR_RETURN(from, reader.require("from", "the step that it comes from"));
    }
    TANDEM_ASSIGN_OR_RETURN(draft.value.text, reader.word(*from, "from"));
    draft.value.line = from->line;
    if (const YamlNode *with = entry.value.find("with")) {
      NodeReader fields(path_, *with, "'with' of result '" + entry.key + "'");
      TANDEM_RETURN_IF_ERROR(fields.requireMap());
      for (const YamlNode::Entry &field : with->entries) {
        TANDEM_RETURN_IF_ERROR(requireName(field));
        TANDEM_ASSIGN_OR_RETURN(std::string text, fields.word(field.value, field.key));
        draft.fields.push_back({field.key, {std::move(text), field.value.line}});
      }
    }
    draft_.results.push_back(std::move(draft));
  }
  return {};
}

Result<Application> ApplicationReader::read(const YamlNode &root) {
  draft_.app.path = path_;
  NodeReader reader(path_, root, "the application");
  TANDEM_RETURN_IF_ERROR(reader.requireMap());
  TANDEM_RETURN_IF_ERROR(reader.requireKeys(
      {"tandem", "name", "deadline", "fetched_by", "models", "steps", "results"}));
  TANDEM_ASSIGN_OR_RETURN(const YamlNode *version,
                          reader.require("tandem", "'tandem: 1', the version of the format"));
  TANDEM_ASSIGN_OR_RETURN(int64_t number, reader.integer(*version, "tandem"));
  if (number != kFormatVersion)
    return Error(Code::kUnsupported, draft_.app.place(version->line), "version ", number,
                 " of the application format, this build reads ", kFormatVersion);
  draft_.app.name = std::filesystem::path(path_).stem().string();
  if (const YamlNode *name = root.find("name")) {
    TANDEM_ASSIGN_OR_RETURN(draft_.app.name, reader.word(*name, "name"));
  }
  if (const YamlNode *command = root.find("fetched_by")) {
    TANDEM_ASSIGN_OR_RETURN(draft_.app.fetchedBy, reader.word(*command, "fetched_by"));
  }
  if (const YamlNode *deadline = root.find("deadline")) {
    constexpr double kMost = 1e9;
    double &ms = draft_.app.deadlineMs;
    TANDEM_ASSIGN_OR_RETURN(ms, reader.number(*deadline, "deadline"));
    if (ms <= 0 || ms > kMost)
      return reader.error(deadline->line, "'deadline' of the application is ", ms,
                          ", expected milliseconds above 0 and up to ", kMost);
  }
  if (const YamlNode *models = root.find("models"))
    TANDEM_RETURN_IF_ERROR(readModels(*models));
  TANDEM_ASSIGN_OR_RETURN(const YamlNode *steps, reader.require("steps", "a map of steps"));
  TANDEM_RETURN_IF_ERROR(readSteps(*steps));
  TANDEM_ASSIGN_OR_RETURN(const YamlNode *results, reader.require("results", "a map of results"));
  TANDEM_RETURN_IF_ERROR(readResults(*results));
  return resolveDraft(std::move(draft_));
}

} // namespace

Result<Application> parseApplication(std::string_view yaml, const std::string &path,
                                     const std::vector<StepKind> &kinds) {
  TANDEM_ASSIGN_OR_RETURN(YamlNode root, parseYaml(yaml, path));
  return ApplicationReader(path, kinds).read(root);
}

Result<Application> loadApplication(const std::string &path, const std::vector<StepKind> &kinds) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return parseApplication(file.text(), path, kinds);
}

} // namespace tandem

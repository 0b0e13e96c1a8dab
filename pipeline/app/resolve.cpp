#include "pipeline/app/draft.h"

#include <algorithm>
#include <map>

namespace tandem {
namespace {

/// What a reference of the file turned out to be.
struct Found {
  AppReference reference;
  ValueType type = ValueType::kImage;
  /// The detections that the value is made for each of; none: once a frame.
  std::optional<AppReference> perItemOf;
};

bool same(const AppReference &a, const AppReference &b) {
  return a.step == b.step && a.output == b.output;
}

/// Works on steps in the order of the file; sorted at the end.
class Resolver {
public:
  explicit Resolver(Draft draft) : draft_(std::move(draft)) {
    for (size_t i = 0; i < draft_.steps.size(); ++i)
      stepByName_[draft_.steps[i].step.name] = static_cast<int>(i);
  }

  Result<Application> resolve();

private:
  template <typename... Parts> Error error(int line, const Parts &...parts) const {
    return Error(Code::kInvalidArgument, draft_.app.place(line), parts...);
  }
  Result<Found> find(const DraftReference &draft) const;
  Result<Found> findOutput(const DraftReference &draft, int step, std::string_view output) const;
  Status resolveLoops();
  Status resolveStep(DraftStep &draft);
  Status bindModelInputs(DraftStep &draft);
  Status bindPorts(DraftStep &draft);
  Status bindCondition(DraftStep &draft);
  Status requireReachable(const Found &found, const DraftReference &draft,
                          const AppStep &step) const;
  Status resolveResult(DraftResult &draft);
  Result<std::vector<int>> order() const;
  std::vector<int> needsOf(const AppStep &step) const;
  Error cycleThrough(const std::vector<bool> &done) const;
  void renumber(const std::vector<int> &order);

  Draft draft_;
  std::map<std::string, int, std::less<>> stepByName_;
};

Result<Found> Resolver::find(const DraftReference &draft) const {
  std::string_view text = draft.text;
  if (text == "frame")
    return Found{};
  size_t dot = text.find('.');
  std::string_view name = text.substr(0, dot);
  auto found = stepByName_.find(name);
  if (found == stepByName_.end())
    return error(draft.line, "no step is named '", name, "'");
  return findOutput(draft, found->second,
                    dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1));
}

Result<Found> Resolver::findOutput(const DraftReference &draft, int step,
                                   std::string_view output) const {
  const AppStep &source = draft_.steps[static_cast<size_t>(step)].step;
  const std::vector<std::string> &names = source.outputNames;
  size_t index = 0;
  if (output.empty()) {
    if (names.size() != 1)
      return error(draft.line, "step '", source.name, "' gives ", listOfWords(names),
                   "; say which, as in '", source.name, ".", names.empty() ? "" : names[0], "'");
  } else {
    index = static_cast<size_t>(std::ranges::find(names, output) - names.begin());
    if (index == names.size())
      return error(draft.line, "step '", source.name, "' gives no '", output, "', only ",
                   names == std::vector<std::string>{""} ? "'" + source.name + "' itself"
                                                         : listOfWords(names));
  }
  return Found{{step, static_cast<int>(index)}, source.outputTypes[index], source.forEach};
}

/// First of all, for what a reference means depends on the loops.
Status Resolver::resolveLoops() {
  for (DraftStep &draft : draft_.steps) {
    if (!draft.forEach)
      continue;
    TANDEM_ASSIGN_OR_RETURN(Found found, find(*draft.forEach));
    if (found.type != ValueType::kDetections)
      return error(draft.forEach->line, "'for_each' of step '", draft.step.name, "' is ",
                   valueTypeName(found.type), " '", draft.forEach->text, "', expected detections");
    draft.step.forEach = found.reference;
  }
  for (const DraftStep &draft : draft_.steps)
    if (draft.step.forEach) {
      const AppStep &source = draft_.steps[static_cast<size_t>(draft.step.forEach->step)].step;
      if (source.forEach)
        return error(draft.forEach->line, "step '", draft.step.name, "' goes over '",
                     draft.forEach->text, "', which is itself inside a for_each; one level is all");
    }
  return {};
}

Status Resolver::requireReachable(const Found &found, const DraftReference &draft,
                                  const AppStep &step) const {
  if (!found.perItemOf || (step.forEach && same(*step.forEach, *found.perItemOf)))
    return {};
  const std::string &loop = draft_.steps[static_cast<size_t>(found.perItemOf->step)].step.name;
  return error(draft.line, "'", draft.text, "' is made for each of '", loop, "', so step '",
               step.name, "' needs 'for_each: ", loop, "' to use it");
}

Status Resolver::bindModelInputs(DraftStep &draft) {
  for (const DraftReference &input : draft.inputs) {
    TANDEM_ASSIGN_OR_RETURN(Found found, find(input));
    TANDEM_RETURN_IF_ERROR(requireReachable(found, input, draft.step));
    if (found.type != ValueType::kTensor)
      return error(input.line, "step '", draft.step.name, "' puts ", valueTypeName(found.type),
                   " '", input.text, "' into a model, expected a tensor");
    draft.step.inputs.push_back(found.reference);
  }
  return {};
}

/// Reorders the inputs into the order of the kind's ports.
Status Resolver::bindPorts(DraftStep &draft) {
  AppStep &step = draft.step;
  const std::vector<Port> &ports = draft.kind->inputs;
  std::vector<std::string> names;
  names.reserve(ports.size());
  for (const Port &port : ports)
    names.push_back(port.name);
  std::vector<std::optional<AppReference>> bound(ports.size()); // every kind has an input
  for (size_t i = 0; i < draft.inputs.size(); ++i) {
    const DraftReference &input = draft.inputs[i];
    const std::string &name = step.inputNames[i].empty() ? names[0] : step.inputNames[i];
    size_t index = static_cast<size_t>(std::ranges::find(names, name) - names.begin());
    if (index == names.size())
      return error(input.line, "step '", step.name, "' has no input '", name, "', ", step.uses,
                   " takes ", listOfWords(names));
    TANDEM_ASSIGN_OR_RETURN(Found found, find(input));
    TANDEM_RETURN_IF_ERROR(requireReachable(found, input, step));
    if (step.forEach && same(found.reference, *step.forEach))
      found.type = ValueType::kDetection; // inside the loop its name means the current one
    if (found.type != ports[index].type)
      return error(input.line, "input '", name, "' of step '", step.name, "' is ",
                   valueTypeName(found.type), " '", input.text, "', expected ",
                   valueTypeName(ports[index].type));
    bound[index] = found.reference;
  }
  for (size_t i = 0; i < ports.size(); ++i)
    if (!bound[i] && !ports[i].optional)
      return error(step.line, "step '", step.name, "' lacks input '", names[i], "' (",
                   valueTypeName(ports[i].type), ")");
  step.inputNames = std::move(names);
  step.inputs = std::move(bound);
  return {};
}

Status Resolver::bindCondition(DraftStep &draft) {
  if (!draft.when)
    return {};
  TANDEM_ASSIGN_OR_RETURN(Found found, find(draft.when->number));
  TANDEM_RETURN_IF_ERROR(requireReachable(found, draft.when->number, draft.step));
  if (found.type != ValueType::kNumber)
    return error(draft.when->number.line, "'when' of step '", draft.step.name, "' looks at ",
                 valueTypeName(found.type), " '", draft.when->number.text, "', expected a number");
  draft.step.when = AppCondition{found.reference, draft.when->comparison, draft.when->limit};
  return {};
}

Status Resolver::resolveStep(DraftStep &draft) {
  TANDEM_RETURN_IF_ERROR(draft.kind ? bindPorts(draft) : bindModelInputs(draft));
  return bindCondition(draft);
}

Status Resolver::resolveResult(DraftResult &draft) {
  AppResult &result = draft.result;
  TANDEM_ASSIGN_OR_RETURN(Found found, find(draft.value));
  if (found.type == ValueType::kImage)
    return error(draft.value.line, "result '", result.name, "' is ", valueTypeName(found.type),
                 " '", draft.value.text,
                 "', expected detections, a label, scores, a number or a tensor");
  if (found.perItemOf)
    return error(draft.value.line, "result '", result.name, "' is made for each of '",
                 draft_.steps[static_cast<size_t>(found.perItemOf->step)].step.name,
                 "', it belongs under 'with' of the result of those");
  if (!draft.fields.empty() && found.type != ValueType::kDetections)
    return error(result.line, "result '", result.name, "' is ", valueTypeName(found.type),
                 ", only detections can have 'with'");
  result.value = found.reference;
  for (const auto &[name, field] : draft.fields) {
    TANDEM_ASSIGN_OR_RETURN(Found each, find(field));
    if (!each.perItemOf || !same(*each.perItemOf, found.reference))
      return error(field.line, "field '", name, "' of result '", result.name, "' is '", field.text,
                   "', expected what a step with 'for_each: ", draft.value.text, "' gives");
    if (name == "score" || name == "box" || name == "label")
      return error(field.line, "field '", name, "' of result '", result.name,
                   "' has the name of what every detection has");
    if (each.type == ValueType::kDetections)
      return error(field.line, "field '", name, "' of result '", result.name, "' is ",
                   valueTypeName(each.type), " '", field.text,
                   "', expected a label, scores, a number or a tensor");
    result.fields.emplace_back(name, each.reference);
  }
  return {};
}

std::vector<int> Resolver::needsOf(const AppStep &step) const {
  std::vector<int> needs;
  auto add = [&](const AppReference &reference) {
    if (reference.step != AppReference::kFrame)
      needs.push_back(reference.step);
  };
  for (const std::optional<AppReference> &input : step.inputs)
    if (input)
      add(*input);
  if (step.forEach)
    add(*step.forEach);
  if (step.when)
    add(step.when->number);
  return needs;
}

/// Follows the first unfinished need from the first unfinished step until a step comes again.
Error Resolver::cycleThrough(const std::vector<bool> &done) const {
  size_t step = static_cast<size_t>(std::ranges::find(done, false) - done.begin());
  std::vector<size_t> path;
  while (std::ranges::find(path, step) == path.end()) {
    path.push_back(step);
    for (int need : needsOf(draft_.steps[step].step))
      if (!done[static_cast<size_t>(need)]) {
        step = static_cast<size_t>(need);
        break;
      }
  }
  path.erase(path.begin(), std::ranges::find(path, step));
  std::string text;
  for (size_t member : path)
    text += "'" + draft_.steps[member].step.name + "' needs ";
  return error(draft_.steps[step].step.line, "a cycle of steps: ", text, "'",
               draft_.steps[step].step.name, "'");
}

Result<std::vector<int>> Resolver::order() const {
  size_t count = draft_.steps.size();
  std::vector<bool> done(count, false);
  std::vector<int> sorted;
  while (sorted.size() < count) {
    // The first step of the file that can run next, so that the file's own order stays where it
    // can.
    size_t next = 0;
    for (; next < count; ++next)
      if (!done[next] && std::ranges::all_of(needsOf(draft_.steps[next].step), [&](int need) {
            return done[static_cast<size_t>(need)];
          }))
        break;
    if (next == count)
      return cycleThrough(done);
    done[next] = true;
    sorted.push_back(static_cast<int>(next));
  }
  return sorted;
}

/// Moves the steps into the application in `order`, and every reference with them.
void Resolver::renumber(const std::vector<int> &order) {
  std::vector<int> place(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    place[static_cast<size_t>(order[i])] = static_cast<int>(i);
  auto move = [&](AppReference &reference) {
    if (reference.step != AppReference::kFrame)
      reference.step = place[static_cast<size_t>(reference.step)];
  };
  for (int index : order) {
    AppStep step = std::move(draft_.steps[static_cast<size_t>(index)].step);
    for (std::optional<AppReference> &input : step.inputs)
      if (input)
        move(*input);
    if (step.forEach)
      move(*step.forEach);
    if (step.when)
      move(step.when->number);
    draft_.app.steps.push_back(std::move(step));
  }
  for (DraftResult &draft : draft_.results) {
    move(draft.result.value);
    for (auto &[name, field] : draft.result.fields)
      move(field);
    draft_.app.results.push_back(std::move(draft.result));
  }
}

Result<Application> Resolver::resolve() {
  TANDEM_RETURN_IF_ERROR(resolveLoops());
  for (DraftStep &draft : draft_.steps)
    TANDEM_RETURN_IF_ERROR(resolveStep(draft));
  for (DraftResult &draft : draft_.results)
    TANDEM_RETURN_IF_ERROR(resolveResult(draft));
  TANDEM_ASSIGN_OR_RETURN(std::vector<int> sorted, order());
  renumber(sorted);
  return std::move(draft_.app);
}

} // namespace

Result<Application> resolveDraft(Draft draft) {
  return Resolver(std::move(draft)).resolve();
}

} // namespace tandem

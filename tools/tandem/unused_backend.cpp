#include "tools/tandem/unused_backend.h"

#include "base/printable.h"
#include "bundle/reader.h"
#include "tools/tandem/units.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tandem {
namespace {

using nlohmann::json;

/// Of what a bundle says, which may be a stranger's.
json valueAt(const json &object, const std::string &key) {
  return object.is_object() && object.contains(key) ? object[key] : json();
}

std::string textAt(const json &object, const std::string &key) {
  json value = valueAt(object, key);
  return value.is_string() ? printable(value.get<std::string>()) : "";
}

bool runsOn(std::string_view backend, const bundle::Reader &reader) {
  for (const bundle::Model *model : *reader.manifest().models())
    for (const bundle::Region *region : *model->regions())
      if (region->backend()->string_view() == backend)
        return true;
  return false;
}

struct Reason {
  std::string text;
  bool couldRunSome = false; ///< had the placement not been by cost
};

/// By a bundle's placement report.
Reason whyNothingRunsOn(std::string_view backend, const std::string &reportJson) {
  json report = json::parse(reportJson, nullptr, /*allow_exceptions=*/false);
  size_t ops = 0, cannot = 0;
  std::string first; // of those that it cannot run
  for (const json &op : valueAt(report, "ops")) {
    json asked = valueAt(valueAt(op, "alternatives"), std::string(backend));
    ++ops;
    if (valueAt(asked, "supported") == true)
      continue;
    json reasons = valueAt(asked, "reasons");
    if (cannot++ == 0 && reasons.is_array() && !reasons.empty() && reasons[0].is_string())
      first = textAt(op, "op") + " '" + textAt(op, "node") +
              "': " + printable(reasons[0].get<std::string>());
  }
  std::string text;
  if (cannot > 0)
    text = "it cannot run " + std::to_string(cannot) + " of " + std::to_string(ops) + " ops" +
           (first.empty() ? "" : " (" + first + ")");
  json placement = valueAt(report, "placement"), with = valueAt(placement, "greedy_us"),
       without = valueAt(placement, "predicted_us");
  if (cannot < ops && with.is_number() && without.is_number())
    text += (text.empty() ? "" : ", and ") + std::string("a run is predicted to take ") +
            timeText(with.get<double>()) + " with all on it that it can run and " +
            timeText(without.get<double>()) + " without";
  return {text.empty() ? "it is predicted to be slower" : text,
          cannot < ops && textAt(placement, "policy") == "cost"};
}

} // namespace

Result<std::string> whyNothingRunsOnFirst(const std::vector<std::string> &backends,
                                          const std::vector<NamedBundle> &bundles) {
  if (backends.size() < 2 || bundles.empty())
    return std::string();
  std::string text = "nothing runs on " + backends[0] + ", which --backends names first: ";
  bool couldRunSome = false;
  for (const NamedBundle &bundle : bundles) {
    TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::open(bundle.path));
    if (runsOn(backends[0], reader))
      return std::string();
    const auto *report = reader.manifest().report();
    Reason why = whyNothingRunsOn(backends[0], report ? report->str() : "");
    couldRunSome |= why.couldRunSome;
    text += (&bundle == bundles.data() ? "" : "; ") +
            (bundle.name.empty() ? "" : bundle.name + ": ") + why.text;
  }
  return text + (couldRunSome ? "; --placement greedy puts there what it can run" : "");
}

} // namespace tandem

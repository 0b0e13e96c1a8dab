#include "pipeline/plan/app_profile.h"

#include "base/file.h"
#include "base/json_file.h"
#include "devices/json_reader.h"

#include <algorithm>

namespace tandem {
namespace {

using Json = nlohmann::json;

constexpr int kMostDetections = 1'000'000, kMostFrames = 1'000'000'000, kMostSteps = 1'000'000;

JsonReader::Field whole(JsonReader &reader, int &into, int most) {
  return [&reader, &into, most](const Json &value, const std::string &place) {
    if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > most)
      return reader.wrong(place, "expected a whole number from 0 to " + std::to_string(most));
    into = static_cast<int>(value.get<int64_t>());
  };
}

/// Numbers by a name that the file is free to choose.
JsonReader::Field numbersByName(JsonReader &reader, std::map<std::string, double> &into,
                                double least, double most) {
  return [&reader, &into, least, most](const Json &value, const std::string &place) {
    if (!value.is_object())
      return reader.wrong(place, "expected an object");
    for (const auto &[name, number] : value.items()) {
      std::string at = place + "['" + name + "']";
      reader.number(into[name])(number, at);
      if (into[name] < least || into[name] > most)
        reader.wrong(at, "is out of range");
    }
  };
}

void readTask(JsonReader &reader, const Json &value, const std::string &place,
              AppProfile::TaskProfile &task) {
  constexpr double kAnything = 1e300;
  reader.object(value, place,
                {{"name", reader.text(task.name)},
                 {"us", numbersByName(reader, task.us, 0, kAnything)},
                 {"together", numbersByName(reader, task.together, 1, kAnything)},
                 {"core_us", numbersByName(reader, task.coreUs, 0, kAnything)}},
                {"name", "us"});
}

JsonReader::Field overheads(JsonReader &reader, AppProfile::Overheads &into) {
  return [&](const Json &value, const std::string &place) {
    reader.object(value, place,
                  {{"dispatch_us", reader.number(into.dispatchUs)},
                   {"hand_off_us", reader.number(into.handOffUs)},
                   {"us_per_byte", reader.number(into.usPerByte)},
                   {"read_us", reader.number(into.readUs)},
                   {"collect_us", reader.number(into.collectUs)}},
                  {});
  };
}

JsonReader::Field countsByName(JsonReader &reader, std::map<std::string, std::vector<int>> &into) {
  return [&](const Json &value, const std::string &place) {
    if (!value.is_object())
      return reader.wrong(place, "expected an object");
    for (const auto &[name, list] : value.items()) {
      std::vector<int> &counts = into[name];
      reader.list(list, place + "['" + name + "']", [&](const Json &count, const std::string &at) {
        whole(reader, counts.emplace_back(), kMostDetections)(count, at);
      });
    }
  };
}

JsonReader::Field cutsByModel(JsonReader &reader,
                              std::map<std::string, std::vector<std::vector<size_t>>> &into) {
  return [&](const Json &value, const std::string &place) {
    if (!value.is_object())
      return reader.wrong(place, "expected an object");
    for (const auto &[name, regions] : value.items()) {
      auto &cuts = into[name];
      reader.list(regions, place + "['" + name + "']",
                  [&](const Json &list, const std::string &at) {
                    cuts.emplace_back();
                    reader.list(list, at, [&](const Json &step, const std::string &where) {
                      int number = 0;
                      whole(reader, number, kMostSteps)(step, where);
                      cuts.back().push_back(static_cast<size_t>(number));
                    });
                  });
    }
  };
}

} // namespace

const AppProfile::TaskProfile *AppProfile::task(std::string_view name) const {
  auto found = std::ranges::find(tasks, name, &TaskProfile::name);
  return found == tasks.end() ? nullptr : &*found;
}

Result<AppProfile> parseAppProfile(const std::string &path, std::string_view text) {
  TANDEM_ASSIGN_OR_RETURN(Json json, parseJsonFile(path, text));
  JsonReader reader(path);
  AppProfile profile;
  int version = 0;
  auto tasks = [&](const Json &list, const std::string &place) {
    reader.list(list, place, [&](const Json &value, const std::string &at) {
      profile.tasks.emplace_back();
      readTask(reader, value, at, profile.tasks.back());
    });
  };
  auto modelled = [&](const Json &list, const std::string &place) {
    reader.list(list, place, [&](const Json &kind, const std::string &at) {
      reader.text(profile.modelled.emplace_back())(kind, at);
    });
  };
  reader.object(json, "",
                {{"version", whole(reader, version, kMostFrames)},
                 {"application", reader.text(profile.application)},
                 {"machine", reader.text(profile.machine)},
                 {"measured_at", reader.text(profile.measuredAt)},
                 {"frames", whole(reader, profile.frames, kMostFrames)},
                 {"tasks", tasks},
                 {"overheads", overheads(reader, profile.overheads)},
                 {"detections", countsByName(reader, profile.detections)},
                 {"holds", numbersByName(reader, profile.holds, 0, 1)},
                 {"cuts", cutsByModel(reader, profile.cuts)},
                 {"modelled", modelled}},
                {"version", "application", "tasks"});
  if (!reader.error() && version != AppProfile::kVersion)
    reader.wrong("version", "is " + std::to_string(version) + ", expected " +
                                std::to_string(AppProfile::kVersion) +
                                ", profile the application again");
  if (reader.error())
    return *reader.error();
  return profile;
}

std::string appProfileText(const AppProfile &profile) {
  using nlohmann::ordered_json;
  ordered_json tasks = ordered_json::array();
  for (const AppProfile::TaskProfile &task : profile.tasks) {
    ordered_json entry = {{"name", task.name}, {"us", task.us}};
    if (!task.together.empty())
      entry["together"] = task.together;
    if (!task.coreUs.empty())
      entry["core_us"] = task.coreUs;
    tasks.push_back(std::move(entry));
  }
  const AppProfile::Overheads &overheads = profile.overheads;
  ordered_json json = {{"version", AppProfile::kVersion},
                       {"application", profile.application},
                       {"machine", profile.machine},
                       {"measured_at", profile.measuredAt},
                       {"frames", profile.frames},
                       {"tasks", std::move(tasks)},
                       {"overheads",
                        {{"dispatch_us", overheads.dispatchUs},
                         {"hand_off_us", overheads.handOffUs},
                         {"us_per_byte", overheads.usPerByte},
                         {"read_us", overheads.readUs},
                         {"collect_us", overheads.collectUs}}},
                       {"detections", profile.detections},
                       {"holds", profile.holds},
                       {"cuts", profile.cuts}};
  if (!profile.modelled.empty())
    json["modelled"] = profile.modelled;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<AppProfile> loadAppProfile(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return parseAppProfile(path, file.text());
}

Status saveAppProfile(const std::string &path, const AppProfile &profile) {
  return writeFileAtomically(path, appProfileText(profile));
}

} // namespace tandem

// The reader of devices/*.json; docs/device-format.md says what stands there.

#include "base/json_file.h"
#include "devices/json_reader.h"
#include "devices/profile.h"

#include <optional>

namespace tandem {
namespace {

using Json = nlohmann::json;

/// What profiles have beside texts and numbers.
class Reader : public JsonReader {
public:
  using JsonReader::JsonReader;

  Field count(int &into) {
    return [&into, this](const Json &value, const std::string &place) {
      if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > 4096)
        return wrong(place, "expected a whole number from 1 to 4096");
      into = static_cast<int>(value.get<int64_t>());
    };
  }

  Field coreNumbers(std::vector<int> &into) {
    return [&into, this](const Json &value, const std::string &place) {
      list(value, place, [&](const Json &core, const std::string &at) {
        constexpr int64_t kMost = 4095;
        if (!core.is_number_integer() || core.get<int64_t>() < 0 || core.get<int64_t>() > kMost)
          return wrong(at, "expected a whole number from 0 to " + std::to_string(kMost));
        into.push_back(static_cast<int>(core.get<int64_t>()));
      });
    };
  }

  std::optional<ElementType> elementType(const std::string &name, const std::string &place) {
    std::optional<ElementType> type = elementTypeFromName(name);
    if (!type)
      wrong(place, "'" + name + "' is no element type");
    return type;
  }
};

std::string lastPart(const std::string &place) {
  return place.substr(place.rfind('.') + 1);
}

constexpr double kPerUs = 1e3; // giga a second is kilo a microsecond

/// Names to texts, as "refuses" and "properties" are.
Reader::Field textMap(Reader &reader, std::map<std::string, std::string> &into) {
  return [&](const Json &value, const std::string &place) {
    reader.members(value, place, [&](const Json &member, const std::string &where) {
      reader.text(into[lastPart(where)])(member, where);
    });
  };
}

/// Numbers by kind of work, of the kinds from `first` to `last`.
Reader::Field ratesOf(Reader &reader, Processor &processor, WorkKind first, WorkKind last) {
  return [&reader, &processor, first, last](const Json &value, const std::string &place) {
    std::map<std::string, Reader::Field> fields;
    for (auto kind = static_cast<size_t>(first); kind <= static_cast<size_t>(last); ++kind)
      fields[std::string(workKindName(static_cast<WorkKind>(kind)))] =
          reader.number(processor.efficiency[kind]);
    reader.object(value, place, fields);
  };
}

void readProcessor(Reader &reader, const Json &value, const std::string &place,
                   Processor &processor) {
  auto types = [&](const Json &list, const std::string &where) {
    reader.list(list, where, [&](const Json &name, const std::string &at) {
      std::string text;
      reader.text(text)(name, at);
      if (auto type = reader.elementType(text, at))
        processor.types.push_back(*type);
    });
  };
  auto peaks = [&](const Json &object, const std::string &where) {
    reader.members(object, where, [&](const Json &rate, const std::string &at) {
      if (auto type = reader.elementType(lastPart(at), at))
        reader.number(processor.peakMacsPerUs[*type], kPerUs)(rate, at);
    });
  };
  auto transfer = [&](const Json &object, const std::string &where) {
    reader.object(object, where,
                  {{"us", reader.number(processor.transferUs)},
                   {"gbps", reader.number(processor.transferBytesPerUs, kPerUs)}},
                  {"us", "gbps"});
  };
  reader.object(
      value, place,
      {{"name", reader.text(processor.name)},
       {"title", reader.text(processor.title)},
       {"backend", reader.text(processor.backend)},
       {"version", reader.text(processor.version)},
       {"count", reader.count(processor.count)},
       {"cores", reader.coreNumbers(processor.cores)},
       {"on_request", reader.flag(processor.onRequest)},
       {"types", types},
       {"refuses", textMap(reader, processor.refuses)},
       {"properties", textMap(reader, processor.properties)},
       {"peak_gmacs", peaks},
       {"efficiency", ratesOf(reader, processor, WorkKind::kConvolution, WorkKind::kMatrix)},
       {"elements_per_us",
        ratesOf(reader, processor, WorkKind::kElementwise, WorkKind::kDataMovement)},
       {"memory_gbps", reader.number(processor.bytesPerUs, kPerUs)},
       {"op_us", reader.number(processor.opUs)},
       {"dispatch_us", reader.number(processor.dispatchUs)},
       {"transfer", transfer}},
      {"name", "backend"});
}

/// What processors must not say of one another.
void checkProcessors(Reader &reader, const DeviceProfile &profile) {
  for (size_t i = 0; i < profile.processors.size(); ++i) {
    const Processor &processor = profile.processors[i];
    std::string place = "processors[" + std::to_string(i) + "]";
    if (profile.processorOf(processor.backend, processor.name) != &processor)
      reader.wrong(place, "backend '" + processor.backend + "' has a processor '" + processor.name +
                              "' already");
    if (!processor.cores.empty() && processor.cores.size() != static_cast<size_t>(processor.count))
      reader.wrong(place + ".cores", "has " + std::to_string(processor.cores.size()) +
                                         " numbers, 'count' is " + std::to_string(processor.count));
  }
}

} // namespace

Result<DeviceProfile> parseProfile(const std::string &path, std::string_view text) {
  TANDEM_ASSIGN_OR_RETURN(Json json, parseJsonFile(path, text));
  DeviceProfile profile;
  Reader reader(path);
  std::map<std::string, std::string> sources; // for people
  auto processors = [&](const Json &list, const std::string &place) {
    reader.list(list, place, [&](const Json &value, const std::string &where) {
      profile.processors.emplace_back();
      readProcessor(reader, value, where, profile.processors.back());
    });
  };
  auto measured = [&](const Json &object, const std::string &place) {
    if (!object.is_object())
      return reader.wrong(place, "expected an object");
    for (const auto &[signature, us] : object.items())
      reader.number(profile.measuredUs[signature])(us, place + "['" + signature + "']");
  };
  reader.object(json, "",
                {{"name", reader.text(profile.name)},
                 {"title", reader.text(profile.title)},
                 {"modelled", reader.flag(profile.modelled)},
                 {"sources", textMap(reader, sources)},
                 {"processors", processors},
                 {"measured_us", measured}},
                {"name", "processors"});
  checkProcessors(reader, profile);
  if (reader.error())
    return *reader.error();
  return profile;
}

} // namespace tandem

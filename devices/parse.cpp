// The reader of devices/*.json; docs/device-format.md says what stands there.

#include "devices/profile.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <optional>

namespace tandem {
namespace {

using Json = nlohmann::json;

/// Collects the first thing that is wrong, with its place in the file.
class Reader {
public:
  explicit Reader(const std::string &path) : path_(path) {}

  using Field = std::function<void(const Json &value, const std::string &place)>;

  /// Calls the field of every member; a member without one, or a required one that is not there,
  /// is wrong.
  void object(const Json &value, const std::string &place,
              const std::map<std::string, Field> &fields,
              std::initializer_list<const char *> required = {}) {
    if (!value.is_object())
      return wrong(place, "expected an object");
    for (const auto &[key, member] : value.items()) {
      auto field = fields.find(key);
      if (field == fields.end())
        return wrong(place, "unknown key '" + key + "'");
      field->second(member, place.empty() ? key : place + "." + key);
    }
    for (const char *key : required)
      if (!value.contains(key))
        return wrong(place, std::string("'") + key + "' is missing");
  }

  void members(const Json &value, const std::string &place, const Field &each) {
    if (!value.is_object())
      return wrong(place, "expected an object");
    for (const auto &[key, member] : value.items())
      each(member, place + "." + key);
  }

  void list(const Json &value, const std::string &place, const Field &each) {
    if (!value.is_array())
      return wrong(place, "expected a list");
    for (size_t i = 0; i < value.size(); ++i)
      each(value[i], place + "[" + std::to_string(i) + "]");
  }

  Field text(std::string &into) {
    return [&into, this](const Json &value, const std::string &place) {
      if (!value.is_string())
        return wrong(place, "expected a text");
      into = value.get<std::string>();
    };
  }

  Field flag(bool &into) {
    return [&into, this](const Json &value, const std::string &place) {
      if (!value.is_boolean())
        return wrong(place, "expected true or false");
      into = value.get<bool>();
    };
  }

  /// A finite number that is not negative, times `factor`.
  Field number(double &into, double factor = 1) {
    return [&into, factor, this](const Json &value, const std::string &place) {
      double read = value.is_number() ? value.get<double>() : -1;
      if (!std::isfinite(read) || read < 0)
        return wrong(place, "expected a number that is not negative");
      into = read * factor;
    };
  }

  Field count(int &into) {
    return [&into, this](const Json &value, const std::string &place) {
      if (!value.is_number_integer() || value.get<int64_t>() < 1 || value.get<int64_t>() > 4096)
        return wrong(place, "expected a whole number from 1 to 4096");
      into = static_cast<int>(value.get<int64_t>());
    };
  }

  std::optional<ElementType> elementType(const std::string &name, const std::string &place) {
    std::optional<ElementType> type = elementTypeFromName(name);
    if (!type)
      wrong(place, "'" + name + "' is no element type");
    return type;
  }

  void wrong(const std::string &place, const std::string &what) {
    if (!error_)
      error_ = Error(Code::kCorruptData, path_, place.empty() ? "" : place + ": ", what);
  }
  const std::optional<Error> &error() const { return error_; }

private:
  std::string path_;
  std::optional<Error> error_;
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

} // namespace

Result<DeviceProfile> parseProfile(const std::string &path, std::string_view text) {
  // Without exceptions a parser of nlohmann's gives no place; a handler would be longer than this.
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded())
    return Error(Code::kCorruptData, path, "not a JSON file");
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
  for (size_t i = 0; i < profile.processors.size(); ++i)
    if (profile.processorOf(profile.processors[i].backend) != &profile.processors[i])
      reader.wrong("processors[" + std::to_string(i) + "]",
                   "backend '" + profile.processors[i].backend + "' has a processor already");
  if (reader.error())
    return *reader.error();
  return profile;
}

} // namespace tandem

#include "compiler/backend/tuning_log.h"

#include "base/file.h"

#include "llvm/Support/JSON.h"

namespace tandem {
namespace {

using llvm::StringRef;
namespace json = llvm::json;

constexpr StringRef kFormat = "tandem-tuning";
constexpr int64_t kVersion = 1;

Error noLog(const std::string &path, const auto &...what) {
  return Error(Code::kCorruptData, path, "no tuning log: ", what...);
}

Result<const json::Array *> entriesOf(const json::Value &file, const std::string &path) {
  const json::Object *log = file.getAsObject();
  if (!log || log->getString("format") != kFormat)
    return noLog(path, "'format' is not '", kFormat.str(), "'");
  std::optional<int64_t> version = log->getInteger("version");
  if (!version)
    return noLog(path, "'version' is no number");
  if (*version != kVersion)
    return Error(Code::kUnsupported, path, "tuning log of version ", *version,
                 ", this build reads ", kVersion);
  const json::Array *entries = log->getArray("schedules");
  if (!entries)
    return noLog(path, "'schedules' is no list");
  return entries;
}

} // namespace

Result<TuningLog> TuningLog::read(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  llvm::Expected<json::Value> parsed = json::parse(file.text());
  if (!parsed)
    return noLog(path, llvm::toString(parsed.takeError()));
  TANDEM_ASSIGN_OR_RETURN(const json::Array *entries, entriesOf(*parsed, path));
  TuningLog log;
  for (size_t i = 0; i < entries->size(); ++i) {
    const json::Object *entry = (*entries)[i].getAsObject();
    if (!entry)
      return noLog(path, "schedule ", i, " is no object");
    auto machine = entry->getString("machine"), operation = entry->getString("operation"),
         schedule = entry->getString("schedule");
    auto us = entry->getNumber("us"), modelUs = entry->getNumber("model_us");
    if (!machine || !operation || !schedule || !us || !modelUs)
      return noLog(path, "schedule ", i,
                   " lacks one of 'machine', 'operation', 'schedule', 'us', 'model_us'");
    log.entries[{machine->str(), operation->str()}] = {schedule->str(), *us, *modelUs};
  }
  return log;
}

Status TuningLog::write(const std::string &path) const {
  std::string text;
  llvm::raw_string_ostream out(text);
  json::OStream json(out, /*IndentSize=*/1);
  json.object([&] {
    json.attribute("format", kFormat);
    json.attribute("version", kVersion);
    json.attributeArray("schedules", [&] {
      for (const auto &[key, entry] : entries)
        json.object([&] {
          json.attribute("machine", json::fixUTF8(key.first));
          json.attribute("operation", json::fixUTF8(key.second));
          json.attribute("schedule", json::fixUTF8(entry.schedule));
          json.attribute("us", entry.us);
          json.attribute("model_us", entry.modelUs);
        });
    });
  });
  return writeFileAtomically(path, text + "\n");
}

} // namespace tandem

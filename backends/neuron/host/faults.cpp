#include "backends/neuron/host/faults.h"

#include "backends/neuron/host/reply.h"

#include <charconv>

namespace tandem::neuron::host {
namespace {
constexpr std::string_view kVariable = "TANDEM_NEURON_FAULT";

/// Up to the separator, which is taken too; all of it when there is none.
std::string_view take(std::string_view &text, char separator) {
  size_t end = text.find(separator);
  std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

/// "4", "BAD_DATA", "NEURON_BAD_DATA"; any number that is a result code may be asked for.
std::optional<int> resultCode(std::string_view text) {
  if (std::optional<uint64_t> value = number(text))
    return *value >= 1 && *value <= 1000 ? std::optional(static_cast<int>(*value)) : std::nullopt;
  int code = resultFromName(text);
  return code > 0 ? std::optional(code) : std::nullopt;
}
} // namespace

Result<FaultPlan::Entry> FaultPlan::parseEntry(std::string_view text) {
  std::string_view rest = text;
  std::string_view name = take(rest, ':'), call = take(rest, ':');
  std::optional<Function> function = functionFromName(name);
  if (!function)
    return Error(Code::kInvalidArgument, kVariable, "the ABI has no function '", name, "'");
  Entry entry = {.function = *function, .call = 1, .andLater = call.ends_with('+'), .fault = {}};
  if (entry.andLater)
    call.remove_suffix(1);
  std::optional<uint64_t> first = number(call);
  if (!first || *first == 0)
    return Error(Code::kInvalidArgument, kVariable, "'", text,
                 "' has no call number, expected FUNCTION:CALL:CODE with a call from 1 on");
  entry.call = *first;
  constexpr std::string_view kHang = "hang=";
  if (rest.starts_with(kHang)) {
    std::optional<uint64_t> milliseconds = number(rest.substr(kHang.size()));
    if (!milliseconds)
      return Error(Code::kInvalidArgument, kVariable, "'", text,
                   "' hangs for no number of milliseconds");
    entry.fault.hangMs = *milliseconds;
    return entry;
  }
  std::optional<int> code = resultCode(rest);
  if (!code)
    return Error(Code::kInvalidArgument, kVariable, "'", text, "' ends in '", rest,
                 "', expected a result code or hang=MILLISECONDS");
  if (!returnsCode(*function))
    return Error(Code::kInvalidArgument, kVariable, "'", name,
                 "' returns no result code, it can only hang");
  entry.fault.code = *code;
  return entry;
}

Result<FaultPlan> FaultPlan::parse(std::string_view text) {
  FaultPlan plan;
  while (!text.empty()) {
    TANDEM_ASSIGN_OR_RETURN(Entry entry, parseEntry(take(text, ',')));
    plan.entries_.push_back(entry);
  }
  return plan;
}

Fault FaultPlan::next(Function function) {
  if (entries_.empty())
    return {};
  uint64_t call = ++calls_[static_cast<size_t>(function)];
  Fault result;
  for (const Entry &entry : entries_) {
    if (entry.function != function || call < entry.call || (call > entry.call && !entry.andLater))
      continue;
    result.hangMs += entry.fault.hangMs;
    if (entry.fault.code)
      result.code = entry.fault.code;
  }
  return result;
}

} // namespace tandem::neuron::host

#include "base/result.h"

#include "base/printable.h"

namespace tandem {

std::string_view codeName(Code code) {
  switch (code) {
  case Code::kOk:
    return "ok";
  case Code::kInvalidArgument:
    return "invalid-argument";
  case Code::kNotFound:
    return "not-found";
  case Code::kCorruptData:
    return "corrupt-data";
  case Code::kUnsupported:
    return "unsupported";
  case Code::kIo:
    return "io";
  case Code::kUnavailable:
    return "unavailable";
  case Code::kInternal:
    return "internal";
  }
  return "unknown";
}

std::string Error::text() const {
  return printable(subject.empty() ? "error: " + message : subject + ": error: " + message);
}

} // namespace tandem

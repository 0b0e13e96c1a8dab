#pragma once

#include <cassert>
#include <concepts>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace tandem {

/// What kind of thing went wrong. The values are part of the C ABI (tandem_code): only append.
enum class Code {
  kOk = 0,
  kInvalidArgument = 1, ///< the caller asked for something that makes no sense
  kNotFound = 2,        ///< a file, tensor, model or device of that name does not exist
  kCorruptData = 3,     ///< bytes that do not follow their format
  kUnsupported = 4,     ///< well formed, and beyond what this build can do
  kIo = 5,              ///< the operating system refused
  kUnavailable = 6,     ///< a device is not there or failed while running
  kInternal = 7,        ///< a bug of ours
};

/// Lower-case name as shown to programs ("corrupt-data").
std::string_view codeName(Code code);

/// An error: its kind, the thing it is about ("emotion.tandem", may be empty), and one clause that
/// starts lower-case, has no full stop, and says what was found, what was expected, and where.
struct Error {
  Code code = Code::kInternal;
  std::string subject;
  std::string message;

  Error() = default;
  template <typename... Parts>
  Error(Code code, std::string_view subject, const Parts &...parts) : code(code), subject(subject) {
    std::ostringstream text;
    (text << ... << parts);
    message = text.str();
  }

  /// "subject: error: message", the line a user sees; printable().
  std::string text() const;
};

/// Success, or an Error. Must be looked at.
class [[nodiscard]] Status {
public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  const Error &error() const {
    assert(error_);
    return *error_;
  }

private:
  std::optional<Error> error_;
};

/// A value, or the Error why there is none. `value()` and `error()` assert the right case.
template <typename T> class [[nodiscard]] Result {
public:
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  template <typename U>
    requires(std::convertible_to<U, T> && !std::same_as<std::remove_cvref_t<U>, Error> &&
             !std::same_as<std::remove_cvref_t<U>, Result>)
  Result(U &&value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T &value() & { return *std::get_if<0>(&state_); }
  const T &value() const & { return *std::get_if<0>(&state_); }
  T &&value() && { return std::move(*std::get_if<0>(&state_)); }
  T &operator*() & { return value(); }
  const T &operator*() const & { return value(); }
  T &&operator*() && { return std::move(*this).value(); }
  T *operator->() { return &value(); }
  const T *operator->() const { return &value(); }

  const Error &error() const { return *std::get_if<1>(&state_); }
  Status status() const { return ok() ? Status() : Status(error()); }

private:
  std::variant<T, Error> state_;
};

/// Leaves the function with the error of a Status or Result expression, if it has one.
#define TANDEM_RETURN_IF_ERROR(expression)                                                         \
  do {                                                                                             \
    if (auto tandemStatus = (expression); !tandemStatus.ok())                                      \
      return tandemStatus.error();                                                                 \
  } while (false)

#define TANDEM_CONCAT_(a, b) a##b
#define TANDEM_CONCAT(a, b) TANDEM_CONCAT_(a, b)
/// `TANDEM_ASSIGN_OR_RETURN(auto file, readFile(path));`
#define TANDEM_ASSIGN_OR_RETURN(declaration, expression)                                           \
  auto TANDEM_CONCAT(tandemResult, __LINE__) = (expression);                                       \
  if (!TANDEM_CONCAT(tandemResult, __LINE__).ok())                                                 \
    return TANDEM_CONCAT(tandemResult, __LINE__).error();                                          \
  declaration = std::move(TANDEM_CONCAT(tandemResult, __LINE__)).value()

} // namespace tandem

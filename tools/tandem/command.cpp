#include "tools/tandem/command.h"

#include "base/printable.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <unistd.h>

namespace tandem {

CLI::App &CommandTable::add(const std::string &name, const std::string &purpose,
                            const std::string &examples) {
  CLI::App *command = app_.add_subcommand(name, purpose);
  command->footer("Examples:\n" + examples +
                  "\n\nExit: 0 done, 1 it failed: a file or a device was refused, 2 the command "
                  "line is wrong or names what there is not, 3 a bug here (please report)");
  return *command;
}

void CommandTable::onRun(CLI::App &command, std::function<int()> run) {
  command.callback([this, run = std::move(run)] { exitCode_ = run(); });
}

int refuse(const Error &error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return error.code == Code::kInternal ? kExitBug : kExitFailed;
}

int refuseRequest(const Error &error) {
  int exitCode = refuse(error);
  return error.code == Code::kInvalidArgument ? static_cast<int>(kExitUsage) : exitCode;
}

int refuseRequest(std::string_view command, const Error &error) {
  if (error.code == Code::kInvalidArgument && error.subject.empty())
    return wrongUsage(command, printable(error.message));
  return refuseRequest(error);
}

int exitCodeOf(std::string_view command, const Status &status) {
  return status.ok() ? static_cast<int>(kExitDone) : refuseRequest(command, status.error());
}

int wrongUsage(std::string_view command, std::string_view message) {
  std::string name = "tandem" + (command.empty() ? "" : " " + std::string(command));
  std::fprintf(stderr, "%s: %.*s; see '%s --help'\n", name.c_str(),
               static_cast<int>(message.size()), message.data(), name.c_str());
  return kExitUsage;
}

Status flushOutput() {
  errno = 0;
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return {};
  // What failed while a buffer was full left no errno: what is lost already may as well tell by one
  // byte more.
  if (errno == 0) [[maybe_unused]]
    ssize_t written = write(STDOUT_FILENO, "\n", 1);
  std::string reason = errno ? std::string(": ") + std::strerror(errno) : "";
  std::clearerr(stdout); // once said is enough
  return Error(Code::kIo, "standard output", "cannot write", reason);
}

int finish(int exitCode) {
  Status flushed = flushOutput();
  if (flushed.ok())
    return exitCode;
  int refused = refuse(flushed.error());
  return exitCode == kExitDone ? refused : exitCode;
}

Progress::Progress(std::string title)
    : title_(std::move(title)), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::finish() {
  if (terminal_ && !stage_.empty())
    std::fprintf(stderr, "\r\033[K"); // the bar leaves no trace
  stage_.clear();
}

/// The first, then one a second at most: stages that are over at once would fill a log.
bool Progress::lineIsDue() {
  auto now = std::chrono::steady_clock::now();
  if (lastLine_ && now - *lastLine_ < std::chrono::seconds(1))
    return false;
  lastLine_ = now;
  return true;
}

void Progress::update(const std::string &stage, double done) {
  done_ = std::clamp(done, done_, 1.0);
  int percent = static_cast<int>(std::lround(done_ * 100));
  bool isNew = stage != stage_;
  if (!isNew && (!terminal_ || percent == percent_))
    return;
  stage_ = stage;
  percent_ = percent;
  if (!terminal_) {
    if (lineIsDue())
      std::fprintf(stderr, "%s: %s\n", title_.c_str(), stage.c_str());
    return;
  }
  constexpr int kBarWidth = 24;
  int filled = static_cast<int>(done_ * kBarWidth);
  std::string bar(static_cast<size_t>(filled), '#');
  std::fprintf(stderr, "\r\033[K%s [%-*s] %3d%% %s", title_.c_str(), kBarWidth, bar.c_str(),
               percent_, stage.c_str());
  std::fflush(stderr);
}

std::function<void(const std::string &, const std::string &, double)> progressReport() {
  auto bar = std::make_shared<std::optional<Progress>>();
  auto shown = std::make_shared<std::string>();
  return [bar, shown](const std::string &title, const std::string &stage, double done) {
    if (stage.empty() || *shown != title)
      bar->reset();
    *shown = title;
    if (stage.empty())
      return;
    if (!*bar)
      bar->emplace(title);
    (*bar)->update(stage, done);
  };
}

std::string firstGiven(const std::vector<CLI::Option *> &options) {
  for (const CLI::Option *option : options)
    if (option->count() > 0)
      return option->get_name();
  return "";
}

CLI::Validator notEmpty() {
  return {[](std::string &text) { return text.empty() ? "the value is empty" : ""; }, ""};
}

CLI::Validator numberWithin(double least, double most) {
  std::string range = CLI::detail::to_string(least) + " to " + CLI::detail::to_string(most);
  auto check = [=](std::string &text) {
    double value = 0;
    const char *end = text.data() + text.size();
    auto [next, failure] = std::from_chars(text.data(), end, value);
    bool isNumber = failure == std::errc() && next == end && std::isfinite(value);
    return isNumber && value >= least && value <= most
               ? std::string()
               : "'" + text + "' is no number from " + range;
  };
  return {check, range};
}

std::vector<CLI::Option *> addInputOptions(CLI::App &command, InputTexts &texts,
                                           const std::string &of) {
  std::vector<CLI::Option *> options = {
      command.add_option("-s,--shape", texts.shapes,
                         of + "fix a dynamic input: NAME=DIMS as in input=1x224x224x3; one that is "
                              "fixed keeps its dimensions"),
      command.add_option("--value", texts.values,
                         of + "an input that is always the same, and none of the compiled model's: "
                              "NAME=NUMBER, or NAME=NUMBER,... one for each element")};
  for (CLI::Option *option : options)
    option->allow_extra_args(false); // so that it may stand before the file
  return options;
}

std::pair<std::string, std::string> splitNameValue(std::string_view text) {
  size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return {"", std::string(text)};
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<std::map<std::string, std::string>> parseNameValues(std::string_view form,
                                                           const std::vector<std::string> &texts) {
  std::string_view option = form.substr(0, form.find(' '));
  std::map<std::string, std::string> values;
  for (const std::string &text : texts) {
    auto [name, value] = splitNameValue(text);
    if (name.empty() || value.empty())
      return Error(Code::kInvalidArgument, "", option, " '", text, "', expected ", form);
    if (!values.emplace(name, value).second)
      return Error(Code::kInvalidArgument, "", option, " gives '", name, "' twice");
  }
  return values;
}

static std::optional<std::vector<int64_t>> parseShape(const std::string &text) {
  std::vector<int64_t> shape;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    int64_t dim = 0;
    auto [next, failure] = std::from_chars(at, end, dim);
    if (failure != std::errc() || dim < 1)
      return std::nullopt;
    shape.push_back(dim);
    if (next == end)
      return shape;
    if (*next != 'x')
      return std::nullopt;
    at = next + 1;
  }
}

static Result<std::map<std::string, std::vector<int64_t>>>
parseShapes(const std::vector<std::string> &texts) {
  TANDEM_ASSIGN_OR_RETURN(auto values, parseNameValues("--shape NAME=DIMS", texts));
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto &[name, text] : values) {
    std::optional<std::vector<int64_t>> shape = parseShape(text);
    if (!shape)
      return Error(Code::kInvalidArgument, "", "--shape '", name, "=", text,
                   "', expected positive numbers as in ", name, "=1x224x224x3");
    shapes[name] = std::move(*shape);
  }
  return shapes;
}

static std::optional<std::vector<double>> parseNumbers(const std::string &text) {
  if (text == "true" || text == "false")
    return std::vector<double>{text == "true" ? 1.0 : 0.0};
  std::vector<double> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    double number = 0;
    auto [next, failure] = std::from_chars(at, end, number);
    if (failure != std::errc())
      return std::nullopt;
    numbers.push_back(number);
    if (next == end)
      return numbers;
    if (*next != ',')
      return std::nullopt;
    at = next + 1;
  }
}

Result<FixedInputs> fixedInputs(const InputTexts &texts) {
  FixedInputs inputs;
  TANDEM_ASSIGN_OR_RETURN(inputs.shapes, parseShapes(texts.shapes));
  TANDEM_ASSIGN_OR_RETURN(auto values, parseNameValues("--value NAME=NUMBER", texts.values));
  for (const auto &[name, text] : values) {
    std::optional<std::vector<double>> numbers = parseNumbers(text);
    if (!numbers)
      return Error(Code::kInvalidArgument, "", "--value '", name, "=", text,
                   "', expected numbers as in ", name, "=16000 or ", name, "=0.5,1,2");
    inputs.values[name] = std::move(*numbers);
  }
  return inputs;
}

} // namespace tandem

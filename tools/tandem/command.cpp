#include "tools/tandem/command.h"

#include <charconv>
#include <cstdio>
#include <unistd.h>

namespace tandem {

CLI::App &CommandTable::add(const std::string &name, const std::string &purpose,
                            const std::string &examples) {
  CLI::App *command = app_.add_subcommand(name, purpose);
  command->footer("Examples:\n" + examples +
                  "\n\nExit: 0 done, 1 the input, the output or the device was refused, "
                  "2 wrong usage, 3 a bug here (please report)");
  return *command;
}

void CommandTable::onRun(CLI::App &command, std::function<int()> run) {
  command.callback([this, run = std::move(run)] { exitCode_ = run(); });
}

int refuse(const Error &error) {
  std::fprintf(stderr, "%s\n", error.text().c_str());
  return error.code == Code::kInternal ? kExitBug : kExitRefused;
}

Progress::Progress(std::string title, bool silent)
    : title_(std::move(title)), silent_(silent), terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
  if (!silent_ && terminal_ && !stage_.empty())
    std::fprintf(stderr, "\r\033[K"); // the bar leaves no trace
}

void Progress::update(const std::string &stage, double done) {
  if (silent_ || stage == stage_)
    return;
  stage_ = stage;
  if (!terminal_) {
    std::fprintf(stderr, "%s: %s\n", title_.c_str(), stage.c_str());
    return;
  }
  constexpr int kBarWidth = 24;
  int filled = static_cast<int>(done * kBarWidth);
  std::string bar(static_cast<size_t>(filled), '#');
  std::fprintf(stderr, "\r\033[K%s [%-*s] %3.0f%% %s", title_.c_str(), kBarWidth, bar.c_str(),
               done * 100, stage.c_str());
  std::fflush(stderr);
}

std::pair<std::string, std::string> splitNameValue(std::string_view text) {
  size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return {"", std::string(text)};
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

Result<std::vector<int64_t>> parseShape(const std::string &text) {
  std::vector<int64_t> shape;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    int64_t dim = 0;
    auto [next, failure] = std::from_chars(at, end, dim);
    if (failure != std::errc() || dim < 1)
      break;
    shape.push_back(dim);
    if (next == end)
      return shape;
    if (*next != 'x')
      break;
    at = next + 1;
  }
  return Error(Code::kInvalidArgument, "", "'", text,
               "' is no shape, expected positive numbers as in 1x224x224x3");
}

Result<std::map<std::string, std::vector<int64_t>>>
parseShapes(const std::vector<std::string> &texts) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const std::string &text : texts) {
    auto [name, dims] = splitNameValue(text);
    if (name.empty())
      return Error(Code::kInvalidArgument, "", "--shape '", text,
                   "' has no name, expected NAME=DIMS as in input=1x224x224x3");
    TANDEM_ASSIGN_OR_RETURN(shapes[name], parseShape(dims));
  }
  return shapes;
}

} // namespace tandem

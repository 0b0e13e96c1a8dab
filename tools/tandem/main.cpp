// tandem: the command line. One file per subcommand, in commands/.

#include "base/closest.h"
#include "tools/tandem/command.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

/// "--threds" of "--threds=2" where the command has no such option; else "".
static std::string unknownOption(const CLI::App &command, const std::vector<std::string> &words) {
  for (const std::string &word : words) {
    if (word == "--")
      return "";
    std::string name = word.substr(0, word.find('='));
    bool isLong = name.starts_with("--"), isShort = !isLong && name.size() > 1 && name[0] == '-';
    bool isNumber = isShort && std::isdigit(static_cast<unsigned char>(name[1]));
    if (isShort)
      name.resize(2);
    if ((isLong || isShort) && !isNumber && !command.get_option_no_throw(name))
      return name;
  }
  return "";
}

static std::string noSuchOption(const CLI::App &command, const std::string &name) {
  std::vector<std::string> names;
  for (const CLI::Option *option : command.get_options())
    for (const std::string &known : option->get_lnames())
      names.push_back("--" + known);
  return "no option '" + name + "'" + tandem::didYouMean(name, names);
}

/// What CLI11 says; of an option that there is not what it may have been, and of a word too many
/// behind an option how that is written.
static std::string explained(const CLI::App &command, const CLI::ParseError &error,
                             const std::vector<std::string> &words) {
  std::string text = error.what();
  auto given = [&](const char *name) {
    const CLI::Option *option = command.get_option_no_throw(name);
    return option && option->count() > 0;
  };
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError))
    return text;
  if (std::string unknown = unknownOption(command, words); !unknown.empty())
    return noSuchOption(command, unknown);
  if (given("--report") && (text.ends_with(": json") || text.ends_with(": table")))
    return text + "; the form of a report stands behind a '=', as in --report=json";
  if (given("--backends"))
    return text + "; several backends are one word, as in --backends neuron,cpu";
  return text;
}

/// An option that takes a list takes it as one word, which "TEXT ..." does not tell.
class HelpText : public CLI::Formatter {
public:
  std::string make_option_opts(const CLI::Option *option) const override {
    const std::string words = " TEXT ...";
    std::string text = CLI::Formatter::make_option_opts(option);
    if (option->get_delimiter() != '\0' && text.starts_with(words))
      text.replace(0, words.size(), " NAME[,NAME...]");
    return text;
  }
};

static std::string commandNames(const CLI::App &app) {
  std::string names;
  for (const CLI::App *command : app.get_subcommands({}))
    names += (names.empty() ? "" : ", ") + command->get_name();
  return names;
}

static std::string noSuchCommand(const CLI::App &app, const std::string &name) {
  std::vector<std::string> names;
  for (const CLI::App *command : app.get_subcommands({}))
    names.push_back(command->get_name());
  return "no command '" + name + "'" + tandem::didYouMean(name, names) + ", there are " +
         commandNames(app);
}

/// "tandem compile: --output is required; see 'tandem compile --help'", as all wrong usage.
static int refuseUsage(const CLI::App &app, const CLI::ParseError &error,
                       const std::vector<std::string> &words) {
  for (const CLI::App *command : app.get_subcommands({}))
    if (command->parsed())
      return tandem::wrongUsage(command->get_name(), explained(*command, error, words));
  if (words.empty())
    return tandem::wrongUsage("", "a command is required, there are " + commandNames(app));
  // CLI11 misses a command before it sees what stands in its place.
  if (words[0].starts_with('-'))
    return tandem::wrongUsage("", "no option '" + words[0] + "', there are --help and --version; " +
                                      "those of a command stand behind it");
  return tandem::wrongUsage("", noSuchCommand(app, words[0]));
}

/// "tandem help compile" is "tandem compile --help", and "tandem help" is "tandem --help".
static std::vector<std::string> withHelpAsOption(std::vector<std::string> words) {
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
}

/// What help is asked for that is no command.
static std::optional<std::string> unknownTopic(const CLI::App &app,
                                               const std::vector<std::string> &words) {
  if (words.size() < 2 || words[0] != "help" || words[1].starts_with('-'))
    return std::nullopt;
  bool isCommand = std::ranges::any_of(app.get_subcommands({}), [&](const CLI::App *command) {
    return command->get_name() == words[1];
  });
  return isCommand ? std::nullopt : std::optional(words[1]);
}

int main(int argc, char **argv) try {
  CLI::App app("Compiles neural-network models of several frameworks, and runs them and whole "
               "applications of them.",
               "tandem");
  app.formatter(std::make_shared<HelpText>()); // of all commands
  app.require_subcommand(1);
  app.set_version_flag("--version", "tandem " TANDEM_VERSION);
  app.footer("See 'tandem COMMAND --help'. A first try: ./dev demo");
  tandem::CommandTable table(app);
  tandem::registerAllCommands(table);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (std::optional<std::string> topic = unknownTopic(app, words))
    return tandem::finish(tandem::wrongUsage("", noSuchCommand(app, *topic)));
  try {
    std::vector<std::string> reversed = withHelpAsOption(words); // as CLI11 wants them
    std::ranges::reverse(reversed);
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0)
      return tandem::finish(refuseUsage(app, error, words));
    std::ostringstream text; // of --help or --version
    app.exit(error, text, text);
    std::fputs(text.str().c_str(), stdout);
    return tandem::finish(tandem::kExitDone);
  }
  return tandem::finish(table.exitCode());
} catch (const std::bad_alloc &) { // by a file that is larger than this machine can take, then
  std::fprintf(stderr, "tandem: error: out of memory: a file is too large for this machine\n");
  return tandem::kExitFailed;
} catch (const std::exception &error) {
  std::fprintf(stderr, "tandem: error: a bug here, please report: %s\n", error.what());
  return tandem::kExitBug;
}

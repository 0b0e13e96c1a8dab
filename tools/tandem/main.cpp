// tandem: the command line. One file per subcommand, in commands/.

#include "tools/tandem/command.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

/// What CLI11 says, and of a word too many behind an option how that is written.
static std::string explained(const CLI::App &command, const CLI::ParseError &error) {
  std::string text = error.what();
  auto given = [&](const char *name) {
    const CLI::Option *option = command.get_option_no_throw(name);
    return option && option->count() > 0;
  };
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError))
    return text;
  if (given("--report") && (text.ends_with(": json") || text.ends_with(": table")))
    return text + "; the form of a report stands behind a '=', as in --report=json";
  if (given("--backends"))
    return text + "; several backends are one word, as in --backends neuron,cpu";
  return text;
}

/// "tandem compile: --output is required; see 'tandem compile --help'", as all wrong usage.
static int refuseUsage(const CLI::App &app, const CLI::ParseError &error, const char *first) {
  std::string names;
  for (const CLI::App *command : app.get_subcommands({})) {
    if (command->parsed())
      return tandem::wrongUsage(command->get_name(), explained(*command, error));
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  if (first && *first != '-')
    return tandem::wrongUsage("", "no command '" + std::string(first) + "', there are " + names);
  if (!first)
    return tandem::wrongUsage("", "a command is required, there are " + names);
  return tandem::wrongUsage("", error.what());
}

/// "tandem help compile" is "tandem compile --help", and "tandem help" is "tandem --help".
static std::vector<std::string> arguments(int argc, char **argv) {
  std::vector<std::string> list(argv + std::min(argc, 1), argv + argc);
  if (!list.empty() && list[0] == "help") {
    list.erase(list.begin());
    list.emplace_back("--help");
  }
  return list;
}

int main(int argc, char **argv) try {
  CLI::App app("Compiles neural-network models of several frameworks, and runs them and whole "
               "applications of them.",
               "tandem");
  app.require_subcommand(1);
  app.set_version_flag("--version", "tandem " TANDEM_VERSION);
  app.footer("See 'tandem COMMAND --help'. A first try: ./dev demo");
  tandem::CommandTable table(app);
  tandem::registerAllCommands(table);
  try {
    std::vector<std::string> words = arguments(argc, argv);
    std::ranges::reverse(words); // as CLI11 wants them
    app.parse(std::move(words));
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0)
      return tandem::finish(refuseUsage(app, error, argc > 1 ? argv[1] : nullptr));
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

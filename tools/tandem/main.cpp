// tandem: the command line. One file per subcommand, in commands/.

#include "tools/tandem/command.h"

#include <cstdio>
#include <exception>

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
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? tandem::kExitDone : tandem::kExitUsage;
  }
  return table.exitCode();
} catch (const std::exception &error) {
  std::fprintf(stderr, "tandem: error: a bug here, please report: %s\n", error.what());
  return tandem::kExitBug;
}

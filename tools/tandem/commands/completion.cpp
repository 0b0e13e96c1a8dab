// tandem completion: what a shell needs to complete commands and options.

#include "tools/tandem/command.h"
#include "tools/tandem/shell_completion.h"

#include <cstdio>
#include <memory>

namespace tandem {

void registerCompletion(CommandTable &table) {
  auto shell = std::make_shared<std::string>();
  CLI::App &command =
      table.add("completion", "Print a script by which a shell completes commands and options.",
                "  source <(tandem completion bash)    # this time; in ~/.bashrc each time\n"
                "  source <(tandem completion zsh)     # behind compinit in ~/.zshrc\n"
                "  tandem completion fish > ~/.config/fish/completions/tandem.fish");
  command.add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(completionShells()));
  table.onRun(command, [shell, &command]() -> int {
    Result<std::string> script = completionScript(*command.get_parent(), *shell);
    if (!script.ok())
      return refuseRequest("completion", script.error());
    std::fputs(script->c_str(), stdout);
    return kExitDone;
  });
}

} // namespace tandem

#include "tools/tandem/shell_completion.h"

#include "compiler/driver/compiler.h"
#include "devices/profile.h"

#include <set>
#include <utility>

namespace tandem {
namespace {

/// What an option's value may be.
struct Values {
  std::string words;   ///< those that there are, separated by spaces; empty: nobody knows
  bool isList = false; ///< several of them, separated by commas
  bool isFile = true;  ///< or a file's name
};

struct Word {
  std::string longName, shortName; ///< without dashes; empty: it has none
  std::string help;
  bool takesValue = false;
  Values values = {};

  std::string dashed() const { return longName.empty() ? "-" + shortName : "--" + longName; }
};

struct Command {
  std::string name, help;
  std::vector<Word> options;
};

/// The first clause, in which nothing means anything to a shell.
std::string clauseOf(const std::string &help) {
  std::string clause = help.substr(0, help.find_first_of(";\n[("));
  std::erase_if(clause, [](char c) {
    return std::string_view("'\"\\`$:]").find(c) != std::string_view::npos;
  });
  while (clause.ends_with(' ') || clause.ends_with(',') || clause.ends_with('.'))
    clause.pop_back();
  return clause;
}

std::string spaced(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

/// An option's name means the same in every command.
Values valuesOf(const std::string &longName) {
  if (longName == "device")
    return {.words = spaced(profileNames())};
  if (longName == "backends")
    return {.words = spaced(backendNames()), .isList = true, .isFile = false};
  if (longName == "placement")
    return {.words = "cost greedy", .isFile = false};
  if (longName == "target")
    return {.words = "x86-64 aarch64", .isList = true, .isFile = false};
  return {};
}

std::vector<Command> commandsOf(const CLI::App &program) {
  std::vector<Command> commands;
  for (const CLI::App *app : program.get_subcommands({})) {
    Command command{app->get_name(), clauseOf(app->get_description()), {}};
    for (const CLI::Option *option : app->get_options()) {
      const auto &longNames = option->get_lnames();
      const auto &shortNames = option->get_snames();
      if (longNames.empty() && shortNames.empty())
        continue; // it stands by itself, without a name
      command.options.push_back(
          {longNames.empty() ? "" : longNames[0], shortNames.empty() ? "" : shortNames[0],
           clauseOf(option->get_description()), option->get_items_expected_max() > 0,
           longNames.empty() ? Values() : valuesOf(longNames[0])});
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

/// A case of bash for each option whose values are known.
std::string bashValues(const std::vector<Command> &commands) {
  std::string cases;
  std::set<std::string> seen;
  for (const Command &command : commands)
    for (const Word &option : command.options)
      if (!option.values.words.empty() && seen.insert(option.longName).second)
        cases += "    " + (option.shortName.empty() ? "" : "-" + option.shortName + "|") + "--" +
                 option.longName + ") words='" + option.values.words + "' ;;\n";
  return cases;
}

/// What stands behind a value's name in a specification of zsh's _arguments.
std::string zshAction(const Values &values) {
  if (values.words.empty())
    return "_files";
  if (values.isList)
    return "_values -s , value " + values.words;
  return values.isFile
             ? "{_alternative \"names:name:(" + values.words + ")\" \"files:file:_files\"}"
             : "(" + values.words + ")";
}

std::string bashScript(const std::string &program, const std::vector<Command> &commands) {
  std::string names, cases;
  for (const Command &command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
    cases += "      " + command.name + ") words='";
    for (const Word &option : command.options)
      cases += (&option == command.options.data() ? "" : " ") + option.dashed();
    cases += "' ;;\n";
  }
  return "# To try it: source <(" + program + " completion bash)\n_" + program +
         "() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} words= before=\n"
         "  local previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  COMPREPLY=()\n"
         "  if [[ $current == = ]]; then current=\n"
         "  elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  case $previous in\n" +
         bashValues(commands) +
         "  esac\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    words='" +
         names +
         "'\n"
         "  elif [[ $current == -* ]]; then\n"
         "    case ${COMP_WORDS[1]} in\n" +
         cases +
         "    esac\n"
         "  fi\n"
         "  if [[ $current == *,* ]]; then before=${current%,*},; current=${current##*,}; fi\n"
         "  if [[ $words ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -P \"$before\" -W \"$words\" -- \"$current\")\n"
         "  fi\n"
         "}\n"
         "complete -o default -F _" +
         program + " " + program + "\n";
}

std::string zshScript(const std::string &program, const std::vector<Command> &commands) {
  std::string names, cases;
  for (const Command &command : commands) {
    names += "    '" + command.name + ":" + command.help + "'\n";
    cases += "    " + command.name + ") _arguments";
    for (const Word &option : command.options)
      for (const std::string &name : {option.longName.empty() ? "" : "--" + option.longName,
                                      option.shortName.empty() ? "" : "-" + option.shortName})
        if (!name.empty())
          cases += " \\\n      '*" + name + "[" + option.help + "]" +
                   (option.takesValue ? ":value:" + zshAction(option.values) : "") + "'";
    cases += " \\\n      '*:file:_files' ;;\n";
  }
  return "#compdef " + program + "\n# To try it: source <(" + program + " completion zsh)\n_" +
         program +
         "() {\n"
         "  local -a commands=(\n" +
         names +
         "  )\n"
         "  if ((CURRENT == 2)); then _describe command commands; return; fi\n"
         "  local command=$words[2]\n"
         "  shift words; ((CURRENT -= 1))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "compdef _" +
         program + " " + program + "\n";
}

std::string fishScript(const std::string &program, const std::vector<Command> &commands) {
  std::string script = "# To try it: " + program + " completion fish | source\n";
  for (const Command &command : commands) {
    script += "complete -c " + program + " -n __fish_use_subcommand -f -a " + command.name +
              " -d '" + command.help + "'\n";
    for (const Word &option : command.options)
      script += "complete -c " + program + " -n '__fish_seen_subcommand_from " + command.name +
                "'" + (option.longName.empty() ? "" : " -l " + option.longName) +
                (option.shortName.empty() ? "" : " -s " + option.shortName) +
                (option.takesValue ? " -r" : "") +
                (option.values.words.empty() ? "" : " -a '" + option.values.words + "'") + " -d '" +
                option.help + "'\n";
  }
  return script;
}

} // namespace

std::vector<std::string> completionShells() {
  return {"bash", "zsh", "fish"};
}

Result<std::string> completionScript(const CLI::App &program, std::string_view shell) {
  std::vector<Command> commands = commandsOf(program);
  if (shell == "bash")
    return bashScript(program.get_name(), commands);
  if (shell == "zsh")
    return zshScript(program.get_name(), commands);
  if (shell == "fish")
    return fishScript(program.get_name(), commands);
  return Error(Code::kInvalidArgument, "", "no completion for shell '", shell, "'");
}

} // namespace tandem

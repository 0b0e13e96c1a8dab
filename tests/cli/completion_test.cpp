// tandem completion: what shells make of it.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// What bash offers for the last of these words.
std::string offered(const std::string &words) {
  Outcome outcome = runProgram({"/bin/bash", "-e", "-c",
                                "source <(\"$0\" completion bash)\n"
                                "COMP_WORDS=(" +
                                    words +
                                    ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_tandem\n"
                                    "printf '%s ' \"${COMPREPLY[@]}\"\n",
                                TANDEM_PROGRAM});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return outcome.out;
}

TEST(Completion, OffersCommandsAndTheirOptionsToBash) {
  EXPECT_EQ(offered("tandem in"), "inspect ");
  EXPECT_EQ(offered("tandem comp"), "compile completion ");
  EXPECT_EQ(offered("tandem run --pi"), "--pipeline ");
  EXPECT_EQ(offered("tandem compile model.onnx --sd"), "--sdk-lib ");
  EXPECT_EQ(offered("tandem compile --pi"), " ") << "that is another command's";
  EXPECT_EQ(offered("tandem run app.ya"), " ") << "a file, which bash finds itself";
}

TEST(Completion, OffersValuesThatAreNames) {
  EXPECT_EQ(offered("tandem compile m.onnx --device ''"), "host mt6873 ");
  EXPECT_EQ(offered("tandem run m.onnx -d mt"), "mt6873 ");
  EXPECT_EQ(offered("tandem run m.onnx --device = mt"), "mt6873 ") << "as bash splits --device=mt";
  EXPECT_EQ(offered("tandem run m.onnx --placement g"), "greedy ");
  EXPECT_EQ(offered("tandem run m.onnx --backends neuron,c"), "neuron,cpu ");
  EXPECT_EQ(offered("tandem run m.onnx --input x"), " ") << "nobody knows";
  EXPECT_THAT(runTandem({"completion", "zsh"}).out,
              AllOf(HasSubstr(":value:_values -s , value "),
                    HasSubstr(":value:{_alternative \"names:name:(host mt6873)\" ")));
  EXPECT_THAT(runTandem({"completion", "fish"}).out,
              HasSubstr(" -l device -s d -r -a 'host mt6873' -d "));
}

TEST(Completion, HasEveryShellsWords) {
  EXPECT_THAT(runTandem({"completion", "zsh"}).out,
              AllOf(HasSubstr("#compdef tandem\n"),
                    HasSubstr("'compile:Compile a model into a "
                              "bundle'"),
                    HasSubstr("'*--threads[threads inside one operation]:value:_files'"),
                    HasSubstr("'*--profile[say what each region was compiled for, what ran it, and "
                              "how long]'")));
  EXPECT_THAT(
      runTandem({"completion", "fish"}).out,
      AllOf(HasSubstr("complete -c tandem -n __fish_use_subcommand -f -a compile -d 'Compile "
                      "a model into a bundle'\n"),
            HasSubstr("'__fish_seen_subcommand_from run' -l threads -s t -r -d 'threads "
                      "inside one operation'\n")));
  Outcome unknown = runTandem({"completion", "tcsh"});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_THAT(unknown.err, HasSubstr("tandem completion: SHELL: tcsh not in {bash,zsh,fish}"));
  for (const std::string shell : {"zsh", "fish"}) {
    std::string program = "/usr/bin/" + shell;
    if (!std::filesystem::exists(program))
      continue;
    TemporaryFolder folder;
    writeBytes(folder.path("script"), runTandem({"completion", shell}).out);
    Outcome checked = runProgram({program, "-n", folder.path("script")});
    EXPECT_EQ(checked.exitCode, 0) << checked.err;
  }
}

} // namespace
} // namespace tandem::test

// What is wrong usage, which exits with 2, and what is refused because of what files hold, which
// exits with 1.

#include "tests/cli/small_model.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CommandLine : public SmallModel {
protected:
  /// What wrong usage is told to be, without the program's name before it and the hint behind it.
  std::string usageError(const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    std::string before = "tandem " + arguments[0] + ": ";
    std::string behind = "; see 'tandem " + arguments[0] + " --help'\n";
    if (!outcome.err.starts_with(before) || !outcome.err.ends_with(behind))
      return outcome.err;
    return outcome.err.substr(before.size(), outcome.err.size() - before.size() - behind.size());
  }
  /// The same of what only a file shows to be wrong: it names the file.
  std::string requestError(const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  }
  /// Of `tandem compile m.mlir -o x.tandem` with more arguments.
  std::string compileError(const std::vector<std::string> &more) {
    std::vector<std::string> arguments = {"compile", path("m.mlir"), "-o", path("x.tandem")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return usageError(arguments);
  }
};

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample) {
  for (const char *command : {"compile", "import", "run", "bench", "inspect", "devices", "profile",
                              "schedule", "tune", "completion"}) {
    Outcome outcome = runTandem({command, "--help"});
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.out, HasSubstr(std::string("  tandem ") + command));
    EXPECT_THAT(outcome.out, HasSubstr("Exit: 0 done"));
  }
  EXPECT_THAT(runTandem({"bench", "--help"}).out, HasSubstr("--seconds FLOAT:0.01 to 3600=2\n"))
      << "two seconds are the default";
  for (const char *command : {"compile", "run", "plan", "inspect"})
    EXPECT_THAT(runTandem({command, "--help"}).out, HasSubstr("--backends NAME[,NAME...]"));
}

TEST_F(CommandLine, HelpIsACommandToo) {
  EXPECT_EQ(runTandem({"help"}).out, runTandem({"--help"}).out);
  EXPECT_EQ(runTandem({"help", "tune"}).out, runTandem({"tune", "--help"}).out);
  Outcome unknown = runTandem({"help", "frob"});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_THAT(unknown.err, StartsWith("tandem: no command 'frob', there are bench, compile, "));
}

TEST_F(CommandLine, WrongUsageExitsWithTwo) {
  Outcome nothing = runTandem({});
  EXPECT_EQ(nothing.exitCode, 2);
  EXPECT_EQ(nothing.err,
            "tandem: a command is required, there are bench, compile, completion, devices, import, "
            "inspect, plan, profile, run, schedule, tune; see 'tandem --help'\n");
  Outcome unknown = runTandem({"compil", path("m.mlir")});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_THAT(
      unknown.err,
      StartsWith("tandem: no command 'compil' (did you mean 'compile'?), there are bench, "));
  Outcome option = runTandem({"--frob"});
  EXPECT_EQ(option.exitCode, 2);
  EXPECT_EQ(option.err, "tandem: no option '--frob', there are --help and --version; those of a "
                        "command stand behind it; see 'tandem --help'\n");
  EXPECT_EQ(usageError({"compile", path("m.mlir")}), "--output is required");
  EXPECT_EQ(usageError({"compile", path("m.mlir"), "-o", ""}), "--output is required");
  EXPECT_EQ(usageError({"bench"}), "FILE is required");
  EXPECT_EQ(compileError({"--nonsense"}), "no option '--nonsense'");
  EXPECT_EQ(compileError({"--backend=cpu"}), "no option '--backend' (did you mean '--backends'?)");
  EXPECT_EQ(usageError({"run", path("m.tandem"), "--threds", "2"}),
            "no option '--threds' (did you mean '--threads'?)");
  EXPECT_EQ(usageError({"run", path("m.tandem"), "-x", "2"}), "no option '-x'");
  EXPECT_EQ(compileError({"-b", "reference", "cpu"}),
            "The following argument was not expected: cpu; several backends are one word, as in "
            "--backends neuron,cpu");
  EXPECT_EQ(compileError({"--report", "json"}),
            "The following argument was not expected: json; the form of a report stands behind a "
            "'=', as in --report=json");
  EXPECT_THAT(compileError({"--report=xml"}), HasSubstr("xml not in {table,json}"));
  EXPECT_THAT(compileError({"--check"}), HasSubstr("--output excludes --check"));
  EXPECT_THAT(usageError({"run", path("m.tandem"), "--threads", "0"}), HasSubstr("--threads"));
  EXPECT_THAT(usageError({"bench", path("m.tandem"), "--threads", "two"}), HasSubstr("--threads"));
}

TEST_F(CommandLine, RefusesABackendAndAnInstructionSetThatThisBuildHasNot) {
  auto refusalOf = [&](const std::string &option, const std::string &value) {
    Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("x.tandem"), option, value});
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
    return outcome.err;
  };
  EXPECT_THAT(refusalOf("--backends", "cpu,gpu"),
              StartsWith("tandem compile: no backend is called 'gpu'; this build has cpu"));
  EXPECT_THAT(
      refusalOf("--backends", "nueron"),
      StartsWith("tandem compile: no backend is called 'nueron' (did you mean 'neuron'?); "));
  EXPECT_THAT(refusalOf("--backends", ""), StartsWith("tandem compile: no backend is called ''; "));
  EXPECT_EQ(
      refusalOf("--isa", "sse"),
      "tandem compile: no instruction set is called 'sse'; this build generates code for "
      "avx512bf16, avx512, avx2, bf16, i8mm, fp16, dotprod, neon; see 'tandem compile --help'\n");
}

TEST_F(CommandLine, NamesThatThereAreNotExitWithTwoInEveryCommand) {
  compile();
  const std::string backend = "no backend is called 'gpu'; this build has cpu",
                    device = "no device is called 'mt1', only host, mt6873; a file of one ends in "
                             ".json";
  const std::string model = path("m.mlir"), drawing = path("m.svg"), profile = path("p.json");
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  const Case cases[] = {
      {{"compile", model, "--check", "--backends", "gpu"}, backend},
      {{"compile", model, "--check", "--device", "mt1"}, device},
      {{"compile", model, "--check", "--require", "gpu>=5%"}, backend},
      {{"compile", model, "--check", "--backends", "cpu", "--require", "reference>=5%"},
       "--require names 'reference', which is not among the backends: add --backends "
       "reference,cpu"},
      {{"compile", model, "--check", "--isa", "sse"}, "no instruction set is called 'sse'"},
      {{"inspect", model, "--svg", drawing, "--backends", "gpu"}, backend},
      {{"inspect", model, "--svg", drawing, "--device", "mt1"}, device},
      {{"profile", model, "-o", profile, "--backends", "gpu"}, backend},
      {{"profile", model, "-o", profile, "--device", "mt1"}, device},
      {{"devices", "mt1"}, device},
      {{"devices", "mt6837"}, "no device is called 'mt6837' (did you mean 'mt6873'?), only host, "},
  };
  for (const Case &one : cases)
    EXPECT_THAT(usageError(one.arguments), StartsWith(one.message)) << one.arguments[0];
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir", "m.tandem"));
}

TEST_F(CommandLine, RefusesOptionsThatABackendHasNot) {
  EXPECT_EQ(usageError({"compile", path("m.mlir"), "--check", "--option", "reference.speed=3"}),
            "reference: there is no option 'speed', it has none");
  EXPECT_EQ(usageError({"compile", path("m.mlir"), "--check", "--option", "cpu.speed=3"}),
            "cpu: there is no option 'speed', only bands, precision, tuned-for, tuning, winograd");
  EXPECT_EQ(compileError({"--option", "cpu.a=1", "--option", "cpu.a=2"}),
            "--option gives 'cpu.a' twice");
}

TEST_F(CommandLine, RefusesWhatExcludesOneAnother) {
  const std::vector<std::string> others[] = {{"--output", path("x.tandem")},
                                             {"--check"},
                                             {"--backends", "cpu"},
                                             {"--device", "host"},
                                             {"--placement", "cost"},
                                             {"--require", "cpu>=1%"},
                                             {"--option", "cpu.a=1"},
                                             {"--sdk-lib", "a.so"},
                                             {"--isa", "avx2"},
                                             {"--report"},
                                             {"--json"}};
  for (const std::vector<std::string> &other : others) {
    std::vector<std::string> arguments = {"compile", path("m.mlir"), "--emit-mlir"};
    arguments.insert(arguments.end(), other.begin(), other.end());
    std::string message = usageError(arguments);
    EXPECT_THAT(message,
                AllOf(HasSubstr("--emit-mlir"), HasSubstr(other[0]), HasSubstr("excludes")));
  }
  EXPECT_THAT(usageError({"inspect", path("m.mlir"), "--json", "--dot", path("m.dot")}),
              HasSubstr("excludes"));
  EXPECT_EQ(usageError({"inspect", path("m.mlir"), "--dot", path("a"), "--svg", path("a")}),
            "--dot and --svg name one file");
  for (const char *option : {"--device=host", "--backends=cpu"}) {
    EXPECT_EQ(usageError({"inspect", path("m.mlir"), option}),
              "--device and --backends place a model's ops in a drawing, say --dot or --svg");
    compile();
    EXPECT_EQ(usageError({"inspect", path("m.tandem"), "--svg", path("a"), option}),
              "--device and --backends are for a model, a bundle's ops are placed");
  }
}

TEST_F(CommandLine, RefusesAShapeThatIsNone) {
  for (const char *text : {"left", "left=", "=1x4", ""})
    EXPECT_EQ(compileError({"--shape", text}),
              "--shape '" + std::string(text) + "', expected --shape NAME=DIMS");
  for (const char *text :
       {"left=1x0", "left=-1", "left=1x4x", "left=1X4", "left=nan", "left=99999999999999999999"})
    EXPECT_EQ(compileError({"--shape", text}),
              "--shape '" + std::string(text) +
                  "', expected positive numbers as in left=1x224x224x3");
  EXPECT_EQ(compileError({"--shape", "left=1x4", "--shape", "left=1x4"}),
            "--shape gives 'left' twice");
  EXPECT_EQ(usageError({"inspect", path("m.mlir"), "--shape", "left"}),
            "--shape 'left', expected --shape NAME=DIMS");
}

TEST_F(CommandLine, RefusesAShapeThatTheModelCannotHave) {
  struct Case {
    std::string shape, message;
  };
  const Case cases[] = {
      {"up=1x4", "--shape names 'up', the model's inputs are left, right"},
      {"left=4", "input 'left': --shape gives 1 dimensions, the model has 2"},
      {"left=1x5", "input 'left': --shape gives dimension 1 as 5, the model has 4"},
  };
  for (const Case &one : cases)
    for (const std::vector<std::string> &arguments :
         {std::vector<std::string>{"compile", path("m.mlir"), "-o", path("x.tandem")},
          std::vector<std::string>{"compile", path("m.mlir"), "--check"},
          std::vector<std::string>{"compile", path("m.mlir"), "--emit-mlir"},
          std::vector<std::string>{"inspect", path("m.mlir")}}) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {"--shape", one.shape});
      Outcome outcome = runTandem(all);
      EXPECT_EQ(outcome.exitCode, 2);
      EXPECT_EQ(outcome.out, "");
      EXPECT_THAT(errorLines(outcome.err), ElementsAre(path("m.mlir") + ": error: " + one.message));
    }
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

/// Importers refuse it themselves, before there is a graph.
TEST_F(CommandLine, AShapeOfAnInputThatThereIsNotIsWrongUsageInEveryFormat) {
  for (const char *seed :
       {"onnx_fuzz/shapes.onnx", "keras_fuzz/nested.keras", "tflite_fuzz/movement.tflite"}) {
    std::string model = std::string(TANDEM_SOURCE_DIR) + "/tests/fuzz/seeds/" + seed;
    EXPECT_THAT(requestError({"compile", model, "-o", path("x.tandem"), "--shape", "nope=1x2"}),
                HasSubstr(model + ": error: --shape names 'nope', the model's inputs are "));
  }
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

TEST_F(CommandLine, TakesOptionsBeforeTheFile) {
  EXPECT_EQ(runTandem({"compile", "--shape", "left=1x4", "--backends", "reference", path("m.mlir"),
                       "-o", path("m.tandem")})
                .exitCode,
            0);
  EXPECT_EQ(runTandem({"inspect", "--shape", "left=1x4", path("m.mlir")}).exitCode, 0);
}

TEST_F(CommandLine, RefusesSecondsThatAreNoTime) {
  compile();
  for (const char *seconds : {"nan", "inf", "-inf", "-1", "0", "1e9", "two", "1s", ""})
    EXPECT_EQ(usageError({"bench", path("m.tandem"), "--seconds", seconds}),
              "--seconds: '" + std::string(seconds) + "' is no number from 0.01 to 3600");
}

TEST_F(CommandLine, RefusesNamesAndFoldersThatAreEmpty) {
  compile();
  EXPECT_EQ(usageError(runArguments({"--save", ""})), "--save: the value is empty");
  EXPECT_EQ(usageError(runArguments({"--model-name", ""})), "--model-name: the value is empty");
  EXPECT_EQ(usageError({"bench", path("m.tandem"), "--model-name", ""}),
            "--model-name: the value is empty");
  EXPECT_EQ(usageError({"profile", path("m.mlir"), "-o", ""}), "--output: the value is empty");
  EXPECT_EQ(usageError({"inspect", path("m.mlir"), "--svg", ""}), "--svg: the value is empty");
}

TEST_F(CommandLine, RefusesAFileWithoutAName) {
  for (const char *command : {"inspect", "run", "bench"}) {
    Outcome outcome = runTandem({command, ""});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.err, "error: the file's name is empty\n");
  }
}

TEST_F(CommandLine, RefusesAModelThatTheBundleHasNot) {
  compile();
  std::string message = path("m.tandem") + ": error: has no model 'n', only 'm'\n";
  EXPECT_EQ(requestError(runArguments({"--model-name", "n"})), message);
  EXPECT_EQ(requestError({"bench", path("m.tandem"), "--model-name", "n"}), message);
  EXPECT_EQ(runTandem(runArguments({"--model-name", "m"})).exitCode, 0);
}

TEST_F(CommandLine, RefusesInputsThatTheModelHasNot) {
  compile();
  writeArray("good.npy", ElementType::kF32, {1, 4});
  std::string good = path("good.npy");
  struct Case {
    std::vector<std::string> inputs;
    std::string message;
  };
  const Case cases[] = {
      {{},
       "input 'left' is missing, say --input left=FILE.npy, or random or zeros in place of the "
       "file"},
      {{"left=" + good},
       "input 'right' is missing, say --input right=FILE.npy, or random or zeros in "
       "place of the file"},
      {{"left=" + good, "left=" + good}, "input 'left' is given twice"},
      {{"middle=" + good}, "model 'm' has no input 'middle', only 'left', 'right'"},
      {{good}, "has 2 inputs, say --input NAME=" + good + " with a name of left, right"},
      {{"=" + good}, "--input '=" + good + "', expected NAME=FILE.npy"},
      {{"left="}, "--input 'left=', expected NAME=FILE.npy"},
      {{""}, "--input '', expected NAME=FILE.npy"},
  };
  for (const Case &one : cases) {
    std::vector<std::string> arguments = {"run", path("m.tandem")};
    for (const std::string &input : one.inputs)
      arguments.insert(arguments.end(), {"--input", input});
    EXPECT_EQ(requestError(arguments), path("m.tandem") + ": error: " + one.message + "\n");
  }
}

TEST_F(CommandLine, RefusesWhatGoesWithTheOtherKindOfFile) {
  compile();
  EXPECT_EQ(usageError({"inspect", path("m.tandem"), "--shape", "left=1x4"}),
            "--shape and --value are for a model, a bundle's inputs are fixed");
  std::string message = " is for an application (.yaml)";
  EXPECT_EQ(usageError({"run", path("m.tandem"), path("a.npy")}),
            "'" + path("a.npy") +
                "' stands behind the file without an option: of a model say --input " +
                path("a.npy"));
  EXPECT_EQ(usageError({"bench", path("m.mlir"), "left=1x4"}),
            "'left=1x4' stands behind the file without an option: of a model say --shape left=1x4");
  EXPECT_EQ(usageError({"run", path("m.tandem"), "left=random"}),
            "'left=random' stands behind the file without an option: of a model say --input "
            "left=random");
  writeBytes(path("a.png"), "\x89PNG\r\n\x1a\n");
  for (const char *frame : {"a.png", "clip.mp4"})
    EXPECT_EQ(usageError({"run", path("m.tandem"), path(frame)}),
              "'" + path(frame) +
                  "' stands behind the file without an option: pictures and videos go there, of an "
                  "application (.yaml); a model takes arrays (--input FILE.npy), and what it makes "
                  "of a picture or a "
                  "video says the application that uses it (docs/app-format.md)");
  EXPECT_EQ(usageError({"run", path("a.png")}),
            "'" + path("a.png") +
                "' is a picture, which goes behind an application: tandem run APP.yaml " +
                path("a.png"));
  EXPECT_EQ(usageError(runArguments({"--model", "a=b"})), "--model" + message);
  EXPECT_EQ(usageError({"bench", path("m.tandem"), "--pipeline"}), "--pipeline" + message);
}

TEST_F(CommandLine, SaysFirstWhatAFileIsThatIsOfNoUse) {
  compile();
  writeBytes(path("README.md"), "# Words\n");
  auto errorOf = [&](const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  for (const char *command : {"run", "bench"}) {
    EXPECT_EQ(errorOf({command, path("README.md"), path("a.png")}),
              path("README.md") +
                  ": error: not a model file of a known format: .tflite, .onnx, .h5 "
                  "or .keras, .pt2 or .pt, a SavedModel folder or frozen .pb, or "
                  "MXNet's NAME-symbol.json\n");
    EXPECT_EQ(errorOf({command, path(""), path("a.png")}),
              path("") +
                  ": error: not a folder with a model of a known format: a SavedModel has a "
                  "saved_model.pb in it; of other formats name the file, as in " +
                  path("m.mlir") + "\n");
  }
  EXPECT_EQ(errorOf({"plan", path("m.mlir")}),
            path("m.mlir") + ": error: is a model (mlir): 'tandem compile' takes it, 'tandem plan' "
                             "an application (.yaml)\n");
  EXPECT_EQ(errorOf({"plan", path("m.tandem")}),
            path("m.tandem") + ": error: is a bundle: 'tandem run' or 'tandem bench' takes it, "
                               "'tandem plan' an application (.yaml)\n");
}

TEST_F(CommandLine, RefusesInputFilesThatDoNotFit) {
  compile();
  writeArray("good.npy", ElementType::kF32, {1, 4});
  writeArray("long.npy", ElementType::kF32, {1, 5});
  writeArray("ints.npy", ElementType::kI32, {1, 4});
  writeBytes(path("text.npy"), "hello");
  writeBytes(path("empty.npy"), "");
  std::string good = readBytes(path("good.npy"));
  writeBytes(path("cut.npy"), good.substr(0, good.size() - 1));
  struct Case {
    std::string file, message;
  };
  const Case cases[] = {
      {"long.npy", "has f32 of shape 1x5, input 'left' takes f32 of shape 1x4"},
      {"ints.npy", "has i32 of shape 1x4, input 'left' takes f32 of shape 1x4"},
      {"text.npy", "not a NumPy .npy file, or cut short in its header"},
      {"empty.npy", "not a NumPy .npy file, or cut short in its header"},
      {"cut.npy", "an array of 1x4 f32 does not fit the 15 bytes behind the header"},
      {"none.npy", "cannot open: No such file or directory"},
      {"", "not a regular file"},
  };
  for (const Case &one : cases) {
    Outcome outcome = runTandem({"run", path("m.tandem"), "--input", "left=" + path(one.file),
                                 "--input", "right=" + path("good.npy"), "--save", path("out")});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.err, path(one.file) + ": error: " + one.message + "\n");
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(std::filesystem::exists(path("out")));
  }
}

TEST_F(CommandLine, NamesAFileThatIsMissingOrEmpty) {
  writeBytes(path("empty.tflite"), "");
  for (const char *name : {"none.tflite", "empty.tflite"}) {
    std::string message =
        path(name) + ": error: " +
        (std::string(name) == "none.tflite" ? "cannot open: No such file or directory"
                                            : "the file is empty");
    for (const std::vector<std::string> &arguments :
         {std::vector<std::string>{"compile", path(name), "-o", path("x.tandem")},
          std::vector<std::string>{"inspect", path(name)}}) {
      Outcome outcome = runTandem(arguments);
      EXPECT_EQ(outcome.exitCode, 1);
      EXPECT_EQ(outcome.err, message + "\n") << "nothing is done before";
    }
  }
  for (const char *command : {"run", "bench"}) {
    Outcome missing = runTandem({command, path("none.tandem")});
    EXPECT_EQ(missing.exitCode, 1);
    EXPECT_EQ(missing.err, path("none.tandem") + ": error: cannot open: No such file or "
                                                 "directory\n");
    Outcome empty = runTandem({command, path("empty.tflite")});
    EXPECT_EQ(empty.exitCode, 1);
    EXPECT_EQ(empty.err, path("empty.tflite") + ": error: the file is empty\n");
  }
  EXPECT_THAT(folder_.names(), ElementsAre("empty.tflite", "m.mlir"));
}

TEST_F(CommandLine, NamesTheNodeOfAModelThatIsWrong) {
  writeBytes(path("bad.mlir"), "func.func @main(%a: tensor<2xf32>) -> tensor<3xf32> {\n"
                               "  %0 = graph.relu %a : (tensor<2xf32>) -> tensor<3xf32>\n"
                               "  return %0 : tensor<3xf32>\n}\n");
  Outcome outcome = runTandem({"compile", path("bad.mlir"), "-o", path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(errorLines(outcome.err),
              ElementsAre(HasSubstr("bad.mlir: error: not valid MLIR of the graph dialect: line 2: "
                                    "'graph.relu' op result has shape")));
}

} // namespace
} // namespace tandem::test

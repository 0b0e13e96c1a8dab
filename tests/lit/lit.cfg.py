# Every .mlir file in a test/ folder of the compiler and the backends is a test: its RUN lines are
# commands, FileCheck judges what they print.
import os

import lit.formats

config.name = "tandem"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = config.source_dir
config.test_exec_root = os.path.join(config.binary_dir, "tests", "lit", "output")
# Only these rooms hold tests; the walk stays out of build folders and of everything else.
rooms = {"compiler", "backends"}
config.excludes = [name for name in os.listdir(config.source_dir) if name not in rooms]
tools = [os.path.join(config.binary_dir, "bin"), config.llvm_tools_dir]
config.environment["PATH"] = os.pathsep.join(tools + [os.environ["PATH"]])

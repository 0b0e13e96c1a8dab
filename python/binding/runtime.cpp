// tandem._runtime: bundles and models. Needs no compiler, no LLVM.

#include "base/file.h"
#include "bundle/reader.h"
#include "python/binding/failure.h"
#include "python/binding/model.h"
#include "runtime/bundle.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

namespace tandem::python {
namespace {

/// A bundle's file, mapped, until it is closed. `name`: what messages call it, which is not always
/// a path that a user knows.
class OpenBundle {
public:
  OpenBundle(const std::string &path, std::string name) : path_(path), name_(std::move(name)) {
    nb::gil_scoped_release unlocked;
    bundle_ = valueOf(Bundle::open(path));
  }

  const std::string &path() const { return path_; }
  std::vector<std::string> models() const {
    std::vector<std::string> names;
    for (const bundle::Model *model : *open()->manifest().models())
      names.push_back(model->name()->str());
    return names;
  }
  nb::object report() const { return plainData(open()->manifest().report()->str()); }
  /// Of the file that it was opened from, which may be gone.
  void save(const std::string &path) const {
    std::shared_ptr<const Bundle> bundle = open();
    nb::gil_scoped_release unlocked;
    throwIf(writeFileAtomically(path, bundle->bytes()));
  }
  std::unique_ptr<Model> load(const std::string &model, int threads) const {
    return std::make_unique<Model>(open(), name_, model, threads);
  }
  void close() { bundle_.reset(); }

private:
  std::shared_ptr<const Bundle> open() const {
    if (!bundle_)
      throw Failure(Error(Code::kInvalidArgument, name_, "the bundle was closed"));
    return bundle_;
  }

  std::string path_, name_;
  std::shared_ptr<const Bundle> bundle_;
};

} // namespace
} // namespace tandem::python

NB_MODULE(_runtime, module) {
  using namespace tandem::python;
  registerFailure();
  module.attr("__version__") = TANDEM_VERSION;
  nb::class_<OpenBundle>(module, "OpenBundle")
      .def(nb::init<const std::string &, std::string>(), "path"_a, "name"_a)
      .def_prop_ro("path", &OpenBundle::path)
      .def_prop_ro("models", &OpenBundle::models)
      .def("report", &OpenBundle::report)
      .def("save", &OpenBundle::save, "path"_a)
      .def("load", &OpenBundle::load, "model"_a, "threads"_a)
      .def("close", &OpenBundle::close);
  nb::class_<Model>(module, "Model",
                    R"(A model of a bundle, ready to run; made by tandem.load() or Bundle.load().

`model(array)`, `model(left=a, right=b)`: inputs by place or by name, as NumPy arrays or DLPack tensors on the CPU
(PyTorch, JAX, ...), each with exactly the input's type and shape, which `inputs` has. Nothing is converted; an array
that is not contiguous is taken as it lies. Gives new NumPy arrays: of a model with one output the array, else a dict
by name. Data are copied once into the model's memory and once out of it; input(), run() and output() work without.

Threads: calls release the GIL and may come from any thread; calls of one model take turns. For models that run at the
same time, load it once for each thread: weights are shared.

Errors: InvalidArgumentError for arrays that do not fit, UnavailableError for a device that fails and has no fallback
(where there is one, a FallbackWarning tells once). After close() every call is an InvalidArgumentError.)")
      .def("__call__", &Model::call, "Runs the model on these arrays and gives its outputs.")
      .def("run", &Model::run, "Runs on what is in the inputs, into the outputs; copies nothing.")
      .def("input", &Model::input, "key"_a,
           "The memory of an input, by name or place, as an array to write into. It keeps its "
           "contents across runs. Not to be written while another thread runs the model.")
      .def("output", &Model::output, "key"_a,
           "The memory of an output, by name or place, as an array that cannot be written to; "
           "what it holds is there until the next run.")
      .def("__repr__", &Model::repr)
      .def_prop_ro("name", &Model::name, "The model's name in its bundle.")
      .def_prop_ro("inputs", &Model::inputInfo, "A TensorInfo for each input, in order.")
      .def_prop_ro("outputs", &Model::outputInfo, "A TensorInfo for each output, in order.")
      .def("regions", &Model::regions,
           "What each part of the model was compiled for, what ran it, and how long its last run "
           "took: a list of dicts with name, backend, ran_on, stand_in, us, predicted_us, "
           "runs, faults.")
      .def("notices", &Model::notices,
           "What went wrong with devices so far and was made good, oldest first.")
      .def("close", &Model::close,
           "Frees the model's memory once no array looks into it and no call is running.");
}

#include "python/binding/failure.h"

namespace nb = nanobind;

namespace tandem::python {

void registerFailure() {
  nb::register_exception_translator([](const std::exception_ptr &thrown, void *) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Failure &failure) {
      const Error &error = failure.error();
      nb::object made = nb::module_::import_("tandem._errors")
                            .attr("from_code")(static_cast<int>(error.code), failure.what(),
                                               error.subject.c_str());
      PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(made.ptr())), made.ptr());
    }
  });
}

nb::object plainData(const std::string &json) {
  return nb::module_::import_("json").attr("loads")(nb::str(json.data(), json.size()));
}

} // namespace tandem::python

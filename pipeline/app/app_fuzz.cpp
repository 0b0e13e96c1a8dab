// Any bytes as an application: an error or an Application, within the limits; never a crash.
#include "pipeline/app/application.h"
#include "pipeline/app/test/kinds.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::vector<tandem::StepKind> kKinds = tandem::exampleKinds();
  auto app =
      tandem::parseApplication({reinterpret_cast<const char *>(data), size}, "app.yaml", kKinds);
  if (!app.ok())
    return app.error().message.empty() ? (std::abort(), 0) : 0;
  // What the loader promises: steps stand after all that they need.
  for (size_t i = 0; i < app->steps.size(); ++i)
    for (const auto &input : app->steps[i].inputs)
      if (input && input->step >= static_cast<int>(i))
        std::abort();
  return 0;
}

#include "compiler/importers/tflite/test/import_text.h"

#include "compiler/importers/common/test/import_text.h"

namespace tandem {
const Importer &tfliteImporter();
} // namespace tandem

namespace tandem::tflite::test {

std::string importText(std::string_view bytes, const ImportOptions &options) {
  return tandem::test::importText(tfliteImporter(), "test.tflite", bytes, options);
}

} // namespace tandem::tflite::test

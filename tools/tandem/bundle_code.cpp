#include "tools/tandem/bundle_code.h"

#include "backends/cpu/run/variants.h"

#include <algorithm>
#include <functional>

namespace tandem {
namespace {

/// Null where the region's backend is another one, or the artifact damaged.
const cpu::Artifact *artifactOf(const bundle::Reader &reader, const bundle::Region &region) {
  return region.backend()->string_view() == "cpu"
             ? cpu::openArtifact(reader.blob(region.artifact()))
             : nullptr;
}

void forEachVariant(const bundle::Reader &reader,
                    const std::function<void(const cpu::Variant &)> &visit) {
  auto visitRegion = [&](const bundle::Region &region) {
    if (const cpu::Artifact *artifact = artifactOf(reader, region))
      for (const cpu::Variant *variant : *artifact->variants())
        visit(*variant);
  };
  for (const bundle::Model *model : *reader.manifest().models())
    for (const bundle::Region *region : *model->regions()) {
      visitRegion(*region);
      if (region->fallback())
        for (const bundle::Region *fallback : *region->fallback())
          visitRegion(*fallback);
    }
}

} // namespace

std::vector<GeneratedCode> codeOf(const bundle::Reader &reader, const bundle::Region &region) {
  std::vector<GeneratedCode> code;
  if (const cpu::Artifact *artifact = artifactOf(reader, region))
    for (const cpu::Variant *variant : *artifact->variants())
      code.push_back({std::string(cpu::architectureOf(*variant)), variant->isa()->str()});
  return code;
}

std::string codeText(const std::vector<GeneratedCode> &code) {
  std::vector<std::pair<std::string, std::string>> isasOf; // by target, in order of appearance
  for (const GeneratedCode &one : code) {
    auto known =
        std::ranges::find(isasOf, one.target, [](const auto &entry) { return entry.first; });
    if (known == isasOf.end())
      isasOf.emplace_back(one.target, one.isa);
    else
      known->second += ", " + one.isa;
  }
  std::string text;
  for (const auto &[target, isas] : isasOf)
    text += (text.empty() ? "" : ", ") + target + " (" + isas + ")";
  return text;
}

std::set<std::string> targetsIn(const bundle::Reader &reader) {
  std::set<std::string> targets;
  forEachVariant(
      reader, [&](const cpu::Variant &variant) { targets.emplace(cpu::architectureOf(variant)); });
  return targets;
}

std::set<std::string> tunableOperationsIn(const bundle::Reader &reader) {
  std::set<std::string> operations;
  forEachVariant(reader, [&](const cpu::Variant &variant) {
    for (uint32_t step = 0; step < variant.functions()->size(); ++step)
      if (std::string_view text = cpu::scheduleOf(variant, step); !text.empty())
        operations.emplace(text.substr(0, text.rfind(": ")));
  });
  return operations;
}

} // namespace tandem

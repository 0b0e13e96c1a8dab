// Artifacts that are none: each damage with its message.
#include "backends/neuron/client/check.h"
#include "backends/neuron/test/client/sample.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>

namespace tandem::neuron {
namespace {

using test::additionOfFour;
using test::packed;

std::string refusalOf(const std::string &bytes) {
  static std::byte memory[512];
  const std::array<Buffer, 4> buffers = {Buffer{memory, 16, false}, Buffer{memory, 16, false},
                                         Buffer{memory, 16, false}, Buffer{memory, 512, true}};
  Place place = {.path = "x.tandem", .region = "r"};
  // A bundle's blobs are aligned.
  std::vector<uint64_t> copy(bytes.size() / sizeof(uint64_t) + 1);
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char *>(copy.data()));
  auto artifact = checkArtifact(std::as_bytes(std::span(copy)).first(bytes.size()), buffers, place);
  return artifact.ok() ? "" : artifact.error().text();
}

std::string refusalOf(const std::function<void(artifact::ArtifactT &)> &damage) {
  artifact::ArtifactT network = additionOfFour();
  damage(network);
  return refusalOf(packed(network));
}

void expectDamage(const std::string &message,
                  const std::function<void(artifact::ArtifactT &)> &damage) {
  EXPECT_EQ(refusalOf(damage),
            "x.tandem: error: neuron: region 'r': the artifact is damaged: " + message);
}

TEST(CheckArtifact, TakesASoundOne) {
  EXPECT_EQ(refusalOf([](artifact::ArtifactT &) {}), "");
}

TEST(CheckArtifact, RefusesOtherBytes) {
  const std::string message =
      "x.tandem: error: neuron: region 'r': its artifact is none of the neuron backend";
  EXPECT_EQ(refusalOf(std::string()), message);
  EXPECT_EQ(refusalOf(std::string(100, 'x')), message);
  std::string cut = packed(additionOfFour());
  cut.resize(cut.size() / 2);
  EXPECT_EQ(refusalOf(cut), message);
}

TEST(CheckArtifact, RefusesOperandsThatMakeNoSense) {
  const std::string noType = "operand 0 has a type or dimensions that there are not";
  expectDamage(noType, [](auto &network) { network.operands[0]->type = NEURON_MODEL; });
  expectDamage(noType, [](auto &network) { network.operands[0]->dimensions.clear(); });
  expectDamage(noType, [](auto &network) { network.operands[0]->dimensions = {4, 0}; });
  expectDamage(noType, [](auto &network) {
    network.operands[0]->dimensions = {1u << 31, 1u << 31, 1u << 31};
  });
  expectDamage("operand 3 has a type or dimensions that there are not",
               [](auto &network) { network.operands[3]->dimensions = {1}; });
  expectDamage("operand 3 has a value of another size than its type",
               [](auto &network) { network.operands[3]->value.pop_back(); });
  expectDamage("operand 0 has a value of another size than its type", [](auto &network) {
    network.operands[0]->dimensions = {64};
    network.operands[0]->source = artifact::Source::Inline;
    network.operands[0]->value.resize(256);
  });
  expectDamage("operand 0 has an unknown source", [](auto &network) {
    network.operands[0]->source = static_cast<artifact::Source>(9);
  });
}

TEST(CheckArtifact, RefusesScalesThatDoNotFit) {
  expectDamage("operand 0 has channel scales without being per channel, or has none",
               [](auto &network) { network.operands[0]->channel_scales = {0.5f}; });
  expectDamage(
      "operand 0 has channel scales without being per channel, or has none",
      [](auto &network) { network.operands[0]->type = NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL; });
  expectDamage("operand 0 has not one scale for each channel", [](auto &network) {
    network.operands[0]->type = NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL;
    network.operands[0]->channel_scales = {0.5f};
  });
  expectDamage("operand 0 has not one scale for each channel", [](auto &network) {
    network.operands[0]->type = NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL;
    network.operands[0]->channel_scales = {0.5f};
    network.operands[0]->channel_dimension = 7;
  });
}

TEST(CheckArtifact, RefusesWeightsThatAreNotThere) {
  auto weights = [](uint32_t buffer, uint32_t elements) {
    return [=](artifact::ArtifactT &network) {
      network.operands[1]->dimensions = {elements};
      network.operands[1]->source = artifact::Source::Weights;
      network.operands[1]->buffer = buffer;
      network.inputs.pop_back();
    };
  };
  EXPECT_EQ(refusalOf(weights(3, 128)), "");
  expectDamage("operand 1 has no weights of its size in buffer 3", weights(3, 127));
  expectDamage("operand 1 has no weights of its size in buffer 0", weights(0, 4));
  expectDamage("operand 1 has no weights of its size in buffer 4", weights(4, 128));
}

TEST(CheckArtifact, RefusesOperationsOnOperandsThatAreNotThere) {
  expectDamage("ADD 'sum' reads operand 4 of 4",
               [](auto &network) { network.operations[0]->inputs[1] = 4; });
  const std::string notWritten = " writes operand 3, which is a constant or not there";
  expectDamage("ADD 'sum'" + notWritten,
               [](auto &network) { network.operations[0]->outputs = {3}; });
  expectDamage("squeak 'sum'" + notWritten, [](auto &network) {
    network.operations[0]->function = "squeak";
    network.operations[0]->outputs = {3};
  });
  expectDamage("ADD 'sum' writes operand 7, which is a constant or not there",
               [](auto &network) { network.operations[0]->outputs = {7}; });
  expectDamage("it has no operation, or no output",
               [](auto &network) { network.operations.clear(); });
  expectDamage("it has no operation, or no output", [](auto &network) { network.outputs.clear(); });
}

TEST(CheckArtifact, RefusesBordersThatAreNotThere) {
  expectDamage("input operand 3 is a constant or not there",
               [](auto &network) { network.inputs[0]->operand = 3; });
  expectDamage("output operand 1 crosses the border twice",
               [](auto &network) { network.outputs[0]->operand = 1; });
  for (uint32_t buffer : {3u, 4u})
    expectDamage("output operand 2 has no buffer of its size",
                 [=](auto &network) { network.outputs[0]->buffer = buffer; });
  expectDamage("input operand 0 changes the sign of what are no u8 codes",
               [](auto &network) { network.inputs[0]->flip_sign = true; });
}

TEST(CheckArtifact, RefusesDeadlinesThatAreNone) {
  expectDamage("a deadline is 0 us, expected 1 to 86400000000",
               [](auto &network) { network.settings->deadline_us = 0; });
}

} // namespace
} // namespace tandem::neuron

// A region on the host's library: how it runs, and where its network comes from.
#include "backends/neuron/client/network.h"
#include "backends/neuron/test/client/sample.h"
#include "tests/counted_allocations.h"

#include <gmock/gmock.h>

namespace tandem::neuron {
namespace {

using test::additionOfFour;
using test::packed;
using test::SampleRegion;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const SampleRegion::Four kA = {1, 2, 3, 4}, kB = {10, 20, 30, 40};

void expectSum(SampleRegion &sample, LoadedRegion &region) {
  auto sum = sample.run(region, kA, kB);
  ASSERT_TRUE(sum.ok()) << sum.error().text();
  EXPECT_THAT(*sum, ElementsAre(11, 22, 33, 44));
}

TEST(NeuronRegion, RunsAgainAndAgainWithoutAllocating) {
  SampleRegion sample;
  auto region = sample.load(additionOfFour());
  ASSERT_TRUE(region.ok()) << region.error().text();
  EXPECT_EQ((*region)->notice(), "");
  expectSum(sample, **region);
  int64_t before = tandem::test::markedAllocations;
  tandem::test::marksAllocations = true; // the library's own threads may allocate
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(sample.run(**region, kB, kB).ok());
  auto counted = std::make_unique<int>(1);
  tandem::test::marksAllocations = false;
  EXPECT_EQ(tandem::test::markedAllocations, before + 1)
      << "this one, else the counter counts nothing";
  expectSum(sample, **region);
}

TEST(NeuronRegion, ReadsWeightsWhereTheyAre) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  for (const auto &operand : network.operands)
    if (operand->type == NEURON_TENSOR_FLOAT32)
      operand->dimensions = {1, 4};
  network.operands[1]->dimensions = {32, 4}; // of 512 bytes: buffer 3
  network.operands[1]->source = artifact::Source::Weights;
  network.operands[1]->buffer = 3;
  network.inputs.pop_back();
  // The sum has 32 rows; the last row of it is not asked for, so that it fits the sample's buffer.
  network.operands[2]->dimensions = {32, 4};
  auto slice = std::make_unique<artifact::OperationT>();
  slice->code = NEURON_SLICE;
  slice->node = "last";
  auto list = [&](std::vector<int32_t> values) {
    auto operand = std::make_unique<artifact::OperandT>();
    operand->type = NEURON_TENSOR_INT32;
    operand->dimensions = {static_cast<uint32_t>(values.size())};
    operand->source = artifact::Source::Inline;
    const auto *bytes = reinterpret_cast<const uint8_t *>(values.data());
    operand->value.assign(bytes, bytes + 4 * values.size());
    network.operands.push_back(std::move(operand));
    return static_cast<uint32_t>(network.operands.size() - 1);
  };
  slice->inputs = {2, list({31, 0}), list({1, 4})};
  auto last = std::make_unique<artifact::OperandT>(*network.operands[0]);
  network.operands.push_back(std::move(last));
  slice->outputs = {static_cast<uint32_t>(network.operands.size() - 1)};
  network.outputs[0]->operand = slice->outputs[0];
  network.operations.push_back(std::move(slice));

  auto *weights = reinterpret_cast<float *>(sample.buffer(3));
  std::copy(kB.begin(), kB.end(), weights + 124);
  auto region = sample.load(network);
  ASSERT_TRUE(region.ok()) << region.error().text();
  expectSum(sample, **region);
}

TEST(NeuronRegion, SaysWhichOperationTheLibraryRefuses) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.operations[0]->inputs = {0, 1}; // ADD wants its activation
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(region.error().text(), "x.tandem: error: neuron: region 'r': NeuronModel_addOperation "
                                   "for ADD 'sum' returned BAD_DATA (4)");
}

TEST(NeuronRegion, NamesWhatTheLibraryDoesNotSupport) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.operations[0]->code = NEURON_LOG; // in the ABI, and in no library
  network.operations[0]->inputs = {0};
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(
      region.error().message,
      "neuron: region 'r': NeuronCompilation_finish returned UNMAPPABLE (6); the library does "
      "not support 60 'sum'");
}

TEST(NeuronRegion, NeedsALibraryThatIsNewEnough) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.needs = std::make_unique<artifact::Version>(99, 0, 0);
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_THAT(region.error().message,
              HasSubstr("neuron: region 'r': its operations need Neuron 99.0.0, "));
}

TEST(NeuronRegion, NeedsOneOfItsDevices) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.settings->devices = {"mtk-gpu", "mtk-tpu"};
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(region.error().message, "neuron: region 'r': there is no device mtk-gpu, mtk-tpu, the "
                                    "library has mtk-mdla, mtk-dsp");
  network.settings->devices = {"mtk-gpu", "mtk-dsp"};
  region = sample.load(network);
  ASSERT_TRUE(region.ok()) << region.error().text();
  expectSum(sample, **region);
}

/// A library that has nothing but what is required.
class Smallest {
public:
  Smallest() { setenv("TANDEM_NEURON_LIBRARY", TANDEM_SMALLEST_LIBRARY, 1); }
  ~Smallest() { unsetenv("TANDEM_NEURON_LIBRARY"); }
};

TEST(NeuronRegion, RunsOnPlainBuffersWhereThereIsNoSharedMemory) {
  Smallest library;
  SampleRegion sample;
  auto region = sample.load(additionOfFour());
  ASSERT_TRUE(region.ok()) << region.error().text();
  EXPECT_EQ((*region)->notice(), "");
  ASSERT_TRUE(sample.run(**region, kA, kB).ok());
  std::byte last = sample.buffer(0)[15]; // what that library computes
  for (size_t i = 0; i < 16; ++i)
    EXPECT_EQ(sample.buffer(2)[i], last);
}

TEST(NeuronRegion, NamesAFunctionThatItNeedsAndTheLibraryHasNot) {
  Smallest library;
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.settings->relax_fp32 = true;
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(region.error().text(), "x.tandem: error: neuron: region 'r': the Neuron library has no "
                                   "NeuronModel_relaxComputationFloat32toFloat16");
}

TEST(NeuronRegion, RefusesADamagedArtifact) {
  SampleRegion sample;
  artifact::ArtifactT network = additionOfFour();
  network.outputs.clear();
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(region.error().code, Code::kCorruptData);
}

/// additionOfFour() with the network that the host's library compiles of it.
artifact::ArtifactT stored() {
  artifact::ArtifactT network = additionOfFour();
  std::string bytes = packed(network);
  auto library = Library::open(TANDEM_HOST_LIBRARY);
  EXPECT_TRUE(library.ok());
  Place place;
  auto compiled = compileNetwork(**library, *artifact::GetArtifact(bytes.data()), {}, place);
  EXPECT_TRUE(compiled.ok()) << compiled.error().text();
  auto blob = storeNetwork(**library, *compiled, place);
  EXPECT_TRUE(blob.ok()) << blob.error().text();
  Version version = (*library)->version();
  network.stored = std::make_unique<artifact::StoredNetworkT>();
  network.stored->version =
      std::make_unique<artifact::Version>(version.major, version.minor, version.patch);
  network.stored->network = *blob;
  return network;
}

TEST(StoredNetwork, IsRestoredAndNotCompiled) {
  SampleRegion sample;
  artifact::ArtifactT network = stored();
  network.operations[0]->code = NEURON_LOG; // what could not be compiled
  auto region = sample.load(network);
  ASSERT_TRUE(region.ok()) << region.error().text();
  EXPECT_EQ((*region)->notice(), "");
  expectSum(sample, **region);
}

/// What is noticed when the stored network is of no use; then the graph is compiled.
std::string noticeOf(const artifact::ArtifactT &network) {
  SampleRegion sample;
  auto region = sample.load(network);
  EXPECT_TRUE(region.ok()) << region.error().text();
  if (!region.ok())
    return "";
  expectSum(sample, **region);
  return (*region)->notice();
}

TEST(StoredNetwork, OfAnotherVersionIsCompiledAgain) {
  artifact::ArtifactT network = stored();
  network.stored->version = std::make_unique<artifact::Version>(3, 2, 1);
  EXPECT_THAT(noticeOf(network),
              ::testing::MatchesRegex(
                  "neuron: region 'r': its stored network is of Neuron 3\\.2\\.1, .* is "
                  "[0-9.]+; it is compiled again"));
}

TEST(StoredNetwork, ForAnotherSocIsCompiledAgain) {
  artifact::ArtifactT network = stored();
  network.stored->soc = "mt6873";
  setenv("TANDEM_NEURON_SOC", "MT6893", 1);
  EXPECT_EQ(noticeOf(network), "neuron: region 'r': its stored network is for mt6873, this is "
                               "mt6893; it is compiled again");
  setenv("TANDEM_NEURON_SOC", "MT6873", 1);
  EXPECT_EQ(noticeOf(network), "");
  unsetenv("TANDEM_NEURON_SOC");
}

TEST(StoredNetwork, ThatTheLibraryCannotRestoreIsCompiledAgain) {
  artifact::ArtifactT network = stored();
  Smallest library;
  network.stored->version = std::make_unique<artifact::Version>(7, 0, 0);
  SampleRegion sample;
  auto region = sample.load(network);
  ASSERT_TRUE(region.ok()) << region.error().text();
  EXPECT_EQ((*region)->notice(), "neuron: region 'r': the Neuron library has no "
                                 "NeuronModel_restoreFromCompiledNetwork; it is compiled again");
}

TEST(StoredNetwork, ThatIsCutIsCompiledAgain) {
  artifact::ArtifactT network = stored();
  network.stored->network.resize(network.stored->network.size() / 2);
  EXPECT_EQ(noticeOf(network),
            "neuron: region 'r': NeuronModel_restoreFromCompiledNetwork for its stored network "
            "returned BAD_DATA (4); it is compiled again");
}

TEST(StoredNetwork, AndAGraphThatAreBothOfNoUseAreBothSaid) {
  SampleRegion sample;
  artifact::ArtifactT network = stored();
  network.stored->network.clear();
  network.operations[0]->inputs = {0, 1};
  auto region = sample.load(network);
  ASSERT_FALSE(region.ok());
  EXPECT_EQ(region.error().text(),
            "x.tandem: error: neuron: region 'r': NeuronModel_restoreFromCompiledNetwork for its "
            "stored network returned BAD_DATA (4); compiling it again: neuron: region 'r': "
            "NeuronModel_addOperation for ADD 'sum' returned BAD_DATA (4)");
}

} // namespace
} // namespace tandem::neuron

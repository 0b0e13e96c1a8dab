// libtandem as programs see it: tandem.h from C, tandem.hpp from C++, on a bundle of one addition.
#include "tandem/tandem.hpp"

#include "backends/reference/abi/artifact_generated.h"
#include "bundle/writer.h"

#include <cstdio>
#include <gmock/gmock.h>

namespace tandem {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace abi = reference::abi;

std::string additionArtifact() {
  abi::ArtifactT artifact;
  auto op = std::make_unique<abi::OpT>();
  op->name = "add";
  op->node = "sum";
  op->operands = {0, 1};
  op->result = 2;
  artifact.ops.push_back(std::move(op));
  flatbuffers::FlatBufferBuilder builder;
  abi::FinishArtifactBuffer(builder, abi::CreateArtifact(builder, &artifact));
  return {reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize()};
}

/// sum[i] = left[i] + right[i], three floats each.
bundle::ManifestT additionManifest() {
  auto model = std::make_unique<bundle::ModelT>();
  model->name = "addition";
  model->arena_size = 192;
  uint32_t index = 0;
  for (const char *name : {"left", "right", "sum"}) {
    auto buffer = std::make_unique<bundle::BufferT>();
    buffer->offset = 64 * index;
    buffer->size = 12;
    model->buffers.push_back(std::move(buffer));
    auto tensor = std::make_unique<bundle::TensorT>();
    tensor->name = name;
    tensor->shape = {1, 3};
    tensor->buffer = index++;
    model->tensors.push_back(std::move(tensor));
  }
  model->inputs = {0, 1};
  model->outputs = {2};
  auto region = std::make_unique<bundle::RegionT>();
  region->name = "all";
  region->backend = "reference";
  region->artifact = 1;
  model->regions.push_back(std::move(region));
  bundle::ManifestT manifest;
  manifest.models.push_back(std::move(model));
  return manifest;
}

/// The addition as a file.
std::string additionBundle(bundle::ManifestT manifest = additionManifest()) {
  std::string path = ::testing::TempDir() + "addition.tandem";
  bundle::Writer writer;
  writer.addBlob("");
  writer.addBlob(additionArtifact());
  EXPECT_TRUE(writer.write(path, std::move(manifest)).ok());
  return path;
}

TEST(CppApi, RunsAModel) {
  Bundle bundle(additionBundle());
  EXPECT_EQ(bundle.modelCount(), 1u);
  EXPECT_EQ(bundle.modelName(0), "addition");
  Session session(bundle, "addition", /*threads=*/2);
  ASSERT_EQ(session.inputCount(), 2u);
  Tensor left = session.input("left"), right = session.input(1), sum = session.output(0);
  EXPECT_THAT(left.shape(), ElementsAre(1, 3));
  EXPECT_EQ(left.type(), TANDEM_F32);
  EXPECT_EQ(right.name(), "right");
  EXPECT_TRUE(sum.scales().empty());
  for (int i = 0; i < 3; ++i) {
    left.data<float>()[i] = static_cast<float>(i);
    right.data<float>()[i] = 10;
  }
  session.run();
  EXPECT_THAT(sum.data<float>(), ElementsAre(10, 11, 12));
  left.data<float>()[0] = 5; // the other inputs are still there
  session.run();
  EXPECT_THAT(sum.data<float>(), ElementsAre(15, 11, 12));
  EXPECT_STREQ(tandem_session_region_backend(session.get(), 0), "reference");
  EXPECT_GT(tandem_session_region_us(session.get(), 0), 0);
}

TEST(CppApi, ThrowsWhatTheLibrarySays) {
  try {
    Bundle("no/such.tandem");
    FAIL() << "opened what is not there";
  } catch (const Failure &failure) {
    EXPECT_EQ(failure.code(), TANDEM_NOT_FOUND);
    EXPECT_THAT(failure.what(), HasSubstr("no/such.tandem: error: cannot open"));
  }
  Bundle bundle(additionBundle());
  EXPECT_THROW(Session(bundle, "subtraction"), Failure);
  EXPECT_THROW(Session(bundle, "", -1), Failure);
  EXPECT_THROW(Session(bundle).output("product"), Failure);
}

TEST(CApi, ReportsErrorsAsCodesAndObjects) {
  tandem_bundle *bundle = nullptr;
  EXPECT_EQ(tandem_bundle_open("no/such.tandem", &bundle, nullptr), TANDEM_NOT_FOUND)
      << "the object is optional";
  tandem_error *error = nullptr;
  ASSERT_EQ(tandem_bundle_open(nullptr, &bundle, &error), TANDEM_INVALID_ARGUMENT);
  EXPECT_EQ(tandem_error_code(error), TANDEM_INVALID_ARGUMENT);
  EXPECT_STREQ(tandem_error_message(error), "error: an argument is NULL");
  tandem_error_free(error);

  ASSERT_EQ(tandem_bundle_open(additionBundle().c_str(), &bundle, &error), TANDEM_OK);
  EXPECT_EQ(error, nullptr);
  EXPECT_EQ(tandem_bundle_model_name(bundle, 1), nullptr);
  tandem_session *session = nullptr;
  tandem_session_options options = {/*size=*/4, /*threads=*/1, /*give_up_after=*/0};
  EXPECT_EQ(tandem_session_create(bundle, nullptr, &options, &session, nullptr),
            TANDEM_INVALID_ARGUMENT);
  options = {offsetof(tandem_session_options, give_up_after), 0, 77}; // an older program's
  ASSERT_EQ(tandem_session_create(bundle, nullptr, &options, &session, nullptr), TANDEM_OK);
  tandem_session_free(session);
  options = {sizeof options, 0, -1};
  ASSERT_EQ(tandem_session_create(bundle, nullptr, &options, &session, nullptr), TANDEM_OK);
  tandem_bundle_free(bundle);
  EXPECT_EQ(tandem_session_input(session, 2), nullptr);
  EXPECT_EQ(tandem_session_find_output(session, "left"), nullptr);
  EXPECT_EQ(tandem_session_region_name(session, 1), nullptr);
  EXPECT_EQ(tandem_session_run(session, nullptr), TANDEM_OK);
  EXPECT_EQ(tandem_session_run(nullptr, nullptr), TANDEM_INVALID_ARGUMENT);
  tandem_session_free(session);
  tandem_session_free(nullptr);
  tandem_error_free(nullptr);
  EXPECT_EQ(tandem_error_code(nullptr), TANDEM_UNAVAILABLE) << "no memory for an error";
  EXPECT_STREQ(tandem_error_message(nullptr), "error: no memory, not even for a message");
}

TEST(CApi, TellsWhatWentOnOnAFallback) {
  bundle::ManifestT manifest = additionManifest();
  bundle::RegionT &region = *manifest.models[0]->regions[0];
  region.fallback.push_back(std::make_unique<bundle::RegionT>(region));
  region.backend = "npu";
  Session session(Bundle(additionBundle(std::move(manifest))));
  ASSERT_EQ(session.noticeCount(), 1u);
  EXPECT_THAT(std::string(session.notice(0)), HasSubstr("no backend 'npu'"));
  EXPECT_THAT(std::string(session.notice(0)), HasSubstr("; it runs on reference"));
  EXPECT_EQ(session.notice(1), "");
  EXPECT_STREQ(tandem_session_region_ran_on(session.get(), 0), "");
  session.run();
  EXPECT_STREQ(tandem_session_region_backend(session.get(), 0), "npu");
  EXPECT_STREQ(tandem_session_region_ran_on(session.get(), 0), "reference");
  EXPECT_EQ(tandem_session_region_ran_on(session.get(), 1), nullptr);
}

/// What the example prints, both streams, and its exit code.
std::pair<std::string, int> example(const std::string &argument) {
  FILE *pipe = popen(("'" TANDEM_EXAMPLE "' '" + argument + "' 2>&1").c_str(), "r");
  std::string output;
  for (int c; pipe && (c = std::fgetc(pipe)) != EOF;)
    output += static_cast<char>(c);
  int status = pipe ? pclose(pipe) : -1;
  return {output, WEXITSTATUS(status)};
}

TEST(CApi, ExampleOfTheDocumentationRuns) {
  EXPECT_EQ(example(additionBundle()), std::pair(std::string("input left: 1 3 (12 bytes)\n"
                                                             "input right: 1 3 (12 bytes)\n"
                                                             "output sum: 1 3 (12 bytes)\n"
                                                             "all on reference\n"),
                                                 0));
  auto [output, code] = example("no/such.tandem");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(output, HasSubstr("no/such.tandem: error: cannot open"));
}

} // namespace
} // namespace tandem

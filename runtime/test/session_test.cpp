#include "runtime/session.h"
#include "runtime/thread_pool.h"

#include "bundle/test/sample.h"
#include "runtime/test/fake_device.h"
#include "tests/counted_allocations.h"

#include <cstring>
#include <gmock/gmock.h>
#include <memory>

namespace tandem {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SessionTest : public ::testing::Test {
protected:
  void TearDown() override {
    FakeDevice::onRun = nullptr;
    FakeDevice::onRunOf = nullptr;
    FakeDevice::onLoad = nullptr;
    FakeDevice::onStep = nullptr;
    FakeDevice::steps = 1;
    FakeDevice::shares = false;
    FakeDevice::notice.clear();
  }

  /// The sample model, as `change` leaves it.
  std::shared_ptr<const Bundle>
  sample(const std::function<void(bundle::ManifestT &)> &change = {}) {
    bundle::ManifestT manifest = bundle::sampleManifest();
    if (change)
      change(manifest);
    std::vector<std::byte> bytes = bundle::sampleWriter().bytes(std::move(manifest));
    file_.reset(static_cast<std::byte *>(std::aligned_alloc(64, (bytes.size() + 63) / 64 * 64)));
    std::memcpy(file_.get(), bytes.data(), bytes.size());
    auto bundle = Bundle::openBytes({file_.get(), bytes.size()}, "sample.tandem");
    EXPECT_TRUE(bundle.ok()) << bundle.error().text();
    return std::move(bundle).value();
  }

  /// The sample with a second way to run its region.
  std::shared_ptr<const Bundle>
  withFallback(const std::function<void(bundle::RegionT &)> &change = {}) {
    return sample([&](bundle::ManifestT &manifest) {
      bundle::RegionT &region = *manifest.models[0]->regions[0];
      auto fallback = std::make_unique<bundle::RegionT>(region);
      fallback->name = "other way";
      region.fallback.push_back(std::move(fallback));
      if (change)
        change(region);
    });
  }

  struct Free {
    void operator()(std::byte *memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> file_;
};

TEST_F(SessionTest, ShowsInputsAndOutputsAsTheSourceModelHasThem) {
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok()) << session.error().text();
  ASSERT_EQ((*session)->inputs().size(), 1u);
  const TensorView &input = (*session)->inputs()[0], &output = (*session)->outputs()[0];
  EXPECT_EQ(input.name, "in");
  EXPECT_EQ(input.type, ElementType::kI8);
  EXPECT_THAT(input.shape, ElementsAre(1, 4, 3));
  EXPECT_EQ(input.bytes, 12u);
  EXPECT_THAT(input.quantization.scales, ElementsAre(0.5f));
  EXPECT_THAT(input.quantization.zeroPoints, ElementsAre(-3));
  EXPECT_EQ(output.name, "out");
  EXPECT_TRUE(output.quantization.empty());
  EXPECT_EQ(output.bytes, 12u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(input.data) % 64, 0u);
  EXPECT_EQ(output.data - input.data, 64);
  EXPECT_EQ((*session)->input("in").value(), &input);
}

TEST_F(SessionTest, RunsItsRegionsOnTheArenaAndTheWeights) {
  FakeDevice::onRun = [](ThreadPool &, std::span<std::byte *const> buffers) {
    float sum = float(buffers[0][0]) + float(buffers[2][5]);
    std::memcpy(buffers[1], &sum, sizeof sum);
    return Status();
  };
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok()) << session.error().text();
  (*session)->inputs()[0].data[0] = std::byte(7);
  ASSERT_TRUE((*session)->run().ok());
  float result = 0;
  std::memcpy(&result, (*session)->outputs()[0].data, sizeof result);
  EXPECT_EQ(result, 7 + 'w');
  ASSERT_EQ((*session)->profile().size(), 1u);
  EXPECT_EQ((*session)->profile()[0].name, "region 0");
  EXPECT_EQ((*session)->profile()[0].backend, "reference");
  EXPECT_GT((*session)->profile()[0].lastUs, 0);
}

TEST_F(SessionTest, IsMadeOnceMoreWithWhatCanBeShared) {
  for (bool shares : {true, false}) {
    FakeDevice::shares = shares;
    int loads = 0;
    FakeDevice::onLoad = [&](const RegionSource &) {
      ++loads;
      return Status();
    };
    auto session = Session::create(sample());
    ASSERT_TRUE(session.ok()) << session.error().text();
    auto other = (*session)->another();
    ASSERT_TRUE(other.ok()) << other.error().text();
    EXPECT_EQ(loads, shares ? 1 : 2);
    EXPECT_NE((*other)->inputs()[0].data, (*session)->inputs()[0].data);
    FakeDevice::onRun = [](ThreadPool &, std::span<std::byte *const> buffers) {
      std::memcpy(buffers[1], buffers[0], 4);
      return Status();
    };
    (*other)->inputs()[0].data[0] = std::byte(7);
    (*session)->inputs()[0].data[0] = std::byte(9);
    session->reset();
    ASSERT_TRUE((*other)->run().ok()) << "it needs the first one no more";
    EXPECT_EQ((*other)->outputs()[0].data[0], std::byte(7));
  }
}

TEST_F(SessionTest, RunsTheStepsOfARegionAsTheyAreAskedFor) {
  std::vector<size_t> ran;
  FakeDevice::steps = 5;
  FakeDevice::onStep = [&](size_t step) {
    ran.push_back(step);
    return step == 4 ? Error(Code::kUnavailable, "", "lost") : Status();
  };
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_EQ((*session)->stepsOf(0), 5u);
  EXPECT_TRUE((*session)->runSteps(0, 0, 2).ok());
  EXPECT_TRUE((*session)->runSteps(0, 2, 4).ok());
  EXPECT_EQ((*session)->profile()[0].runs, 0) << "not yet whole";
  EXPECT_EQ((*session)->runSteps(0, 4, 5).error().message, "lost");
  EXPECT_THAT(ran, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ((*session)->profile()[0].runs, 1);
  EXPECT_EQ((*session)->profile()[0].faults, 1);

  session = Session::create(withFallback());
  EXPECT_EQ((*session)->stepsOf(0), 1u) << "the fallback does the work whole";
}

TEST_F(SessionTest, RunAllocatesNothing) {
  for (int threads : {1, 3}) {
    FakeDevice::onRun = [](ThreadPool &pool, std::span<std::byte *const> buffers) {
      pool.parallelFor(
          12,
          [](void *bytes, int64_t begin, int64_t end) {
            std::memset(static_cast<std::byte *>(bytes) + begin, 1, end - begin);
          },
          buffers[1], /*nanoseconds=*/1'000'000);
      return Status();
    };
    auto session = Session::create(sample(), "", {.threads = threads, .faults = {}});
    ASSERT_TRUE(session.ok()) << session.error().text();
    int64_t before = test::allocations;
    bool good = true;
    for (int i = 0; i < 10; ++i)
      good &= (*session)->run().ok();
    EXPECT_EQ(test::allocations, before) << threads << " threads";
    EXPECT_TRUE(good);
    EXPECT_EQ((*session)->outputs()[0].data[11], std::byte(1));
  }
  int64_t before = test::allocations;
  auto counted = std::make_unique<int>(1);
  EXPECT_EQ(test::allocations, before + TANDEM_COUNTS_ALLOCATIONS) << "else nothing is counted";
}

TEST_F(SessionTest, SharesWorkersWithOthers) {
  auto pool = ForkJoinPool::create(3);
  ASSERT_TRUE(pool.ok());
  std::shared_ptr<ThreadPool> shared = std::move(pool).value();
  FakeDevice::onRun = [&](ThreadPool &given, std::span<std::byte *const>) {
    EXPECT_EQ(&given, shared.get());
    return Status();
  };
  SessionOptions options;
  options.pool = shared;
  auto one = Session::create(sample(), "", options),
       another = Session::create(sample(), "", options);
  ASSERT_TRUE(one.ok() && another.ok());
  EXPECT_TRUE((*one)->run().ok());
  one->reset(); // the pool goes with the last that has it
  EXPECT_TRUE((*another)->run().ok());
}

TEST_F(SessionTest, KeepsTheBundleAlive) {
  auto bundle = sample();
  auto session = Session::create(std::move(bundle), "sample");
  ASSERT_TRUE(session.ok());
  EXPECT_TRUE((*session)->run().ok());
}

TEST_F(SessionTest, PassesOnWhatARegionSays) {
  FakeDevice::onRun = [](ThreadPool &, std::span<std::byte *const>) -> Status {
    return Error(Code::kUnavailable, "sample.tandem", "device went away");
  };
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok());
  Status status = (*session)->run();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "device went away");

  FakeDevice::onLoad = [](const RegionSource &source) -> Status {
    return Error(Code::kCorruptData, source.path, "artifact of ", source.artifact.size(),
                 " bytes makes no sense");
  };
  auto broken = Session::create(sample());
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().text(), "sample.tandem: error: artifact of 11 bytes makes no sense");
}

TEST_F(SessionTest, NamesABackendThatThisBuildDoesNotHave) {
  auto session = Session::create(
      sample([](auto &manifest) { manifest.models[0]->regions[0]->backend = "npu"; }));
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().code, Code::kUnavailable);
  EXPECT_EQ(session.error().text(), "sample.tandem: error: region 'region 0': this build has no "
                                    "backend 'npu', only reference");
}

TEST_F(SessionTest, GoesOnWithTheFallbackAndGivesAFailingDeviceUp) {
  std::vector<std::string> ran;
  bool fails = true;
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    ran.emplace_back(region);
    if (region == "region 0" && fails)
      return Error(Code::kUnavailable, "sample.tandem", "device went away");
    return Status();
  };
  auto session = Session::create(withFallback(), "", {.threads = 1, .faults = {.giveUpAfter = 2}});
  ASSERT_TRUE(session.ok()) << session.error().text();
  ASSERT_TRUE((*session)->run().ok());
  EXPECT_THAT(ran, ElementsAre("region 0", "other way"));
  EXPECT_EQ((*session)->profile()[0].ranOn, "reference");
  EXPECT_EQ((*session)->profile()[0].faults, 1);

  fails = false; // a success in between: it counts anew
  ASSERT_TRUE((*session)->run().ok());
  EXPECT_EQ(ran.back(), "region 0");
  fails = true;
  ASSERT_TRUE((*session)->run().ok());
  ASSERT_TRUE((*session)->run().ok());
  ran.clear();
  ASSERT_TRUE((*session)->run().ok());
  EXPECT_THAT(ran, ElementsAre("other way"));
  EXPECT_EQ((*session)->profile()[0].runs, 5);
  EXPECT_EQ((*session)->profile()[0].faults, 3);
  EXPECT_THAT((*session)->notices(),
              ElementsAre("device went away; this run goes on on reference",
                          "reference failed 2 times in a row in region 'region 0' and is given "
                          "up; from now on it runs on reference"));
}

TEST_F(SessionTest, NeverGivesADeviceUpWhenAskedSo) {
  int tries = 0;
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    if (region != "region 0")
      return Status();
    ++tries;
    return Error(Code::kUnavailable, "", "busy");
  };
  auto session = Session::create(withFallback(), "", {.threads = 1, .faults = {.giveUpAfter = 0}});
  ASSERT_TRUE(session.ok());
  for (int i = 0; i < 7; ++i)
    ASSERT_TRUE((*session)->run().ok());
  EXPECT_EQ(tries, 7);
  EXPECT_EQ((*session)->notices().size(), 1u) << "told once";
}

TEST_F(SessionTest, OpensNoDeviceThatItIsNotToTry) {
  std::vector<std::string> loaded, ran;
  FakeDevice::onLoad = [&](const RegionSource &source) -> Status {
    loaded.push_back(source.region.name()->str());
    return Status();
  };
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    ran.emplace_back(region);
    return Status();
  };
  auto session =
      Session::create(withFallback(), "", {.threads = 1, .faults = {.triesDevice = false}});
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_THAT(loaded, ElementsAre("other way"));
  ASSERT_TRUE((*session)->run().ok());
  EXPECT_THAT(ran, ElementsAre("other way"));
  EXPECT_EQ((*session)->profile()[0].faults, 0);
  EXPECT_TRUE((*session)->notices().empty());
  ASSERT_TRUE(Session::create(sample(), "", {.threads = 1, .faults = {.triesDevice = false}}).ok());
  EXPECT_THAT(loaded, ElementsAre("other way", "region 0")) << "it has no fallback";
}

TEST_F(SessionTest, RunsOneRegionAndItsFallbackWhenAskedWithoutCountingAFault) {
  std::vector<std::string> ran;
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    ran.emplace_back(region);
    return Status();
  };
  auto session = Session::create(withFallback());
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_EQ((*session)->profile()[0].fallback, "reference");
  ASSERT_TRUE((*session)->runRegion(0, RegionWay::kFallback).ok());
  ASSERT_TRUE((*session)->runRegion(0).ok());
  EXPECT_THAT(ran, ElementsAre("other way", "region 0"));
  EXPECT_EQ((*session)->profile()[0].faults, 0);
  EXPECT_EQ((*session)->profile()[0].runs, 2);
  EXPECT_TRUE((*session)->notices().empty());
}

TEST_F(SessionTest, ARegionWithoutAFallbackRunsItsOwnWayWhateverIsAsked) {
  std::vector<std::string> ran;
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    ran.emplace_back(region);
    return Error(Code::kUnavailable, "", "busy");
  };
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_EQ((*session)->profile()[0].fallback, "");
  Status status = (*session)->runRegion(0, RegionWay::kFallback);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "busy");
  EXPECT_THAT(ran, ElementsAre("region 0"));
}

TEST_F(SessionTest, AFallbackThatFailsTooIsAnError) {
  FakeDevice::onRunOf = [&](std::string_view region) -> Status {
    return Error(Code::kUnavailable, "", std::string(region) + " failed");
  };
  auto session = Session::create(withFallback());
  ASSERT_TRUE(session.ok());
  Status status = (*session)->run();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "other way failed");
}

TEST_F(SessionTest, ADeviceThatIsNotThereLeavesTheFallback) {
  auto session =
      Session::create(withFallback([](bundle::RegionT &region) { region.backend = "npu"; }));
  ASSERT_TRUE(session.ok()) << session.error().text();
  EXPECT_THAT((*session)->notices(),
              ElementsAre("region 'region 0': this build has no backend 'npu', only reference; it "
                          "runs on reference"));
  ASSERT_TRUE((*session)->run().ok());
  EXPECT_EQ((*session)->profile()[0].backend, "npu");
  EXPECT_EQ((*session)->profile()[0].ranOn, "reference");
}

TEST_F(SessionTest, TellsWhatADeviceDidAnotherWay) {
  FakeDevice::notice = "its stored network is of another version; it is compiled again";
  auto session = Session::create(sample());
  ASSERT_TRUE(session.ok());
  EXPECT_THAT((*session)->notices(), ElementsAre(FakeDevice::notice));
}

TEST_F(SessionTest, WhoHoldsTheOwnerKeepsTheBundle) {
  std::shared_ptr<const void> held;
  FakeDevice::onLoad = [&](const RegionSource &source) {
    held = source.owner;
    return Status();
  };
  std::shared_ptr<const Bundle> bundle = sample();
  std::weak_ptr<const Bundle> observed = bundle;
  ASSERT_TRUE(Session::create(std::move(bundle)).ok());
  EXPECT_FALSE(observed.expired()) << "the session is gone, the late call is not";
  held.reset();
  EXPECT_TRUE(observed.expired());
}

TEST_F(SessionTest, NamesWhatThereIsWhenANameIsWrong) {
  auto bundle = sample();
  auto session = Session::create(bundle, "other");
  ASSERT_FALSE(session.ok());
  EXPECT_EQ(session.error().code, Code::kNotFound);
  EXPECT_EQ(session.error().message, "has no model 'other', only 'sample'");

  auto good = Session::create(bundle);
  ASSERT_TRUE(good.ok());
  auto tensor = (*good)->output("scores");
  ASSERT_FALSE(tensor.ok());
  EXPECT_EQ(tensor.error().message, "model 'sample' has no output 'scores', only 'out'");
}

TEST_F(SessionTest, RefusesThreadsThatMakeNoSense) {
  for (int threads : {0, -1, 257}) {
    auto session = Session::create(sample(), "", {.threads = threads, .faults = {}});
    ASSERT_FALSE(session.ok());
    EXPECT_EQ(session.error().code, Code::kInvalidArgument);
    EXPECT_THAT(session.error().message, HasSubstr("expected 1 to 256"));
  }
}

TEST_F(SessionTest, HasSlackAroundALargeArena) {
  auto session =
      Session::create(sample([](auto &manifest) { manifest.models[0]->arena_size = 5 << 20; }));
  ASSERT_TRUE(session.ok());
  std::byte *start = (*session)->inputs()[0].data;
  EXPECT_EQ(start[-64], std::byte(0));
  EXPECT_EQ(start[(5 << 20) + 63], std::byte(0));
}

} // namespace
} // namespace tandem

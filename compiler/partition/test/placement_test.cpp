#include "compiler/partition/placement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tandem {
namespace {

constexpr double kCannot = PlacementProblem::kCannot;

/// A graph of regions as networks have them: mostly a chain, with branches that join again; an NPU
/// that runs most of them several times faster, a CPU that runs all, slow loops that run some.
PlacementProblem randomProblem(std::mt19937 &random, size_t nodes, size_t devices) {
  auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  PlacementProblem problem;
  PlacementProblem::Device npu = {uniform(0, 300), uniform(0, 30), uniform(0, 1e-3)};
  problem.devices = {npu, {}};
  if (devices == 3) // another accelerator, or another way to use the CPU
    problem.devices.push_back(
        uniform(0, 1) < 0.3
            ? PlacementProblem::Device()
            : PlacementProblem::Device{uniform(0, 50), uniform(0, 10), uniform(0, 1e-3)});
  for (size_t node = 0; node < nodes; ++node) {
    double cpu = uniform(1, 500);
    problem.nodeUs.push_back({uniform(0, 1) < 0.2 ? kCannot : cpu / uniform(0.5, 12), cpu});
    if (devices == 3)
      problem.nodeUs.back().push_back(uniform(0, 1) < 0.5 ? kCannot : cpu / uniform(0.5, 4));
  }
  for (size_t node = 0; node <= nodes; ++node) { // the value that node - 1 makes, or the input
    PlacementProblem::Value value;
    value.producer = node == 0 ? PlacementProblem::kInput : node - 1;
    value.bytes = static_cast<uint64_t>(uniform(100, 200'000));
    for (size_t consumer = node; consumer < nodes; ++consumer)
      if (consumer == node ? uniform(0, 1) < 0.85 : uniform(0, 1) < 0.15)
        value.consumers.push_back(consumer);
    value.isOutput = value.consumers.empty() || uniform(0, 1) < 0.1;
    problem.values.push_back(std::move(value));
  }
  return problem;
}

/// The least time of all assignments there are.
double exhaustive(const PlacementProblem &problem) {
  Assignment assignment(problem.nodes(), 0);
  double best = kCannot;
  while (true) {
    best = std::min(best, assignmentUs(problem, assignment));
    size_t node = 0;
    while (node < problem.nodes() && ++assignment[node] == problem.devices.size())
      assignment[node++] = 0;
    if (node == problem.nodes())
      return best;
  }
}

TEST(Placement, EqualsExhaustiveSearchOn500RandomGraphsOfUpTo12Regions) {
  std::mt19937 random(20'260'101);
  for (int i = 0; i < 500; ++i) {
    size_t devices = i % 5 == 4 ? 3 : 2;
    size_t nodes = 1 + random() % (devices == 3 ? 7 : 12);
    PlacementProblem problem = randomProblem(random, nodes, devices);
    PlacementResult placed = placeByCost(problem);
    ASSERT_TRUE(placed.exact) << "graph " << i;
    EXPECT_NEAR(placed.us, exhaustive(problem), 1e-9 * placed.us) << "graph " << i;
    EXPECT_DOUBLE_EQ(placed.us, assignmentUs(problem, placed.assignment));
  }
}

/// A chain whose nodes are all twice as fast on the accelerator.
TEST(Placement, KeepsThePartOfAnAcceleratorsWorkThatIsAskedFor) {
  PlacementProblem problem;
  problem.devices = {{.dispatchUs = 10}, {}};
  problem.nodeUs = {{50, 100}, {100, 200}, {50, 100}, {20, kCannot}};
  for (size_t node = 0; node < 4; ++node)
    problem.values.push_back({.producer = node,
                              .consumers = node < 3 ? std::vector{node + 1} : std::vector<size_t>(),
                              .isOutput = node == 3});
  Assignment all = placeByCost(problem).assignment;
  EXPECT_EQ(all, (Assignment{0, 0, 0, 0}));
  auto kept = [&](double part, bool isLast) {
    return placeByCost(limitedTo(problem, all, {part, isLast})).assignment;
  };
  EXPECT_EQ(kept(0.5, false), (Assignment{0, 0, 1, 0})) << "what runs nowhere else stays";
  EXPECT_EQ(kept(0.5, true), (Assignment{1, 1, 0, 0}));
  EXPECT_EQ(kept(0, false), (Assignment{1, 1, 1, 0}));
  EXPECT_EQ(kept(1, false), all);
}

TEST(Placement, WithoutASearchIsNeverSlowerThanTheBaselinesAndNearTheBest) {
  std::mt19937 random(7);
  double sum = 0;
  constexpr int kGraphs = 200;
  for (int i = 0; i < kGraphs; ++i) {
    PlacementProblem problem = randomProblem(random, 10, 2);
    PlacementResult placed = placeByCost(problem, /*budget=*/0);
    EXPECT_FALSE(placed.exact);
    EXPECT_LE(placed.us, placeGreedily(problem).us);
    EXPECT_LE(placed.us, placeWithoutAccelerators(problem).us);
    sum += placed.us / exhaustive(problem);
  }
  EXPECT_LT(sum / kGraphs, 1.01);
}

TEST(Placement, LargeGraphsAreNeverSlowerThanTheBaselines) {
  std::mt19937 random(8);
  for (int i = 0; i < 10; ++i) {
    PlacementProblem problem = randomProblem(random, 120, 2);
    PlacementResult placed = placeByCost(problem);
    EXPECT_LE(placed.us, placeGreedily(problem).us);
    EXPECT_LE(placed.us, placeWithoutAccelerators(problem).us);
  }
}

/// input -> a -> b -> c -> output, 1 us a transfer, 10 us a dispatch.
PlacementProblem chain(std::vector<std::vector<double>> nodeUs) {
  PlacementProblem problem;
  problem.devices = {{.dispatchUs = 10, .transferUs = 1}, {}};
  problem.nodeUs = std::move(nodeUs);
  size_t nodes = problem.nodes();
  for (size_t node = 0; node < nodes; ++node)
    problem.values.push_back({node == 0 ? PlacementProblem::kInput : node - 1, {node}, false, 4});
  problem.values.push_back({nodes - 1, {}, true, 4});
  return problem;
}

TEST(Placement, WithoutAnAcceleratorTheFastestOfEachNodeIsTheBest) {
  PlacementProblem problem = chain(std::vector<std::vector<double>>(100, {2, 1}));
  problem.devices = {{}, {}};
  PlacementResult placed = placeByCost(problem);
  EXPECT_TRUE(placed.exact);
  EXPECT_EQ(placed.assignment, Assignment(100, 1));
}

TEST(Placement, ASmallRegionThatDoesNotPayStaysOnTheCpu) {
  PlacementResult placed = placeByCost(chain({{1, 5}, {1, 6}}));
  EXPECT_EQ(placed.assignment, (Assignment{1, 1}));
  EXPECT_DOUBLE_EQ(placed.us, 11); // the NPU: 2 + 10 + 2 * 1 = 14
}

TEST(Placement, ALargerOneGoesToTheNpuWithWhatStandsBetween) {
  // b is slower on the NPU, but going to the CPU for it costs a dispatch and two transfers.
  PlacementResult placed = placeByCost(chain({{1, 50}, {9, 5}, {1, 50}}));
  EXPECT_EQ(placed.assignment, (Assignment{0, 0, 0}));
  EXPECT_DOUBLE_EQ(placed.us, 11 + 10 + 2);
}

TEST(Placement, ANodeThatOnlyTheCpuRunsSplitsTheRegion) {
  PlacementProblem problem = chain({{1, 50}, {kCannot, 5}, {1, 50}});
  PlacementResult placed = placeByCost(problem);
  EXPECT_EQ(placed.assignment, (Assignment{0, 1, 0}));
  EXPECT_EQ(mergeRegions(problem, placed.assignment).count, 3U);
  EXPECT_DOUBLE_EQ(placed.us, 7 + 2 * 10 + 4 * 1);
}

TEST(Placement, ANodeThatRunsNowhereHasNoPlacement) {
  PlacementProblem problem = chain({{1, 50}, {kCannot, kCannot}});
  EXPECT_TRUE(placeGreedily(problem).assignment.empty());
  EXPECT_TRUE(placeByCost(problem).assignment.empty());
}

TEST(Placement, RegionsNeverWaitForThemselves) {
  // a -> b -> c and a -> c: a and c on the NPU cannot be one region around b on the CPU.
  PlacementProblem problem = chain({{1, 50}, {kCannot, 5}, {1, 50}});
  problem.values[1].consumers = {1, 2};
  Regions regions = mergeRegions(problem, {0, 1, 0});
  EXPECT_EQ(regions.count, 3U);
  EXPECT_EQ(regions.order, (std::vector<size_t>{0, 1, 2}));
}

TEST(Placement, BranchesOfOneDeviceBecomeOneRegion) {
  // input -> a (npu), input -> b (cpu), both -> c (npu): b first, then a and c together.
  PlacementProblem problem = chain({{1, 50}, {kCannot, 5}, {1, 50}});
  problem.values = {{PlacementProblem::kInput, {0, 1}, false, 4},
                    {0, {2}, false, 4},
                    {1, {2}, false, 4},
                    {2, {}, true, 4}};
  Regions regions = mergeRegions(problem, {0, 1, 0});
  EXPECT_EQ(regions.count, 2U);
  EXPECT_EQ(regions.order, (std::vector<size_t>{1, 0, 2}));
}

} // namespace
} // namespace tandem

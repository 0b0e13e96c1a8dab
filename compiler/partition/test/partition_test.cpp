#include "compiler/partition/partition.h"

#include "compiler/graph/graph.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/JSON.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

using namespace mlir;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace tandem {
namespace {

/// Runs the ops that it is told, and as a composite "pair" a relu before an add.
class FakeBackend final : public Backend {
public:
  FakeBackend(std::string name, std::set<std::string> ops, bool pairs = false)
      : name_(std::move(name)), ops_(std::move(ops)), pairs_(pairs) {}

  StringRef name() const override { return name_; }
  Support supports(Operation *op, const Processor &) const override {
    std::string kind = op->getName().stripDialect().str();
    return ops_.contains(kind) ? Support::yes() : Support::no("it has no " + kind);
  }
  std::vector<Composite> composites(Operation *last) const override {
    if (!pairs_ || !isa<graph::AddOp>(last))
      return {};
    Operation *relu = last->getOperand(0).getDefiningOp();
    if (!isa_and_nonnull<graph::ReluOp>(relu))
      return {};
    return {{"pair", {relu, last}}};
  }
  Support supports(const Composite &, const Processor &) const override { return Support::yes(); }
  unsigned operationsFor(Operation *op) const override { return isa<graph::ExpOp>(op) ? exps : 1; }
  llvm::Expected<std::string> compile(const Region &, ModelBuilder &,
                                      const CompileOptions &) const override {
    return std::string();
  }

  unsigned exps = 1; ///< operations that an exp is made of

private:
  std::string name_;
  std::set<std::string> ops_;
  bool pairs_;
};

constexpr char kModel[] = R"(
  func.func @main(%in: tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> {
    %a = graph.exp %in : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> loc("first")
    %b = graph.relu %a : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> loc("second")
    %c = graph.add %b, %in : (tensor<1x64x64x64xf32>, tensor<1x64x64x64xf32>)
        -> tensor<1x64x64x64xf32> loc("third")
    %d = graph.exp %c : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32> loc("fourth")
    return %d : tensor<1x64x64x64xf32>
  })";

class PartitionTest : public testing::Test {
protected:
  PartitionTest() {
    context_.loadDialect<graph::GraphDialect, func::FuncDialect, quant::QuantDialect>();
    module_ = parseSourceString<ModuleOp>(kModel, &context_);
    device_.name = "board";
    device_.title = "a board";
    npu_.name = "npu";
    npu_.backend = "fast";
    npu_.transferBytesPerUs = 1e5;
    npu_.dispatchUs = 10;
    npu_.efficiency.fill(1e4);
    cpu_.name = "cpu";
    cpu_.backend = "all";
    cpu_.efficiency.fill(1e2);
  }

  llvm::Expected<Partition> place(const Backend &fast,
                                  PlacementPolicy policy = PlacementPolicy::kCost,
                                  const AcceleratorPart &part = {}) {
    return partition(*module_->getOps<func::FuncOp>().begin(), {{&fast, &npu_}, {&all_, &cpu_}},
                     device_, policy, part);
  }

  static std::vector<std::string> regionsOf(const Partition &partition) {
    std::vector<std::string> texts;
    for (const PlacedRegion &placed : partition.regions) {
      std::string text = placed.region.name + ":";
      for (Operation *op : placed.region.ops)
        text += " " + op->getName().stripDialect().str();
      texts.push_back(text);
    }
    return texts;
  }

  MLIRContext context_;
  OwningOpRef<ModuleOp> module_;
  DeviceProfile device_;
  Processor npu_, cpu_;
  FakeBackend all_{"all", {"exp", "relu", "add"}};
};

TEST_F(PartitionTest, NeighboursOnOneBackendBecomeOneRegion) {
  FakeBackend fast("fast", {"relu", "add"});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed)) << llvm::toString(placed.takeError());
  EXPECT_THAT(regionsOf(*placed), ElementsAre("all_0: exp", "fast_1: relu add", "all_2: exp"));
  EXPECT_EQ(placed->regions[1].region.inputs.size(), 2U);
  EXPECT_EQ(placed->regions[1].region.outputs.size(), 1U);
  EXPECT_EQ(placed->regions[1].bytesIn, 2U << 20);
  EXPECT_TRUE(placed->exact);
  EXPECT_LT(placed->predictedUs, placed->withoutAcceleratorsUs);
}

TEST_F(PartitionTest, ARegionThatDoesNotPayStaysOnTheCpuUnlessGreedy) {
  npu_.dispatchUs = 1e6;
  FakeBackend fast("fast", {"relu", "add"});
  auto byCost = place(fast);
  ASSERT_TRUE(bool(byCost));
  EXPECT_THAT(regionsOf(*byCost), ElementsAre("all_0: exp relu add exp"));
  auto greedy = place(fast, PlacementPolicy::kGreedy);
  ASSERT_TRUE(bool(greedy));
  EXPECT_THAT(regionsOf(*greedy), ElementsAre("all_0: exp", "fast_1: relu add", "all_2: exp"));
  EXPECT_DOUBLE_EQ(greedy->predictedUs, byCost->greedyUs);
  EXPECT_THAT(
      reportTable(*byCost),
      HasSubstr("not fast: 26.2 us predicted there, which calls and transfers would cost again"));
}

TEST_F(PartitionTest, LeavesAnAcceleratorThePartThatIsAskedFor) {
  FakeBackend fast("fast", {"relu", "add"});
  auto first = place(fast, PlacementPolicy::kCost, {.part = 0.5});
  ASSERT_TRUE(bool(first));
  EXPECT_THAT(regionsOf(*first), ElementsAre("all_0: exp", "fast_1: relu", "all_2: add exp"));
  EXPECT_FALSE(first->exact) << "others are faster by themselves";
  EXPECT_THAT(reportTable(*first),
              AllOf(HasSubstr(", accelerators keep the first 50% of what that gives them"),
                    HasSubstr("us predicted there, beyond the part that accelerators keep")));
  auto last = place(fast, PlacementPolicy::kCost, {.part = 0.5, .isLast = true});
  ASSERT_TRUE(bool(last));
  EXPECT_THAT(regionsOf(*last), ElementsAre("all_0: exp relu", "fast_1: add", "all_2: exp"));
}

TEST_F(PartitionTest, ACompositeIsTakenAsAWholeThoughItsOpsAreNotSupported) {
  FakeBackend fast("fast", {}, /*pairs=*/true);
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  EXPECT_THAT(regionsOf(*placed), ElementsAre("all_0: exp", "fast_1: relu add", "all_2: exp"));
  ASSERT_EQ(placed->regions[1].region.composites.size(), 1U);
  EXPECT_EQ(placed->regions[1].region.composites[0].pattern, "pair");
  EXPECT_EQ(placed->placements[1].composite, "pair");
  EXPECT_EQ(placed->placements[0].composite, "");
}

TEST_F(PartitionTest, WhatTheProfileRefusesIsNotPlacedThere) {
  npu_.refuses["add"] = "this driver adds wrongly";
  FakeBackend fast("fast", {"relu", "add"});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  EXPECT_THAT(reportTable(*placed), HasSubstr("not fast: this driver adds wrongly"));
  npu_.refuses.clear();
  npu_.types = {ElementType::kI8};
  auto none = place(fast);
  ASSERT_TRUE(bool(none));
  EXPECT_THAT(regionsOf(*none), ElementsAre("all_0: exp relu add exp"));
  EXPECT_THAT(reportTable(*none), HasSubstr("not fast: the npu does not compute in f32"));
}

TEST_F(PartitionTest, AMeasuredTimeCountsInsteadOfTheModels) {
  std::string shape = "1x64x64x64:f32";
  device_.measuredUs["all exp " + shape + " -> " + shape] = 42;
  FakeBackend fast("fast", {});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  EXPECT_EQ(placed->placements[0].predictedUs, 42);
}

TEST_F(PartitionTest, AnOpThatIsSeveralOperationsOfTheDeviceCostsEachOfThem) {
  FakeBackend fast("fast", {});
  double one = place(fast)->placements[0].predictedUs;
  all_.exps = 3;
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  EXPECT_DOUBLE_EQ(placed->placements[0].predictedUs, 3 * one);
  EXPECT_GT(placed->predictedUs, 5 * one);
}

TEST_F(PartitionTest, OpsThatRunNowhereAreNamedAllAtOnceWithEveryReason) {
  FakeBackend fast("fast", {}), some("some", {"exp"});
  auto placed = partition(*module_->getOps<func::FuncOp>().begin(),
                          {{&fast, &npu_}, {&some, &cpu_}}, device_);
  ASSERT_FALSE(bool(placed));
  EXPECT_EQ(llvm::toString(placed.takeError()),
            "no backend runs 2 operations: relu 'second' (fast: it has no relu) (some: it has no "
            "relu), add 'third' (fast: it has no add) (some: it has no add)");
}

TEST_F(PartitionTest, AFallbackIsSplitOverTheFirstBackendsThatCan) {
  FakeBackend fast("fast", {"exp", "relu", "add"});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  ASSERT_EQ(placed->regions.size(), 1U);
  FakeBackend adds("adds", {"add"});
  auto parts = splitRegion(placed->regions[0].region, {{&adds, &cpu_}, {&all_, &cpu_}});
  ASSERT_TRUE(bool(parts)) << llvm::toString(parts.takeError());
  ASSERT_EQ(parts->size(), 3U);
  EXPECT_EQ((*parts)[1].candidate.backend, &adds);
  EXPECT_EQ((*parts)[1].region.ops.size(), 1U);
  EXPECT_EQ((*parts)[2].region.outputs, placed->regions[0].region.outputs);
}

TEST_F(PartitionTest, TheJsonReportCoversEveryOpWithItsInputsAndEveryReason) {
  FakeBackend fast("fast", {"relu", "add"});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  auto json = llvm::json::parse(reportJson(*placed));
  ASSERT_TRUE(bool(json));
  const llvm::json::Array &ops = *json->getAsObject()->getArray("ops");
  ASSERT_EQ(ops.size(), 4U);
  const llvm::json::Object &first = *ops[0].getAsObject(), &last = *ops[3].getAsObject();
  EXPECT_EQ(first.getString("node"), "first");
  EXPECT_EQ(first.getString("result"), "1x64x64x64 f32");
  EXPECT_EQ(first.getObject("alternatives")->getObject("fast")->getString("why_not"),
            "it has no exp");
  EXPECT_EQ(*last.getArray("inputs"), llvm::json::Array{2});
  EXPECT_EQ(json->getAsObject()->getObject("coverage")->getObject("fast")->getNumber("ops"), 0.5);
  EXPECT_EQ(json->getAsObject()->getObject("device")->getBoolean("modelled"), true);
}

TEST_F(PartitionTest, CoverageCountsOpsAndProducts) {
  FakeBackend fast("fast", {"relu", "add"});
  auto placed = place(fast);
  ASSERT_TRUE(bool(placed));
  EXPECT_EQ(coverageOf(*placed, "fast").ops, 0.5);
  EXPECT_EQ(coverageOf(*placed, "fast").macs, 1) << "there are none, so none is elsewhere";
  EXPECT_EQ(describeRefusal(placed->placements[0], "fast", PlacementPolicy::kCost),
            "exp 'first' (it has no exp)");
}

} // namespace
} // namespace tandem

// Forests of decision trees. All trees of all rows take one step at a time, each a look into tables
// of the nodes, as many steps as the deepest tree has; whoever is at a leaf stays there.
#include "compiler/importers/onnx/ml.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include <map>
#include <set>

using namespace mlir;

namespace tandem::onnx {

namespace {
constexpr size_t kMostNodes = 1 << 22;
constexpr int64_t kDeepest = 256; // each step is some ops

/// The nodes of all trees in the file's order.
struct Forest {
  SmallVector<int64_t> features, whenTrue, whenFalse, tracksMissing;
  SmallVector<double> thresholds;
  SmallVector<StringRef> modes; ///< "BRANCH_LEQ"...; "LEAF"
  SmallVector<int64_t> roots;
  int64_t depth = 0;

  size_t size() const { return features.size(); }
  bool isLeaf(size_t node) const { return modes[node] == "LEAF"; }
};

/// What leaves are worth: [node, output], and which outputs have any.
struct Leaves {
  int64_t outputs = 0;
  SmallVector<double> values;
  std::set<int64_t> used;
  bool isNegative = false; ///< some weight is
};

class ForestReader {
public:
  /// `kind`: "target" or "class", which names of attributes begin with.
  ForestReader(OnnxNode &node, StringRef kind) : node_(node), kind_(kind) {}
  FailureOr<Forest> readNodes(int64_t features);
  FailureOr<Leaves> readLeaves(int64_t outputs);

private:
  SmallVector<int64_t> list(const Twine &name) {
    return node_.integers(name.str(), SmallVector<int64_t>());
  }
  LogicalResult link(Forest &forest, int64_t features);
  LogicalResult measure(Forest &forest);

  OnnxNode &node_;
  std::string kind_;
  SmallVector<std::string> modeNames_;
  std::map<std::pair<int64_t, int64_t>, int64_t> places_; ///< (tree, node) to place
};

FailureOr<Forest> ForestReader::readNodes(int64_t features) {
  Forest forest;
  SmallVector<int64_t> trees = list("nodes_treeids"), ids = list("nodes_nodeids");
  forest.features = list("nodes_featureids");
  forest.thresholds = node_.numbers("nodes_values");
  forest.tracksMissing = list("nodes_missing_value_tracks_true");
  modeNames_ = node_.strings("nodes_modes");
  size_t count = forest.size();
  if (node_.hasAttribute("nodes_values_as_tensor"))
    return node_.unsupported("thresholds in DOUBLE ('nodes_values_as_tensor')");
  if (node_.failed())
    return failure();
  if (count == 0 || count > kMostNodes || trees.size() != count || ids.size() != count ||
      forest.thresholds.size() != count || modeNames_.size() != count ||
      (!forest.tracksMissing.empty() && forest.tracksMissing.size() != count))
    return node_.invalid("lists of " + Twine(count) + " and " + Twine(ids.size()) + " nodes");
  forest.modes.assign(modeNames_.begin(), modeNames_.end());
  for (size_t i = 0; i < count; ++i)
    if (!places_.try_emplace({trees[i], ids[i]}, static_cast<int64_t>(i)).second)
      return node_.invalid("node " + Twine(ids[i]) + " of tree " + Twine(trees[i]) + " is twice");
  SmallVector<int64_t> whenTrue = list("nodes_truenodeids"), whenFalse = list("nodes_falsenodeids");
  if (whenTrue.size() != count || whenFalse.size() != count)
    return node_.invalid("lists of " + Twine(count) + " and " + Twine(whenTrue.size()) + " nodes");
  auto placeOf = [&](size_t from, int64_t id) {
    auto found = forest.isLeaf(from) ? places_.find({trees[from], ids[from]})
                                     : places_.find({trees[from], id});
    return found == places_.end() ? int64_t(-1) : found->second;
  };
  for (size_t i = 0; i < count; ++i) {
    forest.whenTrue.push_back(placeOf(i, whenTrue[i]));
    forest.whenFalse.push_back(placeOf(i, whenFalse[i]));
  }
  if (failed(link(forest, features)) || failed(measure(forest)))
    return failure();
  return forest;
}

/// The roots are the nodes that no other leads to.
LogicalResult ForestReader::link(Forest &forest, int64_t features) {
  static const std::set<StringRef> known = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE", "BRANCH_GT",
                                            "BRANCH_EQ",  "BRANCH_NEQ", "LEAF"};
  SmallVector<int64_t> parents(forest.size(), 0);
  for (size_t i = 0; i < forest.size(); ++i) {
    if (!known.count(forest.modes[i]))
      return node_.unsupported("nodes of mode '" + forest.modes[i] + "'");
    if (forest.isLeaf(i)) {
      forest.features[i] = 0; // which nothing depends on
      continue;
    }
    for (int64_t next : {forest.whenTrue[i], forest.whenFalse[i]}) {
      if (next < 0 || ++parents[next] > 1)
        return node_.invalid("node " + Twine(i) + " leads to none, or to another's");
    }
    if (forest.features[i] < 0 || forest.features[i] >= features)
      return node_.invalid("feature " + Twine(forest.features[i]) + " of " + Twine(features));
  }
  for (size_t i = 0; i < forest.size(); ++i)
    if (parents[i] == 0)
      forest.roots.push_back(static_cast<int64_t>(i));
  return success();
}

/// The depth, level by level: nodes in a circle have no root above them and are never reached.
LogicalResult ForestReader::measure(Forest &forest) {
  SmallVector<int64_t> level(forest.roots);
  while (!level.empty()) {
    SmallVector<int64_t> below;
    for (int64_t place : level)
      if (!forest.isLeaf(place))
        below.append({forest.whenTrue[place], forest.whenFalse[place]});
    level = std::move(below);
    forest.depth += !level.empty();
  }
  if (forest.roots.empty())
    return node_.invalid("trees without a root");
  if (forest.depth > kDeepest)
    return node_.unsupported("trees deeper than " + Twine(kDeepest));
  return success();
}

FailureOr<Leaves> ForestReader::readLeaves(int64_t outputs) {
  SmallVector<int64_t> trees = list(kind_ + "_treeids"), ids = list(kind_ + "_nodeids"),
                       targets = list(kind_ + "_ids");
  SmallVector<double> weights = node_.numbers(kind_ + "_weights");
  if (node_.failed())
    return failure();
  // A table of what few weights fill was made to exhaust memory.
  int64_t mostValues = std::max<int64_t>(1 << 20, 256 * static_cast<int64_t>(weights.size()));
  auto nodes = static_cast<int64_t>(places_.size());
  if (trees.size() != ids.size() || targets.size() != ids.size() || weights.size() != ids.size() ||
      outputs < 1 || outputs > mostValues / nodes)
    return node_.invalid(Twine(ids.size()) + " leaves of " + Twine(weights.size()) +
                         " weights for " + Twine(outputs) + " outputs");
  Leaves leaves;
  leaves.outputs = outputs;
  leaves.values.assign(nodes * outputs, 0);
  for (size_t i = 0; i < ids.size(); ++i) {
    auto place = places_.find({trees[i], ids[i]});
    if (place == places_.end() || targets[i] < 0 || targets[i] >= outputs)
      return node_.invalid("a weight of node " + Twine(ids[i]) + " for output " +
                           Twine(targets[i]));
    leaves.values[place->second * outputs + targets[i]] += weights[i];
    leaves.used.insert(targets[i]);
    leaves.isNegative |= weights[i] < 0;
  }
  return leaves;
}

/// Walks a forest for all rows.
class Walk {
public:
  Walk(OnnxNode &node, const Forest &forest, Value rows) : node_(node), forest_(forest) {
    rows_ = shapeOf(rows)[0];
    features_ = shapeOf(rows)[1];
    x_ = node.reshape(rows, rows_ * features_);
  }
  /// The leaf of each row and tree, [row, tree].
  MaybeValue leaves();

private:
  MaybeValue table(ArrayRef<int64_t> numbers) {
    return node_.integerConstant(node_.builder().getI32Type(),
                                 {static_cast<int64_t>(numbers.size())}, numbers);
  }
  MaybeValue at(MaybeValue table, MaybeValue place) { return takeAlong(node_, table, place, 0); }
  MaybeValue compared(StringRef mode, MaybeValue value, MaybeValue threshold);

  OnnxNode &node_;
  const Forest &forest_;
  int64_t rows_ = 0, features_ = 0;
  MaybeValue x_ = failure();
};

MaybeValue Walk::compared(StringRef mode, MaybeValue value, MaybeValue threshold) {
  if (mode == "BRANCH_LEQ")
    return node_.compare<graph::LessEqualOp>(value, threshold);
  if (mode == "BRANCH_LT")
    return node_.compare<graph::LessOp>(value, threshold);
  if (mode == "BRANCH_GTE")
    return node_.compare<graph::GreaterEqualOp>(value, threshold);
  if (mode == "BRANCH_GT")
    return node_.compare<graph::GreaterOp>(value, threshold);
  return mode == "BRANCH_EQ" ? node_.compare<graph::EqualOp>(value, threshold)
                             : node_.compare<graph::NotEqualOp>(value, threshold);
}

MaybeValue Walk::leaves() {
  SmallVector<int64_t> firsts, kinds;
  SmallVector<StringRef> modes; // that there are
  for (int64_t row = 0; row < rows_; ++row)
    firsts.push_back(row * features_);
  for (StringRef mode : forest_.modes) {
    auto found = llvm::find(modes, mode);
    kinds.push_back(found - modes.begin());
    if (found == modes.end())
      modes.push_back(mode);
  }
  llvm::erase(modes, "LEAF");
  if (modes.size() > 1) // numbered again without the leaves, whose number does not matter
    for (auto [kind, mode] : llvm::zip(kinds, forest_.modes))
      kind = mode == "LEAF" ? 0 : llvm::find(modes, mode) - modes.begin();
  bool tracksMissing =
      llvm::any_of(forest_.tracksMissing, [](int64_t tracks) { return tracks != 0; });
  Type whole = node_.builder().getI32Type();
  MaybeValue firstOfRow = node_.integerConstant(whole, {rows_, 1}, firsts);
  MaybeValue features = table(forest_.features), whenTrue = table(forest_.whenTrue),
             whenFalse = table(forest_.whenFalse), thresholds = listOf(node_, forest_.thresholds);
  auto trees = static_cast<int64_t>(forest_.roots.size());
  MaybeValue place =
      expandTo(node_, node_.integerConstant(whole, {1, trees}, forest_.roots), {rows_, trees});
  for (int64_t step = 0; step < forest_.depth; ++step) {
    MaybeValue value = at(x_, node_.add(at(features, place), firstOfRow)),
               threshold = at(thresholds, place), onTrue = at(whenTrue, place),
               onFalse = at(whenFalse, place), next = failure();
    for (auto [kind, mode] : llvm::enumerate(modes)) {
      MaybeValue taken = node_.select(compared(mode, value, threshold), onTrue, onFalse);
      next = kind == 0 ? taken
                       : node_.select(node_.compare<graph::EqualOp>(at(table(kinds), place),
                                                                    static_cast<double>(kind)),
                                      taken, next);
    }
    if (tracksMissing) {
      MaybeValue tracks =
          node_.compare<graph::GreaterOp>(at(table(forest_.tracksMissing), place), 0.0);
      next = node_.select(isNan(node_, value), node_.select(tracks, onTrue, onFalse), next);
    }
    place = next;
  }
  return place;
}

/// What all trees say together, [row, output].
MaybeValue sumOfTrees(OnnxNode &node, const Forest &forest, const Leaves &leaves, Value rows) {
  MaybeValue table = node.constantOf(
      Elements::ofReals(ElementType::kF32, {static_cast<int64_t>(forest.size()), leaves.outputs},
                        [&](int64_t i) { return leaves.values[i]; }));
  MaybeValue each = takeAlong(node, table, Walk(node, forest, rows).leaves(), 0);
  std::string how = node.string("aggregate_function", "SUM");
  if (how == "SUM" || how == "AVERAGE") {
    MaybeValue sum = node.create<graph::SumOp>(each, ArrayRef<int64_t>{1}, /*keepDims=*/false);
    return how == "SUM" ? sum : node.multiply(sum, 1.0 / static_cast<double>(forest.roots.size()));
  }
  if (leaves.outputs != 1 || (how != "MIN" && how != "MAX"))
    return node.unsupported("'aggregate_function' " + how + " of several targets");
  return how == "MIN"
             ? node.create<graph::ReduceMinOp>(each, ArrayRef<int64_t>{1}, /*keepDims=*/false)
             : node.create<graph::ReduceMaxOp>(each, ArrayRef<int64_t>{1}, /*keepDims=*/false);
}

/// The scores, with the base values.
struct Scores {
  MaybeValue values = failure();
  Leaves leaves;
};
FailureOr<Scores> scoresOf(OnnxNode &node, StringRef kind, int64_t outputs) {
  MaybeValue rows = asRows(node, realInput(node, 0));
  if (failed(rows))
    return failure();
  ForestReader reader(node, kind);
  FailureOr<Forest> forest = reader.readNodes(shapeOf(*rows)[1]);
  if (failed(forest))
    return failure();
  FailureOr<Leaves> leaves = reader.readLeaves(outputs);
  if (failed(leaves))
    return failure();
  MaybeValue sum = sumOfTrees(node, *forest, *leaves, *rows);
  SmallVector<double> base = node.numbers("base_values");
  if (!base.empty() && base.size() != 1 && static_cast<int64_t>(base.size()) != outputs)
    return node.invalid(Twine(base.size()) + " base values for " + Twine(outputs) + " outputs");
  return Scores{base.empty() ? sum : node.add(sum, listOf(node, base)), *leaves};
}
} // namespace

static MaybeValue importTreeEnsembleRegressor(OnnxNode &node) {
  int64_t targets = node.integer("n_targets", 1);
  if (node.failed())
    return failure();
  FailureOr<Scores> scores = scoresOf(node, "target", targets);
  return failed(scores) ? MaybeValue(failure()) : postTransform(node, scores->values);
}

/// Of two classes the trees score one alone: as a chance, or where a weight is negative as a number
/// that is below 0 for the first class.
static FailureOr<Values> scoresOfTwo(OnnxNode &node, const Scores &scores,
                                     ArrayRef<int64_t> labels) {
  if (scores.leaves.used.size() != 1)
    return FailureOr<Values>(node.unsupported("scores of both of two classes"));
  bool isChance = !scores.leaves.isNegative,
       isLogistic = node.string("post_transform", "NONE") == "LOGISTIC";
  MaybeValue second = sliceAlong(node, scores.values, 1, *scores.leaves.used.begin(), 1);
  MaybeValue isSecond = node.compare<graph::GreaterOp>(second, isChance ? 0.5 : 0.0);
  MaybeValue first = node.create<graph::NegOp>(second);
  if (isChance) {
    first = node.add(first, 1);
  } else if (isLogistic) {
    first = node.create<graph::SigmoidOp>(first);
    second = node.create<graph::SigmoidOp>(second);
  }
  if (failed(isSecond) || failed(first) || failed(second))
    return failure();
  MaybeValue label = labelOfTwo(node, node.reshape(isSecond, shapeOf(*isSecond)[0]), labels);
  MaybeValue both = concatAlong(node, {*first, *second}, 1);
  return failed(label) || failed(both) ? FailureOr<Values>(failure()) : Values{*label, *both};
}

/// The label of each row, and the scores of all classes.
static FailureOr<Values> importTreeEnsembleClassifier(OnnxNode &node) {
  FailureOr<SmallVector<int64_t>> labels = classLabels(node);
  if (failed(labels))
    return failure();
  FailureOr<Scores> scores = scoresOf(node, "class", static_cast<int64_t>(labels->size()));
  if (failed(scores) || failed(scores->values))
    return failure();
  if (labels->size() == 2)
    return scoresOfTwo(node, *scores, *labels);
  MaybeValue label = labelOfLargest(node, scores->values, *labels),
             result = postTransform(node, scores->values);
  return failed(label) || failed(result) ? FailureOr<Values>(failure()) : Values{*label, *result};
}

void registerTreeEnsemble(OpTable &table) {
  table.add("ai.onnx.ml.TreeEnsembleRegressor", importTreeEnsembleRegressor);
  table.addList("ai.onnx.ml.TreeEnsembleClassifier", importTreeEnsembleClassifier);
}

} // namespace tandem::onnx

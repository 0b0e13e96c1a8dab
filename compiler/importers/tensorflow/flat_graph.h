#pragma once

#include "compiler/importers/tensorflow/frames.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem::tensorflow {

/// One output of a node of a FlatGraph.
struct Edge {
  int node = -1;
  int output = 0;
};

/// A node once function calls are gone.
struct FlatNode {
  enum Kind {
    kOperator, ///< `record` says what it does
    kAlias,    ///< the value of its one input: an argument or a result of a function
    kChoice,   ///< inputs are a condition or a number, and the value of each branch
    kFed,      ///< an input of the model
    kLoop,     ///< runs the loop `loop`, and has no value
    kCarried,  ///< what the loop `loop` carries at place `carried` when it ends; its input is kLoop
  };
  Kind kind = kOperator;
  const proto::NodeDef *record = nullptr; ///< null for an alias
  std::string name = {};                  ///< "call/node" inside a function
  llvm::SmallVector<Edge, 3> inputs = {};
  /// Nodes that decide whether this one is alive: ends of the control edges by which constants hang
  /// on a branch of a TensorFlow 1 condition.
  llvm::SmallVector<int, 1> pivots = {};
  int loop = -1, carried = 0;
  int cases = 0; ///< of a choice, as in Chooser

  /// Of a node without a record: it is the result of a call.
  llvm::StringRef op() const { return record ? llvm::StringRef(record->op()) : "PartitionedCall"; }
};

/// A loop where it stands: of functions (While), or a frame of TensorFlow 1. Its rounds are put in
/// place one by one, as the condition turns out to hold.
struct FlatLoop {
  const proto::FunctionDef *condition = nullptr, *body = nullptr;
  const Frame *frame = nullptr; ///< null: a loop of functions
  const NodeList *list = nullptr;
  std::string prefix;
  llvm::SmallVector<Edge> carried, invariants; ///< the latter of a frame only
  llvm::SmallVector<const proto::FunctionDef *> active;
  int node = -1; ///< that runs it
  Edge next;     ///< the condition of the next round
  int64_t rounds = 0;
  bool isDone = false; ///< `carried` is what it gives
};

/// What a choice between branches goes by.
struct Chooser {
  Edge edge;
  int cases = 0; ///< how many branches the number there counts; 0: a condition, which has two
};
/// The choices around a node, and the place of its branch in each.
using Choices = llvm::SmallVector<std::pair<Chooser, int>, 1>;

/// A node that may change variables when the wanted values are computed, or the loop around one.
struct FlatWrite {
  int node = -1;
  Choices choices;
};

/// What the wanted values need of a graph and of the functions that it calls. Edges may form
/// cycles.
struct FlatGraph {
  std::deque<FlatNode> nodes; ///< which stay where they are as more come
  std::deque<FlatLoop> loops;
  std::vector<int> fed;                            ///< per fed node, or -1: nothing needs it
  std::vector<llvm::SmallVector<Edge, 1>> fetched; ///< per wanted value
  std::vector<FlatWrite> writes;                   ///< grows as rounds of loops come
};

/// What a node calls.
struct Call {
  /// kChoice goes by a condition, kCase by a number.
  enum Kind { kPlain, kChoice, kCase, kLoop } kind = kPlain;
  /// The one; the branches; a loop's body and its condition. None: it is no call.
  llvm::SmallVector<const proto::FunctionDef *, 2> functions = {};

  bool isChoice() const { return kind == kChoice || kind == kCase; }
  /// Results, of every branch.
  const auto &results() const { return functions.front()->signature().output_arg(); }
};

struct FlattenRequest {
  const proto::GraphDef &graph;
  std::vector<std::string> fed;     ///< names of nodes
  std::vector<std::string> fetched; ///< "node:1"; "node" for all results of a call, or output 0
  /// The place of a named output of an operator among its outputs; 0 when not known.
  std::function<int(llvm::StringRef op, llvm::StringRef output)> outputPlace;
};

/// Makes a graph flat. Errors name the node: a reference to a node that is not there, a function
/// that calls itself or is not in the library, more nodes than any model has.
class Flattener {
public:
  explicit Flattener(FlattenRequest request);

  llvm::Error run();
  FlatGraph &graph() { return flat_; }
  /// Adds the nodes of a loop's condition for what it carries now.
  llvm::Expected<Edge> addCondition(FlatLoop &loop);
  /// Adds the nodes of one round more.
  llvm::Error addRound(FlatLoop &loop);

private:
  /// The graph, one instance of a function, or a round of a frame.
  struct Body {
    const NodeList &list;
    std::string prefix;              ///< of the names of its nodes
    llvm::StringMap<Edge> arguments; ///< of the function, the fed nodes, or what a round is given
    llvm::StringMap<int> places;     ///< name of a node to its first flat node
    llvm::SmallVector<const proto::NodeDef *> reached;
    std::map<int, int> loops; ///< place of a frame in `list` to its loop
  };

  llvm::Expected<Call> callOf(const proto::NodeDef &node) const;
  llvm::Expected<const proto::FunctionDef *> functionNamed(const std::string &name) const;
  llvm::Expected<const NodeList *> listOf(const NodeList::Nodes &nodes);

  llvm::Expected<int> add(FlatNode node);
  /// Of one instance of a function or round of a frame that is given so many values.
  llvm::Error countInstance(size_t values);
  llvm::Error reach(Body &body, llvm::StringRef reference);
  llvm::Error reachNode(Body &body, const proto::NodeDef &node);
  llvm::Error reachExit(Body &body, const proto::NodeDef &node, std::pair<int, int> place);
  llvm::Error reachPivot(Body &body, const proto::NodeDef &node, llvm::StringRef name);
  llvm::Error reachInputs(Body &body, const proto::NodeDef &node);
  llvm::Error reachAll(Body &body, llvm::ArrayRef<llvm::StringRef> wanted);
  bool changesVariables(const proto::NodeDef &node) const;
  void findWriters();
  llvm::Error reachWrite(Body &body, const proto::NodeDef &node);
  llvm::Error reachWritesBehind(Body &body, llvm::ArrayRef<llvm::StringRef> wanted);
  llvm::Error reachWritesOf(Body &body, const proto::FunctionDef &function);
  llvm::Expected<Edge> resolve(const Body &body, llvm::StringRef text) const;
  llvm::Expected<std::vector<Edge>> resolveAll(const Body &body,
                                               llvm::ArrayRef<llvm::StringRef> wanted) const;
  llvm::Expected<llvm::SmallVector<Edge>> operandsOf(const Body &body,
                                                     const proto::NodeDef &node) const;
  llvm::Error connect(Body &body);
  llvm::Error connectNode(Body &body, const proto::NodeDef &node);
  llvm::Error connectFrame(const Body &body, FlatLoop &loop);
  llvm::Error inlineCall(Body &body, const proto::NodeDef &node, const Call &call);
  llvm::Error inlineChoice(const Body &body, const proto::NodeDef &node, const Call &call,
                           llvm::ArrayRef<Edge> operands);
  llvm::Error startLoop(Body &body, const proto::NodeDef &node, const Call &call,
                        llvm::ArrayRef<Edge> operands);
  llvm::Expected<std::vector<Edge>> instantiate(const proto::FunctionDef &function,
                                                const std::string &prefix,
                                                llvm::ArrayRef<Edge> arguments);
  llvm::Expected<std::vector<Edge>> instantiateFrame(const FlatLoop &loop,
                                                     llvm::ArrayRef<llvm::StringRef> wanted);

  FlattenRequest request_;
  llvm::StringMap<const proto::FunctionDef *> functions_;
  /// Functions that change variables, with their nodes that do: writes, and calls of such
  /// functions.
  llvm::StringMap<llvm::SmallSetVector<const proto::NodeDef *, 2>> writers_;
  std::map<const NodeList::Nodes *, NodeList> lists_;
  llvm::SmallVector<const proto::FunctionDef *> active_; ///< calls that are being inlined
  Choices choices_;                                      ///< around what is being inlined
  FlatGraph flat_;
  size_t handedOn_ = 0;
};

/// The operators that are gone when a graph is flat.
std::vector<std::string> flattenedOperators();

/// "node" of "node:1", "^node" and "node:output:1".
llvm::StringRef nodeOf(llvm::StringRef reference);

} // namespace tandem::tensorflow

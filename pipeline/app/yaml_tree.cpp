#include "pipeline/app/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>

namespace tandem {
namespace {

using Kind = YamlNode::Kind;

/// Leaves yaml-cpp's parser, which only exceptions can do; caught in parseYaml.
struct Refusal {
  int line;
  std::string message;
};

/// Builds the tree from yaml-cpp's events rather than from its nodes, so that the limits hold while
/// the document is read, and every node keeps its line.
class TreeBuilder final : public YAML::EventHandler {
public:
  explicit TreeBuilder(const YamlLimits &limits) : limits_(limits) {}

  std::optional<YamlNode> root;

  void OnDocumentStart(const YAML::Mark &) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    finish(begin(Kind::kNull, mark), anchor);
  }

  void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                const std::string &value) override {
    YamlNode node = begin(Kind::kScalar, mark);
    node.quoted = tag == "!"; // how yaml-cpp tells text in quotes
    if (!node.quoted)
      refuseTag(tag, mark);
    node.scalar = value;
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override {
    auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refusal{lineOf(mark), "an alias stands inside what it names"};
    count(nodesOf(found->second), lineOf(mark));
    if (open_.size() + depthOf(found->second) > limits_.depth)
      throw Refusal{lineOf(mark), depthMessage()};
    YamlNode copy = found->second;
    copy.line = lineOf(mark);
    finish(std::move(copy), YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuseTag(tag, mark);
    open_.push_back({begin(Kind::kList, mark), anchor, std::nullopt, 0});
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuseTag(tag, mark);
    open_.push_back({begin(Kind::kMap, mark), anchor, std::nullopt, 0});
  }
  void OnMapEnd() override { close(); }

private:
  /// A list or map that is not finished yet.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor;
    std::optional<std::string> key; ///< of the map entry whose value comes next
    int keyLine;
  };

  static int lineOf(const YAML::Mark &mark) { return mark.line + 1; }
  std::string depthMessage() const {
    return "nested more than " + std::to_string(limits_.depth) + " deep";
  }

  void count(size_t more, int line) {
    if (more > limits_.nodes - nodes_)
      throw Refusal{line, "more than " + std::to_string(limits_.nodes) + " entries"};
    nodes_ += more;
  }

  YamlNode begin(Kind kind, const YAML::Mark &mark) {
    count(1, lineOf(mark));
    if (open_.size() >= limits_.depth)
      throw Refusal{lineOf(mark), depthMessage()};
    YamlNode node;
    node.kind = kind;
    node.line = lineOf(mark);
    return node;
  }

  static void refuseTag(const std::string &tag, const YAML::Mark &mark) {
    if (!tag.empty() && tag != "?")
      throw Refusal{lineOf(mark), "tag '" + tag + "' is not supported"};
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    finish(std::move(done.node), done.anchor);
  }

  void finish(YamlNode node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor)
      anchors_[anchor] = node;
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open &parent = open_.back();
    if (parent.node.kind == Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.kind != Kind::kScalar)
        throw Refusal{node.line, "a key must be a word"};
      if (parent.node.find(node.scalar))
        throw Refusal{node.line, "key '" + node.scalar + "' stands here twice"};
      parent.key = std::move(node.scalar);
      parent.keyLine = node.line;
    } else {
      parent.node.entries.push_back({std::move(*parent.key), parent.keyLine, std::move(node)});
      parent.key.reset();
    }
  }

  static size_t nodesOf(const YamlNode &node) {
    size_t sum = 1;
    for (const YamlNode &item : node.items)
      sum += nodesOf(item);
    for (const YamlNode::Entry &entry : node.entries)
      sum += 1 + nodesOf(entry.value);
    return sum;
  }

  static size_t depthOf(const YamlNode &node) {
    size_t deepest = 0;
    for (const YamlNode &item : node.items)
      deepest = std::max(deepest, depthOf(item));
    for (const YamlNode::Entry &entry : node.entries)
      deepest = std::max(deepest, depthOf(entry.value));
    return deepest + 1;
  }

  const YamlLimits &limits_;
  size_t nodes_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
};

Error refusal(const std::string &path, int line, const std::string &message) {
  return Error(Code::kInvalidArgument, path + ":" + std::to_string(line), message);
}

/// yaml-cpp reads ahead over whole flow collections by recursion of its scanner's state; brackets
/// that never close cost it time that grows with the square of their number.
std::optional<int> lineOfTooManyBrackets(std::string_view text, size_t most) {
  size_t brackets = 0;
  int line = 1;
  for (char c : text) {
    line += c == '\n';
    brackets += c == '[' || c == '{';
    if (brackets > most)
      return line;
  }
  return std::nullopt;
}

} // namespace

const YamlNode *YamlNode::find(std::string_view key) const {
  for (const Entry &entry : entries)
    if (entry.key == key)
      return &entry.value;
  return nullptr;
}

std::string_view yamlKindName(const YamlNode &node) {
  switch (node.kind) {
  case Kind::kNull:
    return "nothing";
  case Kind::kScalar:
    return "a word";
  case Kind::kList:
    return "a list";
  case Kind::kMap:
    return "a map";
  }
  return "nothing";
}

Result<YamlNode> parseYaml(std::string_view text, const std::string &path,
                           const YamlLimits &limits) {
  if (text.size() > limits.bytes)
    return Error(Code::kInvalidArgument, path, "has ", text.size(), " bytes, at most ",
                 limits.bytes, " are read");
  if (std::optional<int> line = lineOfTooManyBrackets(text, limits.nodes))
    return refusal(path, *line, "more than " + std::to_string(limits.nodes) + " brackets");
  TreeBuilder builder(limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.root)
      return Error(Code::kInvalidArgument, path, "is empty, expected an application");
    TreeBuilder rest(limits);
    if (parser.HandleNextDocument(rest))
      return refusal(path, rest.root ? rest.root->line : 1,
                     "a second document begins, expected only one");
  } catch (const Refusal &refused) {
    return refusal(path, refused.line, refused.message);
  } catch (const YAML::Exception &error) {
    std::string message = error.msg;
    if (!message.empty() && message.front() >= 'A' && message.front() <= 'Z')
      message.front() = static_cast<char>(message.front() - 'A' + 'a');
    return refusal(path, std::max(error.mark.line, 0) + 1, "not YAML: " + message);
  } catch (const std::exception &error) {
    return Error(Code::kInvalidArgument, path, "cannot be read as YAML: ", error.what());
  }
  return std::move(*builder.root);
}

} // namespace tandem

#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

/// A YAML document as plain data, every node with its line. Map keys are in the order of the file
/// and unique.
struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 0; ///< from 1
  std::string scalar;
  bool quoted = false; ///< a scalar in quotes is text, whatever it looks like
  std::vector<YamlNode> items;
  struct Entry;
  std::vector<Entry> entries;

  const YamlNode *find(std::string_view key) const;
};

struct YamlNode::Entry {
  std::string key;
  int line = 0;
  YamlNode value;
};

/// What a document may take: far beyond any application, and far below what hurts.
struct YamlLimits {
  size_t bytes = 1 << 18;
  size_t nodes = 5000; ///< aliases count for all that they stand for
  size_t depth = 16;
};

/// Parses the only document of `text`. Tags are refused; aliases are copied, within the limits.
/// Errors: kInvalidArgument, with "path:line" as subject. No exceptions.
Result<YamlNode> parseYaml(std::string_view text, const std::string &path,
                           const YamlLimits &limits = {});

/// "a map", "a list", ... for messages.
std::string_view yamlKindName(const YamlNode &node);

} // namespace tandem

#pragma once

#include "pipeline/app/step_kind.h"
#include "pipeline/app/yaml_tree.h"

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// Reads typed values out of a YamlNode; an error names the line, the thing (`what`, as in
/// "step 'faces'") and what was expected. Internal to pipeline/app.
class NodeReader {
public:
  NodeReader(const std::string &path, const YamlNode &node, std::string what)
      : path_(path), node_(node), what_(std::move(what)) {}

  const YamlNode &node() const { return node_; }

  template <typename... Parts> Error error(int line, const Parts &...parts) const {
    return Error(Code::kInvalidArgument, path_ + ":" + std::to_string(line), parts...);
  }

  Status requireMap() const;
  /// Refuses a map with any key that is not in `keys`.
  Status requireKeys(const std::vector<std::string> &keys) const;
  /// The value of a key, which must be there.
  Result<const YamlNode *> require(const std::string &key, std::string_view expected) const;

  Result<std::string> word(const YamlNode &value, const std::string &key) const;
  /// A list of words, or one word.
  Result<std::vector<std::string>> words(const YamlNode &value, const std::string &key) const;
  Result<int64_t> integer(const YamlNode &value, const std::string &key) const;
  Result<double> number(const YamlNode &value, const std::string &key) const;
  /// A setting of a step, checked against all that its kind says.
  Result<OptionValue> option(const YamlNode &value, const OptionKind &kind) const;

private:
  Result<std::vector<double>> numbers(const YamlNode &value, const OptionKind &kind) const;
  Status requireRange(double value, int line, const OptionKind &kind) const;

  const std::string &path_;
  const YamlNode &node_;
  std::string what_;
};

/// The whole of `text` as a finite number.
std::optional<double> parseNumber(std::string_view text);

} // namespace tandem

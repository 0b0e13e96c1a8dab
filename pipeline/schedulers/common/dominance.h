#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace tandem {

/// Remembers states of a search in two parts: a key, which says what is decided, and values, which
/// say how well. A state is dominated by one of equal key whose values are all no larger: what can
/// follow it can follow that one, no later. Keeps what fits into its memory, and says less then.
class DominanceTable {
public:
  explicit DominanceTable(size_t mostBytes) : mostBytes_(mostBytes) {}

  /// True: a state seen before dominates this one. Else this one is remembered.
  bool isDominated(const std::string &key, const std::vector<double> &values);

private:
  std::unordered_map<std::string, std::vector<double>> rows_; // rows one behind another
  size_t mostBytes_, bytes_ = 0;
};

} // namespace tandem

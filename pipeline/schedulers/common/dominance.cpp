#include "pipeline/schedulers/common/dominance.h"

#include <algorithm>

namespace tandem {

bool DominanceTable::isDominated(const std::string &key, const std::vector<double> &values) {
  auto found = rows_.find(key);
  size_t width = values.size();
  if (found != rows_.end()) {
    std::vector<double> &rows = found->second;
    for (size_t row = 0; row < rows.size();) {
      bool noLarger = true, noSmaller = true;
      for (size_t i = 0; i < width && (noLarger || noSmaller); ++i) {
        noLarger &= rows[row + i] <= values[i];
        noSmaller &= rows[row + i] >= values[i];
      }
      if (noLarger)
        return true;
      if (!noSmaller) {
        row += width;
        continue;
      }
      // The new one makes this one superfluous.
      auto begin = rows.begin() + static_cast<ptrdiff_t>(row);
      std::copy(rows.end() - static_cast<ptrdiff_t>(width), rows.end(), begin);
      rows.resize(rows.size() - width);
    }
  }
  constexpr size_t kEntryBytes = 150; // of a map's entry, roughly
  size_t bytes = width * sizeof(double) + (found == rows_.end() ? kEntryBytes + key.size() : 0);
  if (bytes_ + bytes > mostBytes_)
    return false;
  bytes_ += bytes;
  std::vector<double> &rows = found == rows_.end() ? rows_[key] : found->second;
  rows.insert(rows.end(), values.begin(), values.end());
  return false;
}

} // namespace tandem

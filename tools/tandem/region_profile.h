#pragma once

#include "runtime/session.h"

#include <nlohmann/json_fwd.hpp>

#include <set>
#include <span>
#include <string>
#include <vector>

namespace tandem {

/// A table: what each region was compiled for, what ran it, how long, how long by the model.
std::string regionTable(std::span<const RegionProfile> regions);
/// The same for a program, one object a region.
nlohmann::ordered_json regionsAsJson(std::span<const RegionProfile> regions);

/// Says on stderr what went wrong with devices, each sentence once.
class NoticePrinter {
public:
  void print(const std::string &subject, std::span<const std::string> notices);
  /// Of a model; the same sentence in the next place is not said again.
  void print(const std::string &place, const std::string &model, const std::string &notice);

private:
  std::set<std::string> told_;
};

} // namespace tandem

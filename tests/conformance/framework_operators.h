#pragma once

#include "compiler/importers/common/refused_operators.h"

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace tandem::test {

/// All operators of a framework, as a script got them from the framework itself, and what its
/// importer says of each.
struct FrameworkOperators {
  std::string format;          ///< the importer's folder
  std::string source;          ///< what the list has: which version, which of its operators
  std::set<std::string> all;   ///< tests/models/operators/FORMAT.txt, by list_operators.py
  std::set<std::string> taken; ///< may have others: aliases, older names, custom operators
  const RefusedOperators *refused;

  bool isTaken(const std::string &name) const { return taken.count(name) != 0; }
};
/// For GoogleTest.
inline void PrintTo(const FrameworkOperators &operators, std::ostream *out) {
  *out << operators.format;
}

/// Of every importer that belongs to a framework, in the order of their folders.
std::vector<FrameworkOperators> frameworkOperators();

} // namespace tandem::test

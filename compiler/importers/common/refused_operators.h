#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/GlobPattern.h"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace tandem {

/// Operators of one framework that its importer refuses, each with the reason that users see. The
/// data is refused.cpp in the importer's folder, in groups of names behind the reason they share. A
/// name with a '*' stands for every operator that fits and has no handler. A test holds the data
/// and the handlers to the framework's own list.
class RefusedOperators {
public:
  struct Name {
    Name(const char *name, unsigned lineOfData = __builtin_LINE()) : text(name), line(lineOfData) {}
    llvm::StringRef text;
    unsigned line;
  };
  struct Group {
    llvm::StringRef reason; ///< a short phrase: "random numbers"
    std::vector<Name> names;
  };
  struct Entry {
    llvm::StringRef name, reason;
    unsigned line; ///< in refused.cpp
  };

  /// `framework` as users know it: "PyTorch".
  RefusedOperators(llvm::StringRef framework, std::initializer_list<Group> groups);

  llvm::StringRef framework() const { return framework_; }
  const std::vector<Entry> &entries() const { return entries_; }
  /// What refuses `op`, which has no handler: its own name, else the first pattern. Null: neither.
  const Entry *find(llvm::StringRef op) const;
  /// What users are told of `op`; of a name that is unknown here, too.
  std::string reason(llvm::StringRef op) const;

private:
  llvm::StringRef framework_;
  std::vector<Entry> entries_;
  llvm::StringMap<size_t> byName_;
  std::vector<std::pair<llvm::GlobPattern, size_t>> patterns_;
};

} // namespace tandem

#include "compiler/importers/common/refused_operators.h"

#include "llvm/Support/Error.h"

namespace tandem {

RefusedOperators::RefusedOperators(llvm::StringRef framework, std::initializer_list<Group> groups)
    : framework_(framework) {
  for (const Group &group : groups)
    for (const Name &name : group.names) {
      if (name.text.contains('*'))
        patterns_.emplace_back(llvm::cantFail(llvm::GlobPattern::create(name.text)),
                               entries_.size());
      else
        byName_.try_emplace(name.text, entries_.size());
      entries_.push_back({name.text, group.reason, name.line});
    }
}

const RefusedOperators::Entry *RefusedOperators::find(llvm::StringRef op) const {
  if (auto named = byName_.find(op); named != byName_.end())
    return &entries_[named->second];
  for (const auto &[pattern, entry] : patterns_)
    if (pattern.match(op))
      return &entries_[entry];
  return nullptr;
}

std::string RefusedOperators::reason(llvm::StringRef op) const {
  if (const Entry *entry = find(op))
    return entry->reason.str();
  return ("not an operator of " + framework_ + " that Tandem knows").str();
}

} // namespace tandem

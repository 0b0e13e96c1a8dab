#include "compiler/importers/torch/script/signatures.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace tandem::torch::script {

namespace {

constexpr llvm::StringLiteral kSignatures[] = {
#include "compiler/importers/torch/script/signatures.inc"
};

Signature parsed(llvm::StringRef line) {
  Signature signature;
  bool isByName = false;
  auto [target, rest] = line.split(' ');
  signature.target = target;
  while (!rest.empty()) {
    llvm::StringRef word;
    std::tie(word, rest) = rest.split(' ');
    if (word == "*") {
      isByName = true;
      continue;
    }
    if (word.consume_front(">")) {
      if (word.getAsInteger(10, signature.results))
        signature.results = Signature::kList;
      continue;
    }
    auto [kind, name] = word.split(':');
    bool hasDefault = name.consume_back("=");
    signature.arguments.push_back({kind, name, hasDefault, isByName});
  }
  return signature;
}

bool isOfKind(const Item &item, llvm::StringRef kind) {
  if (is<Unknown>(item))
    return true;
  if (kind.consume_back("?") && is<None>(item))
    return true;
  if (kind.consume_back("[]")) {
    if (kind == "I" && is<int64_t>(item)) // for all of them
      return true;
    const std::vector<Item> *items = itemsOf(item);
    return items && llvm::all_of(*items, [&](const Item &each) { return isOfKind(each, kind); });
  }
  switch (kind.front()) {
  case 'T':
    return is<Tensor *>(item);
  case 'I':
  case 'D':
    return is<int64_t>(item);
  case 'F':
    return is<double>(item) || is<int64_t>(item);
  case 'N':
    return numberOf(item).has_value();
  case 'B':
    return is<bool>(item);
  case 'S':
    return is<std::string>(item);
  case 'V':
    return is<Device>(item);
  default: // what means nothing
    return is<None>(item) || is<int64_t>(item) || is<bool>(item);
  }
}

} // namespace

std::optional<llvm::SmallVector<const Item *>>
bind(const Signature &signature, llvm::ArrayRef<Item> items, llvm::ArrayRef<std::string> keywords) {
  llvm::SmallVector<const Item *> bound(signature.arguments.size(), nullptr);
  size_t place = 0;
  for (auto [item, keyword] : llvm::zip(items, keywords)) {
    size_t index = place++;
    if (!keyword.empty()) {
      auto named = llvm::find_if(signature.arguments,
                                 [&](const auto &argument) { return argument.name == keyword; });
      index = named - signature.arguments.begin();
    }
    if (index >= bound.size() || bound[index] ||
        (keyword.empty() && signature.arguments[index].isByName) ||
        !isOfKind(item, signature.arguments[index].kind))
      return std::nullopt;
    bound[index] = &item;
  }
  for (auto [item, argument] : llvm::zip(bound, signature.arguments))
    if (!item && !argument.hasDefault)
      return std::nullopt;
  return bound;
}

Signatures::Signatures() {
  for (llvm::StringRef line : kSignatures) {
    Signature signature = parsed(line);
    byOperation_[signature.target.split('.').second.split('.').first].push_back(
        std::move(signature));
  }
}

llvm::ArrayRef<Signature> Signatures::of(llvm::StringRef operation) const {
  auto found = byOperation_.find(operation);
  return found == byOperation_.end() ? llvm::ArrayRef<Signature>()
                                     : llvm::ArrayRef<Signature>(found->second);
}

std::vector<std::string> Signatures::targets() const {
  std::vector<std::string> targets;
  for (const auto &entry : byOperation_)
    for (const Signature &signature : entry.second)
      targets.push_back(signature.target.str());
  return targets;
}

} // namespace tandem::torch::script

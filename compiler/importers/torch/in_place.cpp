#include "compiler/importers/torch/in_place.h"

namespace tandem::torch {

void forEachRead(const NodeRecord &node, llvm::function_ref<void(const std::string &)> each) {
  auto readEach = [&](const Json *list) {
    if (!list || !list->is_array())
      return;
    for (const Json &entry : *list) {
      const Json *tensor = member(entry, "as_tensor"); // of optional ones
      each(stringMember(tensor ? *tensor : entry, "name").str());
    }
  };
  for (const auto &[argument, value] : node.arguments) {
    if (const Json *tensor = member(*value, "as_tensor"))
      each(stringMember(*tensor, "name").str());
    if (const Json *optional = member(*value, "as_optional_tensor"))
      if (const Json *tensor = member(*optional, "as_tensor"))
        each(stringMember(*tensor, "name").str());
    readEach(member(*value, "as_tensors"));
    readEach(member(*value, "as_optional_tensors"));
  }
}

std::string changesState(llvm::StringRef name) {
  return ("it changes '" + name +
          "' of the module for the next run, which is not supported: make it an input and a result "
          "of the model")
      .str();
}

std::string selfOf(const NodeRecord &node) {
  for (const char *name : {"self", "input"}) { // the latter of dropout
    auto argument = node.arguments.find(name);
    if (argument != node.arguments.end())
      if (const Json *tensor = member(*argument->second, "as_tensor"))
        return stringMember(*tensor, "name").str();
  }
  return "";
}

std::string lookedInto(const NodeRecord &node, llvm::StringRef result) {
  if (std::string self = selfOf(node); !self.empty())
    return self;
  auto list = node.arguments.find("tensors");
  const Json *all = list == node.arguments.end() ? nullptr : member(*list->second, "as_tensors");
  size_t place = llvm::find(node.outputs, result) - node.outputs.begin();
  return all && all->is_array() && place < all->size() ? stringMember((*all)[place], "name").str()
                                                       : "";
}

Aliases::Aliases(const GraphRecord &graph, const OpTable &table) : graph_(graph), table_(table) {
  for (const NodeRecord &node : graph.nodes) {
    forEachRead(node, [&](const std::string &name) { lastRead_[name] = placeOf(node); });
    for (const std::string &output : node.outputs)
      makers_[output] = &node;
    const OpTable::Entry *entry = table.find(AtenNode::shortTarget(node.target));
    if ((entry && entry->isView) || isInPlace(node))
      for (const std::string &output : node.outputs) {
        auto &views = views_[lookedInto(node, output)];
        if (views.empty() || views.back() != &node)
          views.push_back(&node);
      }
  }
  for (const std::string &output : graph.outputs)
    lastRead_[output] = SIZE_MAX;
}

const NodeRecord *Aliases::maker(const std::string &name) const {
  auto found = makers_.find(name);
  return found == makers_.end() ? nullptr : found->second;
}

bool Aliases::isLastRead(const std::string &name, const NodeRecord &node) const {
  auto last = lastRead_.find(name);
  return last != lastRead_.end() && last->second == placeOf(node);
}

bool Aliases::isInPlace(const NodeRecord &node) const {
  llvm::StringRef target = AtenNode::shortTarget(node.target);
  return !table_.find(target) && !OpTable::withoutInPlace(target).empty();
}

Sharing Aliases::sharing(const NodeRecord &node) const {
  if (isInPlace(node)) // another name of its operand, which it may have changed
    return Sharing::kSame;
  llvm::StringRef target = AtenNode::shortTarget(node.target);
  const OpTable::Entry *entry = table_.find(target);
  llvm::StringRef operation = target.split('.').second.split('.').first;
  if (operation == "to" || operation == "type_as") { // of another type it is a copy
    auto from = graph_.tensors.find(selfOf(node)),
         to = graph_.tensors.find(node.outputs.empty() ? "" : node.outputs.front());
    if (from != graph_.tensors.end() && to != graph_.tensors.end() &&
        from->second.type != to->second.type)
      return Sharing::kNone;
  }
  Sharing how = entry ? sharingOf(operation, entry->isView) : Sharing::kNone;
  bool isOfList = how != Sharing::kNone && selfOf(node).empty(); // others may look at the same
  return isOfList && how != Sharing::kMaybe ? Sharing::kView : how;
}

/// The name itself, or what was made to look at it before `at`, but for `except` and what looks at
/// that. Files have nodes in order.
bool Aliases::isReadAfter(const std::string &name, size_t at, size_t madeAt,
                          llvm::StringRef except) const {
  if (name == except)
    return false;
  auto last = lastRead_.find(name);
  if (last != lastRead_.end() && last->second > at)
    return true;
  auto views = views_.find(name);
  return views != views_.end() && llvm::any_of(views->second, [&](const NodeRecord *view) {
           size_t place = placeOf(*view);
           return madeAt < place && place < at &&
                  llvm::any_of(
                      view->outputs,
                      [&](auto &output) {
                        return lookedInto(*view, output) == name &&
                               isReadAfter(output, at, place, except);
                      });
         });
}

/// Whether a tensor that `part` looks into, or another look into it, is read behind the node at
/// `at`. Inputs and weights are, by others.
bool Aliases::isWholeReadAfter(const std::string &part, size_t at) const {
  std::string whole = part;
  size_t before = at;
  for (;;) {
    const NodeRecord *made = maker(whole);
    if (!made || placeOf(*made) >= before)
      return true;
    before = placeOf(*made);
    if (sharing(*made) == Sharing::kNone)
      return isReadAfter(whole, at, before, part);
    whole = lookedInto(*made, whole);
  }
}

/// Those of a tensor made before `at` and read behind it. False when one of them may be a copy.
bool Aliases::collectViews(const std::string &name, size_t at, Written &written) const {
  auto views = views_.find(name);
  if (views == views_.end())
    return true;
  for (const NodeRecord *view : views->second) {
    size_t place = placeOf(*view);
    bool isInChain = llvm::any_of(
        view->outputs, [&](auto &output) { return llvm::is_contained(written.chain, output); });
    bool isRead =
        llvm::any_of(view->outputs, [&](auto &output) { return isReadAfter(output, at, place); });
    if (place >= at || isInChain || !isRead || llvm::is_contained(written.views, view))
      continue;
    if (sharing(*view) == Sharing::kMaybe)
      return false;
    written.views.push_back(view);
    for (const std::string &output : view->outputs)
      if (!collectViews(output, at, written))
        return false;
  }
  return true;
}

std::optional<Aliases::Written> Aliases::written(const NodeRecord &node) const {
  Written written;
  size_t at = placeOf(node), before = at;
  for (std::string name = selfOf(node);;) {
    written.chain.push_back(name);
    const NodeRecord *made = maker(name);
    if (!made || placeOf(*made) >= before)
      return std::nullopt;
    before = placeOf(*made);
    Sharing how = sharing(*made);
    bool isNarrow = AtenNode::shortTarget(made->target) == "aten.narrow.default"; // by a length
    if (how == Sharing::kNone)
      break;
    if (how == Sharing::kMaybe || how == Sharing::kView || isNarrow) {
      if (isWholeReadAfter(name, at))
        return std::nullopt;
      break;
    }
    name = lookedInto(*made, name);
  }
  for (const std::string &name : written.chain)
    if (!collectViews(name, at, written))
      return std::nullopt;
  llvm::sort(written.views); // nodes lie in order
  return written;
}

std::string Aliases::changedForOthers(const NodeRecord &node) const {
  std::string name = selfOf(node);
  size_t before = placeOf(node);
  const NodeRecord *made = maker(name);
  for (; made && placeOf(*made) < before; made = maker(name)) {
    const OpTable::Entry *entry = table_.find(AtenNode::shortTarget(made->target));
    if (!isInPlace(*made) && !(entry && entry->isView))
      break;
    before = placeOf(*made);
    name = lookedInto(*made, name);
  }
  for (const InputRecord &input : graph_.inputs)
    if (!made && input.name == name)
      return input.kind == InputRecord::kUser
                 ? "it changes the model's input '" + name + "' in place"
                 : changesState(input.stored);
  return "";
}

std::string Aliases::whyNotWritten(const NodeRecord &node) const {
  std::string outside = changedForOthers(node);
  return outside.empty() ? "it changes a tensor in place that others may read" : outside;
}

} // namespace tandem::torch

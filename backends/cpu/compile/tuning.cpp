#include "backends/cpu/compile/tuning.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <tuple>

namespace tandem::cpu {
namespace {

using llvm::StringRef;

constexpr int64_t kMostPixels = 64, kMostVectors = 8;
constexpr size_t kTiles = 6; ///< that are worth measuring

struct NamedOrder {
  StringRef name;
  LoopOrder order;
  bool ofSingleRow; ///< only one row can be walked so
};
constexpr NamedOrder kOrders[] = {{"group-units", LoopOrder::kGroupUnits, false},
                                  {"row-units", LoopOrder::kRowUnits, false},
                                  {"row-blocks", LoopOrder::kRowBlocks, false},
                                  {"pixel-units", LoopOrder::kPixelUnits, true},
                                  {"pixel-blocks", LoopOrder::kPixelBlocks, true}};

} // namespace

std::string scheduleText(const ConvSchedule &schedule) {
  const auto *order = llvm::find_if(
      kOrders, [&](const NamedOrder &named) { return named.order == schedule.order; });
  return std::to_string(schedule.tile.pixels) + "x" + std::to_string(schedule.tile.vectors) + " " +
         order->name.str();
}

std::optional<ConvSchedule> parseSchedule(StringRef text) {
  auto [tile, name] = text.split(' ');
  auto [pixels, vectors] = tile.split('x');
  ConvSchedule schedule;
  const auto *order =
      llvm::find_if(kOrders, [&](const NamedOrder &named) { return named.name == name; });
  if (order == std::end(kOrders) || pixels.getAsInteger(10, schedule.tile.pixels) ||
      vectors.getAsInteger(10, schedule.tile.vectors) || schedule.tile.pixels < 1 ||
      schedule.tile.pixels > kMostPixels || schedule.tile.vectors < 1 ||
      schedule.tile.vectors > kMostVectors)
    return std::nullopt;
  schedule.order = order->order;
  return schedule;
}

namespace {
/// Of those that fit into the registers the ones that take the fewest rounds for what they do: most
/// products a load, and little that is done twice.
std::vector<Tile> promisingTiles(const ConvQuestion &question) {
  struct Rated {
    double cost;
    Tile tile;
  };
  std::vector<Rated> rated;
  const codegen::Isa &isa = question.isa;
  int64_t vectorsInAll = (question.channels + isa.lanes() - 1) / isa.lanes();
  for (int64_t vectors = 1; vectors <= std::min(kMostVectors, vectorsInAll); ++vectors)
    for (int64_t pixels = 1; pixels <= std::min(kMostPixels, question.rowPixels); ++pixels) {
      int64_t activations = isa.laneFactors ? pixels : 0;
      int64_t together = question.registers.pixelsTogether(pixels);
      EvenSplit rows = EvenSplit::ofAtMost(question.rowPixels, pixels, together);
      EvenSplit columns = EvenSplit::ofAtMost(vectorsInAll, vectors);
      bool isEven =
          pixels % together == 0 && rows.longest() == pixels && columns.longest() == vectors;
      if (!isEven || pixels * vectors + vectors * question.registers.perWeight + activations +
                             question.registers.others >
                         isa.registers)
        continue;
      double products = static_cast<double>(pixels * vectors);
      double loads = static_cast<double>(pixels + vectors);
      double round = std::max({products, loads, 8.0});
      rated.push_back({round * static_cast<double>(rows.parts * columns.parts), {pixels, vectors}});
    }
  // Ties as they come, so that a candidate's number always means the same.
  auto key = [](const Rated &one) {
    return std::tuple(one.cost, one.tile.pixels, one.tile.vectors);
  };
  llvm::sort(rated, [&](const Rated &a, const Rated &b) { return key(a) < key(b); });
  std::vector<Tile> tiles;
  for (const Rated &one : llvm::ArrayRef(rated).take_front(kTiles))
    tiles.push_back(one.tile);
  return tiles;
}
} // namespace

std::vector<ConvSchedule> scheduleCandidates(const ConvQuestion &question) {
  std::vector<ConvSchedule> candidates;
  for (Tile tile : promisingTiles(question))
    for (const NamedOrder &named : kOrders)
      if (named.order == LoopOrder::kGroupUnits || named.ofSingleRow == question.singleRow)
        candidates.push_back({tile, named.order});
  return candidates;
}

Tuning Tuning::ofCandidate(size_t number) {
  Tuning tuning;
  tuning.candidate_ = number;
  return tuning;
}

llvm::Expected<Tuning> Tuning::ofLog(const TuningLog &log, StringRef machine) {
  Tuning tuning;
  for (const auto &[key, entry] : log.entries) {
    std::optional<ConvSchedule> schedule = parseSchedule(entry.schedule);
    if (!schedule)
      return llvm::createStringError("'" + entry.schedule + "' of '" + key.second +
                                     "' is no schedule, expected PIXELSxVECTORS ORDER as in "
                                     "'14x2 row-blocks'");
    if (key.first == machine)
      tuning.schedules_[key.second] = *schedule;
  }
  return tuning;
}

std::optional<ConvSchedule> Tuning::find(const ConvQuestion &question) const {
  if (candidate_ > 0) {
    std::vector<ConvSchedule> candidates = scheduleCandidates(question);
    return candidate_ <= candidates.size() ? std::optional(candidates[candidate_ - 1])
                                           : std::nullopt;
  }
  auto found = schedules_.find(question.key());
  return found == schedules_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace tandem::cpu

#pragma once

#include "backends/cpu/compile/schedule.h"
#include "compiler/backend/tuning_log.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace tandem::cpu {

/// All that the convolution template can do in several ways.
struct ConvSchedule {
  Tile tile;
  LoopOrder order;
};

/// "14x2 row-blocks": pixels × vectors of the tile, and the order of loops.
std::string scheduleText(const ConvSchedule &schedule);
/// Nothing when it is no such text, or a tile is larger than any processor has registers for.
std::optional<ConvSchedule> parseSchedule(llvm::StringRef text);

/// What the choice for a convolution depends on.
struct ConvQuestion {
  const codegen::Isa &isa;
  /// "f32 56x56x64 3x3 stride 1x1 ... -> 56x56x64": with the instruction set the key of the log.
  std::string operation;
  int64_t rowPixels, channels; ///< of the result
  bool singleRow;              ///< of all entries of the batch
  ProductRegisters registers;

  std::string key() const { return isa.name.str() + " " + operation; }
};

/// Schedules worth measuring, the most promising by the model first.
std::vector<ConvSchedule> scheduleCandidates(const ConvQuestion &question);

/// Schedules that do not come from the model: those that were measured, or the ones to be.
class Tuning {
public:
  /// Nothing: the model's choice for all.
  Tuning() = default;
  /// Of each operation the candidate of that number, from 1; the model's choice where there are
  /// not so many.
  static Tuning ofCandidate(size_t number);
  /// The entries of a log for a machine of this name. Errors: a schedule that is none.
  static llvm::Expected<Tuning> ofLog(const TuningLog &log, llvm::StringRef machine);

  std::optional<ConvSchedule> find(const ConvQuestion &question) const;
  /// Whether a candidate was asked for that there is not.
  bool isExhausted(const ConvQuestion &question) const { return candidate_ > 0 && !find(question); }

private:
  size_t candidate_ = 0;
  llvm::StringMap<ConvSchedule> schedules_; ///< by ConvQuestion::key()
};

} // namespace tandem::cpu

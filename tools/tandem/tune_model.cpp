#include "tools/tandem/tune_model.h"

#include "tools/tandem/time_probe.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

/// What takes less is not worth the time that measuring takes.
constexpr double kHeavyUs = 5;
/// A candidate has to be faster by so much, in every comparison: the machine is not quiet.
constexpr double kClearlyFaster = 0.97;
constexpr int kComparisons = 3;

/// "OPERATION: SCHEDULE" of a step; an operation begins with its instruction set.
struct Choice {
  std::string operation, schedule;

  static Choice of(const TimedProbe &probe) {
    std::string text = probe.schedule();
    size_t colon = text.rfind(": ");
    return colon == text.npos ? Choice() : Choice{text.substr(0, colon), text.substr(colon + 2)};
  }
  std::string isa() const { return operation.substr(0, operation.find(' ')); }
};

class Tuner {
public:
  explicit Tuner(const TuneRequest &request) : request_(request), start_(Clock::now()) {
    compile_.modelPath = request.model;
    compile_.inputs = request.inputs;
    compile_.options = request.options;
  }

  Result<TuneResult> run() {
    TANDEM_RETURN_IF_ERROR(timeModelChoices());
    for (size_t candidate = 1; !rest_.empty(); ++candidate) {
      if (secondsLeft() <= 0) {
        result_.complete = false;
        break;
      }
      TANDEM_RETURN_IF_ERROR(timeCandidates(candidate));
    }
    for (auto &[key, tuned] : operations_)
      result_.operations.push_back(tuned.found);
    std::sort(
        result_.operations.begin(), result_.operations.end(),
        [](const TunedOperation &a, const TunedOperation &b) { return a.modelUs > b.modelUs; });
    return std::move(result_);
  }

private:
  struct Tuned {
    TimedProbe own; ///< with the schedule that the model chooses, to compare with
    TunedOperation found;
    std::set<std::string> tried;
  };

  double secondsLeft() const {
    return request_.seconds - std::chrono::duration<double>(Clock::now() - start_).count();
  }
  void report(const std::string &stage) const {
    if (request_.progress)
      request_.progress(stage, std::clamp(1 - secondsLeft() / request_.seconds, 0.0, 1.0));
  }

  Status tell(const TunedOperation &found) const {
    return request_.found ? request_.found(found) : Status();
  }

  /// Finds the operations, and the instruction set that this machine runs.
  Status timeModelChoices() {
    report("compiling its operations");
    TANDEM_ASSIGN_OR_RETURN(std::vector<OpProbe> probes, opProbes(compile_, "cpu"));
    report("timing its operations");
    for (const OpProbe &probe : probes) {
      TANDEM_ASSIGN_OR_RETURN(TimedProbe timed, TimedProbe::open(probe));
      Choice choice = Choice::of(timed);
      if (choice.operation.empty())
        continue;
      TANDEM_ASSIGN_OR_RETURN(double us, timed.time());
      if (us < kHeavyUs)
        continue;
      compile_.isas = {choice.isa()};
      TunedOperation found = {choice.operation, probe.node, choice.schedule, us, us, 1};
      TANDEM_RETURN_IF_ERROR(tell(found));
      operations_.try_emplace(probe.key,
                              Tuned{std::move(timed), std::move(found), {choice.schedule}});
      rest_.insert(probe.key);
    }
    return Status();
  }

  /// The candidate of that number of every operation that has so many.
  Status timeCandidates(size_t candidate) {
    compile_.options["cpu.candidate"] = std::to_string(candidate);
    report("trying candidate " + std::to_string(candidate));
    TANDEM_ASSIGN_OR_RETURN(
        std::vector<OpProbe> probes,
        opProbes(compile_, "cpu", [&](const std::string &key) { return rest_.contains(key); }));
    for (const OpProbe &probe : probes) {
      Tuned &tuned = operations_.at(probe.key);
      TANDEM_ASSIGN_OR_RETURN(TimedProbe timed, TimedProbe::open(probe));
      Choice choice = Choice::of(timed);
      if (choice.operation.empty()) // it has not so many
        rest_.erase(probe.key);
      else if (tuned.tried.insert(choice.schedule).second)
        TANDEM_RETURN_IF_ERROR(compare(timed, choice.schedule, tuned));
    }
    return Status();
  }

  /// By turns with the model's choice.
  Status compare(TimedProbe &candidate, const std::string &schedule, Tuned &tuned) {
    ++tuned.found.tried;
    double slowest = 0;
    for (int turn = 0; turn < kComparisons && slowest < kClearlyFaster; ++turn) {
      TANDEM_ASSIGN_OR_RETURN(double us, candidate.time());
      TANDEM_ASSIGN_OR_RETURN(double ownUs, tuned.own.time());
      slowest = std::max(slowest, us / ownUs);
    }
    if (slowest < kClearlyFaster && slowest < tuned.found.us / tuned.found.modelUs) {
      tuned.found.schedule = schedule;
      tuned.found.us = tuned.found.modelUs * slowest;
      return tell(tuned.found);
    }
    return Status();
  }

  const TuneRequest &request_;
  Clock::time_point start_;
  CompileRequest compile_;
  std::map<std::string, Tuned> operations_; ///< by OpProbe::key
  std::set<std::string> rest_;              ///< keys of those that may have more candidates
  TuneResult result_;
};

} // namespace

Result<TuneResult> tuneModel(const TuneRequest &request) {
  return Tuner(request).run();
}

} // namespace tandem

#include "pipeline/simulator/chances.h"

#include <map>
#include <numeric>

namespace tandem {

Status Chances::check(const SimulationOptions &options, size_t tasks) {
  auto wrong = [](const auto &...parts) {
    return Error(Code::kInvalidArgument, "", "simulation: ", parts...);
  };
  if (options.jitter < 0 || options.jitter > 1)
    return wrong("jitter is ", options.jitter, ", expected 0 to 1");
  if (options.waiting < 1)
    return wrong("no frame may wait, expected at least 1");
  if (!options.variations.empty() && options.variations.size() != tasks)
    return wrong(options.variations.size(), " variations, expected one for each of ", tasks,
                 " tasks");
  for (const TaskVariation &variation : options.variations)
    if (variation.forEach >= static_cast<int>(options.counts.size()) ||
        variation.when >= static_cast<int>(options.probabilities.size()))
      return wrong("a task varies with for_each ", variation.forEach, " and when ", variation.when,
                   ", there are ", options.counts.size(), " and ", options.probabilities.size());
  for (const std::vector<int> &counts : options.counts)
    if (counts.empty())
      return wrong("a for_each has no counts to choose from");
  for (double probability : options.probabilities)
    if (!(probability >= 0 && probability <= 1))
      return wrong("a probability is ", probability, ", expected 0 to 1");
  return {};
}

Chances::Chances(const SimulationOptions &options) : options_(options) {
  for (const std::vector<int> &counts : options.counts)
    means_.push_back(std::accumulate(counts.begin(), counts.end(), 0.0) /
                     static_cast<double>(counts.size()));
}

std::vector<double> Chances::factorsOf(int64_t frame, size_t tasks) const {
  // Spread over the whole range, so that neighbouring frames and seeds have nothing in common.
  Random random(Random(options_.seed).bits() ^ Random(static_cast<uint64_t>(frame)).bits());
  std::vector<double> factors(tasks, 1);
  std::vector<int> counts;
  for (const std::vector<int> &seen : options_.counts)
    counts.push_back(seen[random.below(seen.size())]);

  // Tasks behind one `when` are left out together.
  std::map<std::pair<int, int>, double> held;
  for (size_t task = 0; task < options_.variations.size(); ++task) {
    const TaskVariation &variation = options_.variations[task];
    int forEach = variation.forEach, count = forEach < 0 ? 1 : counts[static_cast<size_t>(forEach)];
    double mean = forEach < 0 ? 1 : means_[static_cast<size_t>(forEach)], runs = count;
    if (variation.when >= 0) {
      double probability = options_.probabilities[static_cast<size_t>(variation.when)];
      auto [place, isNew] = held.try_emplace({forEach, variation.when}, 0);
      for (int i = 0; isNew && i < count; ++i)
        place->second += random.unit() < probability ? 1 : 0;
      runs = place->second;
      mean *= probability;
    }
    factors[task] = mean > 0 ? runs / mean : 0;
  }
  for (double &factor : factors)
    factor *= random.within(1 - options_.jitter, 1 + options_.jitter);
  return factors;
}

} // namespace tandem

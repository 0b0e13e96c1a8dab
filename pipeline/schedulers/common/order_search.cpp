#include "pipeline/schedulers/common/search.h"
namespace tandem {
Solution orderSearch(const Instance &, std::span<const Solution> starts, const SearchBudget &) { return starts[0]; }
}

#pragma once

#include "pipeline/schedulers/gantt.h"
#include "pipeline/simulator/simulator.h"
#include "tools/tandem/pipeline_setup.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace tandem {

/// The plan tried on so many frames, which come as the graph says, else at a rate (0: as fast as
/// they are taken), and whose times go up and down by the part `jitter`. Errors: those of
/// simulate().
Result<Simulation> simulatePlan(const PlannedApp &planned, size_t frames, double framesPerSecond,
                                double jitter);
/// The device that works the longest part of the time.
size_t busiestDevice(const Simulation &simulation);
/// The task that it spends most of its time on; "": none is planned there.
std::string longestStage(const PlannedApp &planned, size_t device);
/// The plan as a chart that says where and when its costs were measured, since whoever sees the
/// picture may have no more than that.
GanttChart planChart(const PlannedApp &planned);
/// What was split of the application, a line; "": nothing.
std::string splitText(const PlannedApp &planned);
/// The same for a program; there is one.
nlohmann::ordered_json splitJson(const PlannedApp &planned);
/// Both for a program; docs/command-line.md has the keys. `application`: its file.
nlohmann::ordered_json plannedAppAsJson(const std::string &application, const PlannedApp &planned,
                                        const Simulation &simulation);

/// What a plan gives and what no plan can give, a line.
std::string plannedText(const PlannedApp &planned);
/// What of it is reading a frame, a line; empty: it reads none. `measuredNow`: on the user's
/// frames.
std::string readingText(const PlannedApp &planned, bool measuredNow);
/// That there is too little work to hand on, a line; empty: there is enough. Of what pipelining
/// itself costs a plan has only a part: not that threads go to sleep and are woken.
std::string tooLittleText(const PlannedApp &planned);
/// That costs no longer hold, where frames come a quarter faster or slower than planned, or faster
/// than any plan allows: which, and what measures them again. A line; empty: they do, or the plan
/// is not for as many frames as there can be.
std::string staleCostsText(const PlannedApp &planned, double intervalUs,
                           const std::string &application);

} // namespace tandem

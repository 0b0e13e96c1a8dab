#include "pipeline/trace/trace.h"

#include "base/file.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace tandem {
namespace {

std::string asJson(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The format's microseconds, with the nanoseconds behind the point.
std::string microseconds(int64_t ns) {
  std::string digits = std::to_string(ns % 1000);
  return std::to_string(ns / 1000) + "." + std::string(3 - digits.size(), '0') + digits;
}

class Writer {
public:
  explicit Writer(const Trace &trace) : trace_(trace) {}

  std::string text() {
    text_ = "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"application\":" + asJson(trace_.name) +
            ",\"times\":" + asJson(timesOf(trace_)) +
            ",\"modelled\":" + nlohmann::json(trace_.modelled).dump() +
            ",\"lost_events\":" + std::to_string(trace_.lost) + "},\"traceEvents\":[\n";
    names();
    tasks();
    flows();
    frames();
    plans();
    return text_ + "\n]}\n";
  }

private:
  /// `rest`: more members, each with a comma before it.
  void event(std::string_view phase, size_t thread, std::string_view name, std::string_view rest) {
    text_ += first_ ? "" : ",\n";
    first_ = false;
    ((text_ += "{\"ph\":\"") += phase) +=
        "\",\"pid\":1,\"tid\":" + std::to_string(thread) + ",\"name\":" + asJson(name);
    (text_ += rest) += "}";
  }
  static std::string at(int64_t ns) { return ",\"ts\":" + microseconds(ns); }
  static std::string args(std::string_view members) {
    return ",\"args\":{" + std::string(members) + "}";
  }
  static size_t thread(const TaskEvent &event) { return event.lane + size_t{1}; }

  static std::string remark(std::string_view times) {
    return times == "measured" ? "" : " (" + std::string(times) + ")";
  }

  void names() {
    event("M", 0, "process_name",
          args("\"name\":" + asJson(trace_.name + remark(timesOf(trace_)))));
    for (size_t lane = 0; lane < trace_.lanes.size(); ++lane) {
      bool modelled =
          std::ranges::find(trace_.modelled, trace_.lanes[lane]) != trace_.modelled.end();
      event("M", lane + 1, "thread_name",
            args("\"name\":" + asJson(trace_.lanes[lane] + (modelled ? remark("modelled") : ""))));
      event("M", lane + 1, "thread_sort_index", args("\"sort_index\":" + std::to_string(lane)));
    }
  }

  void tasks() {
    for (const TaskEvent &task : trace_.events) {
      std::string frame = "\"frame\":" + std::to_string(task.frame);
      event("X", thread(task), trace_.tasks[task.task],
            ",\"cat\":\"task\"" + at(task.startNs) +
                ",\"dur\":" + microseconds(task.finishNs - task.startNs) + args(frame));
      if (task.ready != TaskEvent::kNoQueue)
        event("C", 0, "ready for " + trace_.lanes[task.lane],
              at(task.startNs) + args("\"tasks\":" + std::to_string(task.ready)));
      deviceCopies(task, frame);
      if (task.bytesCopied)
        event("i", thread(task), "copy",
              ",\"cat\":\"copy\",\"s\":\"t\"" + at(task.finishNs) +
                  args(frame + ",\"bytes\":" + std::to_string(task.bytesCopied)));
    }
  }

  /// The first and the last part of the task.
  void deviceCopies(const TaskEvent &task, const std::string &frame) {
    auto copy = [&](const char *name, uint64_t bytes, int64_t startNs, int64_t ns) {
      if (bytes > 0)
        event("X", thread(task), name,
              ",\"cat\":\"copy\"" + at(startNs) + ",\"dur\":" + microseconds(ns) +
                  args(frame + ",\"bytes\":" + std::to_string(bytes)));
    };
    copy("copy to device", task.bytesToDevice, task.startNs, task.toDeviceNs);
    copy("copy from device", task.bytesFromDevice, task.finishNs - task.fromDeviceNs,
         task.fromDeviceNs);
  }

  /// An arrow from each task of a frame to its next one.
  void flows() {
    std::map<int64_t, std::vector<const TaskEvent *>> byFrame;
    for (const TaskEvent &task : trace_.events)
      byFrame[task.frame].push_back(&task);
    for (const auto &[frame, tasks] : byFrame)
      for (size_t i = 0; tasks.size() > 1 && i < tasks.size(); ++i)
        event(i == 0                  ? "s"
              : i + 1 == tasks.size() ? "f"
                                      : "t",
              thread(*tasks[i]), "frame",
              ",\"cat\":\"frame\",\"bp\":\"e\",\"id\":" + std::to_string(frame) +
                  at(tasks[i]->startNs));
  }

  void frames() {
    int64_t running = 0;
    for (const FrameEvent &moment : trace_.frames) {
      std::string number = std::to_string(moment.frame);
      if (moment.moment != FrameMoment::kBegun)
        event(moment.moment == FrameMoment::kSubmitted ? "b" : "e", 0, "frame " + number,
              ",\"cat\":\"frames\",\"id\":" + number + at(moment.atNs));
      if (moment.moment == FrameMoment::kSubmitted)
        continue;
      running = std::max<int64_t>(0, running + (moment.moment == FrameMoment::kBegun ? 1 : -1));
      event("C", 0, "frames in flight",
            at(moment.atNs) + args("\"frames\":" + std::to_string(running)));
    }
  }

  void plans() {
    for (const PlanEvent &plan : trace_.plans)
      event("i", 0, "new plan",
            ",\"cat\":\"plan\",\"s\":\"g\"" + at(plan.atNs) +
                args("\"interval_us\":" + nlohmann::json(plan.intervalUs).dump() +
                     ",\"makespan_us\":" + nlohmann::json(plan.makespanUs).dump()));
  }

  const Trace &trace_;
  std::string text_;
  bool first_ = true;
};

} // namespace

std::vector<TraceBar> barsOf(const Trace &trace, int64_t fromNs, int64_t toNs) {
  std::vector<TraceBar> bars;
  for (const TaskEvent &event : trace.events)
    if (event.startNs >= fromNs && event.finishNs <= toNs)
      bars.push_back({trace.lanes[event.lane], trace.tasks[event.task], event.frame,
                      static_cast<double>(event.startNs) / 1e3,
                      static_cast<double>(event.finishNs) / 1e3});
  return bars;
}

void sortEvents(Trace &trace) {
  std::ranges::sort(trace.events, {},
                    [](const TaskEvent &event) { return std::pair(event.startNs, event.lane); });
}

std::string_view timesOf(const Trace &trace) {
  return trace.simulated ? "simulated" : trace.modelled.empty() ? "measured" : "modelled";
}

std::string traceText(const Trace &trace) {
  return Writer(trace).text();
}

Status writeTrace(const std::string &path, const Trace &trace) {
  return writeFileAtomically(path, traceText(trace));
}

} // namespace tandem

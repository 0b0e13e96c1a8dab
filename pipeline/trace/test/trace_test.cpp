#include "pipeline/trace/trace.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace tandem;
using nlohmann::json;
using testing::ElementsAre;

namespace {

/// Two frames through two tasks on two devices.
Trace sample() {
  Trace trace;
  trace.name = "show \"case\"";
  trace.lanes = {"cpu0", "npu"};
  trace.tasks = {"crop", "net"};
  trace.events = {
      {0, 0, 1, 1000, 2500, 1, 0}, {1, 1, 1, 2500, 9001, 0, 64}, {0, 0, 2, 3000, 4000, 0, 0}};
  trace.frames = {{1, FrameMoment::kSubmitted, 0},
                  {1, FrameMoment::kBegun, 500},
                  {2, FrameMoment::kSubmitted, 600},
                  {2, FrameMoment::kBegun, 700},
                  {1, FrameMoment::kEnded, 9100}};
  return trace;
}

/// The events with that phase.
std::vector<json> phase(const json &trace, const std::string &wanted) {
  std::vector<json> found;
  for (const json &event : trace["traceEvents"])
    if (event["ph"] == wanted)
      found.push_back(event);
  return found;
}

TEST(Trace, HasATaskAsABarOfItsDevice) {
  json trace = json::parse(traceText(sample()));
  EXPECT_EQ(trace["otherData"]["times"], "measured");
  std::vector<json> bars = phase(trace, "X");
  ASSERT_EQ(bars.size(), 3u);
  EXPECT_EQ(bars[1]["name"], "net");
  EXPECT_EQ(bars[1]["tid"], 2);
  EXPECT_EQ(bars[1]["ts"], 2.5);
  EXPECT_EQ(bars[1]["dur"], 6.501);
  EXPECT_EQ(bars[1]["args"]["frame"], 1);
  std::vector<json> names = phase(trace, "M");
  EXPECT_EQ(names[0]["args"]["name"], "show \"case\"");
  EXPECT_EQ(names[3]["args"]["name"], "npu");
}

TEST(Trace, FollowsAFrameThroughItsTasks) {
  json trace = json::parse(traceText(sample()));
  std::vector<json> starts = phase(trace, "s"), ends = phase(trace, "f");
  ASSERT_EQ(starts.size(), 1u) << "a frame with one task has no arrow";
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(starts[0]["id"], 1);
  EXPECT_EQ(starts[0]["tid"], 1);
  EXPECT_EQ(ends[0]["tid"], 2);
  EXPECT_EQ(ends[0]["ts"], 2.5);
  EXPECT_EQ(phase(trace, "b").size(), 2u);
  EXPECT_EQ(phase(trace, "e").size(), 1u);
}

TEST(Trace, TellsEveryCopyAndCountsQueuesAndFrames) {
  json trace = json::parse(traceText(sample()));
  std::vector<json> copies = phase(trace, "i");
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(copies[0]["args"]["bytes"], 64);
  std::vector<int> inFlight;
  for (const json &counter : phase(trace, "C"))
    if (counter["name"] == "frames in flight")
      inFlight.push_back(counter["args"]["frames"]);
  EXPECT_THAT(inFlight, ElementsAre(1, 2, 1));
  EXPECT_EQ(phase(trace, "C")[0]["args"]["tasks"], 1);
}

TEST(Trace, SaysWhatIsSimulatedAndWhatIsLost) {
  Trace trace = sample();
  trace.simulated = true;
  trace.lost = 7;
  json read = json::parse(traceText(trace));
  EXPECT_EQ(read["otherData"]["times"], "simulated");
  EXPECT_EQ(read["otherData"]["lost_events"], 7);
  EXPECT_EQ(phase(read, "M")[0]["args"]["name"], "show \"case\" (simulated)");
}

TEST(Trace, TellsWhatWentIntoADevicesMemoryAndBack) {
  Trace trace = sample();
  trace.events[1].bytesToDevice = 4096;
  trace.events[1].bytesFromDevice = 40;
  trace.events[1].toDeviceNs = 700;
  trace.events[1].fromDeviceNs = 101;
  std::vector<json> parts;
  for (const json &event : phase(json::parse(traceText(trace)), "X"))
    if (event["cat"] == "copy")
      parts.push_back(event);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0]["name"], "copy to device");
  EXPECT_EQ(parts[0]["ts"], 2.5) << "at the task's beginning";
  EXPECT_EQ(parts[0]["dur"], 0.7);
  EXPECT_EQ(parts[0]["args"]["bytes"], 4096);
  EXPECT_EQ(parts[1]["ts"], 8.9) << "at its end";
  EXPECT_EQ(parts[1]["args"]["bytes"], 40);
  EXPECT_EQ(parts[1]["args"]["frame"], 1);
  EXPECT_EQ(parts[1]["tid"], 2);
}

TEST(Trace, SaysWhichTimesAreAModels) {
  Trace trace = sample();
  trace.modelled = {"npu"};
  json read = json::parse(traceText(trace));
  EXPECT_EQ(read["otherData"]["times"], "modelled");
  EXPECT_EQ(read["otherData"]["modelled"], json({"npu"}));
  EXPECT_EQ(phase(read, "M")[3]["args"]["name"], "npu (modelled)");
  EXPECT_EQ(phase(read, "M")[1]["args"]["name"], "cpu0");
}

TEST(Trace, IsWrittenWholeAndSaysWhereItCouldNotBe) {
  std::string path = testing::TempDir() + "trace.json";
  ASSERT_TRUE(writeTrace(path, sample()).ok());
  std::ifstream file(path);
  EXPECT_EQ(json::parse(file)["traceEvents"].size(),
            json::parse(traceText(sample()))["traceEvents"].size());
  std::filesystem::remove(path);
  Status status = writeTrace(testing::TempDir() + "no/such/folder/trace.json", sample());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kIo);
}

TEST(Trace, GivesBarsOfSomeTime) {
  std::vector<TraceBar> bars = barsOf(sample(), 2600, 9000);
  ASSERT_EQ(bars.size(), 1u);
  EXPECT_EQ(bars[0].lane, "cpu0");
  EXPECT_EQ(bars[0].task, "crop");
  EXPECT_EQ(bars[0].start, 3);
  EXPECT_EQ(bars[0].finish, 4);
}

TEST(EventRing, KeepsTheNewest) {
  EventRing<int> ring(3);
  std::vector<int> events;
  ring.add(1);
  ring.appendTo(events);
  EXPECT_THAT(events, ElementsAre(1));
  for (int i = 2; i <= 5; ++i)
    ring.add(i);
  events.clear();
  ring.appendTo(events);
  EXPECT_THAT(events, ElementsAre(3, 4, 5));
  EXPECT_EQ(ring.lost(), 2u);
}

TEST(EventRing, OfNoRoomKeepsNothing) {
  EventRing<int> ring(0);
  std::vector<int> events;
  ring.add(1);
  ring.appendTo(events);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(ring.lost(), 1u);
}

} // namespace

#include "devices/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  Result<DeviceProfile> profile = parseProfile("a.json", text);
  return profile.ok() ? "accepted" : profile.error().text();
}

TEST(DeviceProfiles, EveryProfileOfThisBuildIsReadAndNamedAsItsFile) {
  EXPECT_THAT(profileNames(), testing::IsSupersetOf({"host", "mt6873"}));
  for (const std::string &name : profileNames()) {
    Result<DeviceProfile> profile = findProfile(name);
    ASSERT_TRUE(profile.ok()) << profile.error().text();
    EXPECT_EQ(profile->name, name);
    for (const Processor &processor : profile->processors)
      EXPECT_GT(processor.peakMacsPerUs.size(), 0U) << name << " " << processor.name;
  }
}

TEST(DeviceProfiles, Mt6873IsLabelledAsAModelAndPrefersItsApu) {
  Result<DeviceProfile> profile = findProfile("mt6873");
  ASSERT_TRUE(profile.ok());
  EXPECT_TRUE(profile->modelled);
  EXPECT_EQ(profile->backends(), (std::vector<std::string>{"neuron", "cpu", "reference"}));
  const Processor *apu = profile->processorOf("neuron");
  ASSERT_NE(apu, nullptr);
  EXPECT_EQ(apu->name, "apu");
  EXPECT_EQ(apu->peakMacsPerUs.at(ElementType::kI8), 1.2e6);
  EXPECT_EQ(profile->processorOf("vulkan"), nullptr);
}

TEST(DeviceProfiles, TheCpuOfMt6873IsTwoClusters) {
  Result<DeviceProfile> profile = findProfile("mt6873");
  ASSERT_TRUE(profile.ok());
  const Processor *big = profile->processorOf("cpu"),
                  *little = profile->processorOf("cpu", "little");
  ASSERT_NE(big, nullptr);
  ASSERT_NE(little, nullptr);
  EXPECT_EQ(big->name, "cpu") << "the first is what code is placed for";
  EXPECT_EQ(little->count, 4);
  EXPECT_EQ(little->cores, (std::vector{0, 1, 2, 3}));
  EXPECT_LT(little->peakMacsPerUs.at(ElementType::kF32), big->peakMacsPerUs.at(ElementType::kF32));
  EXPECT_EQ(profile->processorOf("neuron", "little"), nullptr);
}

TEST(DeviceProfiles, AnUnknownNameIsRefusedWithTheNamesThereAre) {
  Result<DeviceProfile> profile = findProfile("mt9999");
  ASSERT_FALSE(profile.ok());
  EXPECT_EQ(profile.error().code, Code::kInvalidArgument);
  EXPECT_EQ(profile.error().text(),
            "error: no device is called 'mt9999', only host, mt6873; a file "
            "of one ends in .json");
}

TEST(DeviceProfiles, AFileThatIsNotThereIsNamed) {
  Result<DeviceProfile> profile = findProfile("./nowhere.json");
  ASSERT_FALSE(profile.ok());
  EXPECT_THAT(profile.error().text(), HasSubstr("./nowhere.json: error: "));
}

TEST(DeviceProfiles, ReadsEveryKey) {
  Result<DeviceProfile> profile = parseProfile("a.json", R"({
    "name": "a", "title": "A", "modelled": false, "sources": {"all": "measured"},
    "measured_us": {"cpu add 1x2.5": 4.5},
    "processors": [{"name": "p", "title": "P", "backend": "cpu", "version": "1.2", "count": 3,
      "cores": [4, 6, 5], "on_request": true,
      "types": ["f32", "i8"], "refuses": {"softmax": "it is broken here"},
      "properties": {"k": "v"}, "peak_gmacs": {"f32": 2}, "efficiency": {"depthwise": 0.5},
      "elements_per_us": {"elementwise": 7}, "memory_gbps": 3, "op_us": 1, "dispatch_us": 2,
      "transfer": {"us": 4, "gbps": 5}}]})");
  ASSERT_TRUE(profile.ok()) << profile.error().text();
  EXPECT_FALSE(profile->modelled);
  EXPECT_EQ(profile->measuredUs.at("cpu add 1x2.5"), 4.5);
  const Processor &processor = profile->processors[0];
  EXPECT_EQ(processor.version, "1.2");
  EXPECT_EQ(processor.count, 3);
  EXPECT_EQ(processor.cores, (std::vector{4, 6, 5}));
  EXPECT_TRUE(processor.onRequest);
  EXPECT_TRUE(profile->backends().empty());
  EXPECT_EQ(profile->backends(/*withOnRequest=*/true), (std::vector<std::string>{"cpu"}));
  EXPECT_EQ(processor.types, (std::vector{ElementType::kF32, ElementType::kI8}));
  EXPECT_EQ(processor.refuses.at("softmax"), "it is broken here");
  EXPECT_EQ(processor.properties.at("k"), "v");
  EXPECT_EQ(processor.peakMacsPerUs.at(ElementType::kF32), 2e3);
  EXPECT_EQ(processor.efficiency[static_cast<size_t>(WorkKind::kDepthwise)], 0.5);
  EXPECT_EQ(processor.efficiency[static_cast<size_t>(WorkKind::kElementwise)], 7);
  EXPECT_EQ(processor.bytesPerUs, 3e3);
  EXPECT_EQ(processor.opUs, 1);
  EXPECT_EQ(processor.dispatchUs, 2);
  EXPECT_EQ(processor.transferUs, 4);
  EXPECT_EQ(processor.transferBytesPerUs, 5e3);
}

TEST(DeviceProfiles, RefusesWithThePlace) {
  EXPECT_EQ(refusal("{"), "a.json: error: not a JSON file: wrong at line 1, column 2");
  EXPECT_EQ(refusal("[]"), "a.json: error: expected an object");
  EXPECT_EQ(refusal(R"({"name": "a"})"), "a.json: error: 'processors' is missing");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [], "speed": 3})"),
            "a.json: error: unknown key 'speed'");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [{"name": "p"}]})"),
            "a.json: error: processors[0]: 'backend' is missing");
  EXPECT_EQ(
      refusal(R"({"name": "a", "processors": [{"name": "p", "backend": "cpu", "op_us": -1}]})"),
      "a.json: error: processors[0].op_us: expected a number that is not negative");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [{"name": "p", "backend": "cpu",
                        "peak_gmacs": {"f33": 1}}]})"),
            "a.json: error: processors[0].peak_gmacs.f33: 'f33' is no element type");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [{"name": "p", "backend": "cpu"},
                        {"name": "p", "backend": "cpu"}]})"),
            "a.json: error: processors[1]: backend 'cpu' has a processor 'p' already");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [{"name": "p", "backend": "cpu", "count": 2,
                        "cores": [4, 5, 6]}]})"),
            "a.json: error: processors[0].cores: has 3 numbers, 'count' is 2");
  EXPECT_EQ(refusal(R"({"name": "a", "processors": [{"name": "p", "backend": "cpu",
                        "cores": [-1]}]})"),
            "a.json: error: processors[0].cores[0]: expected a whole number from 0 to 4095");
}

} // namespace
} // namespace tandem

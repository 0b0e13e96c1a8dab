#include "tools/tandem/video.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

using namespace tandem;

namespace {

class Video : public testing::Test {
protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "tandem_video_test";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string place(const std::string &name) const { return folder_ + "/" + name; }

  /// Every frame grey, each brighter than the one before.
  static Image frameOf(int index) {
    return {64, 48, std::vector<uint8_t>(size_t{3} * 64 * 48, static_cast<uint8_t>(20 * index))};
  }
  /// Nothing that a codec makes small.
  static Image noise(int index) {
    Image image = frameOf(0);
    std::ranges::generate(image.rgb, std::minstd_rand(static_cast<unsigned>(index + 1)));
    return image;
  }
  void writeVideo(const std::string &path, int frames, Image (*make)(int) = frameOf) {
    auto video = VideoWriter::create(path, 64, 48, 25);
    ASSERT_TRUE(video.ok()) << video.error().text();
    for (int i = 0; i < frames; ++i)
      ASSERT_TRUE((*video)->write(make(i)).ok());
    ASSERT_TRUE((*video)->finish().ok());
  }
  size_t filesThere() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::string folder_;
};

TEST_F(Video, KeepsItsFramesAndTheirOrder) {
  for (const char *name : {"a.avi", "a.mp4"}) {
    writeVideo(place(name), 10);
    auto video = VideoReader::open(place(name));
    ASSERT_TRUE(video.ok()) << video.error().text();
    EXPECT_EQ((*video)->frames(), 10);
    EXPECT_EQ((*video)->framesPerSecond(), 25);
    Image frame;
    for (int i = 0; i < 10; ++i) {
      Result<bool> more = (*video)->read(frame);
      ASSERT_TRUE(more.ok()) << more.error().text();
      ASSERT_TRUE(*more);
      ASSERT_EQ(frame.width, 64);
      ASSERT_EQ(frame.height, 48);
      EXPECT_NEAR(frame.rgb[0], 20 * i, 4) << name << " frame " << i;
    }
    Result<bool> more = (*video)->read(frame);
    ASSERT_TRUE(more.ok());
    EXPECT_FALSE(*more);
  }
}

TEST_F(Video, SaysWhereAFileEndsTooSoon) {
  writeVideo(place("whole.avi"), 10, noise);
  std::filesystem::copy(place("whole.avi"), place("cut.avi"));
  std::filesystem::resize_file(place("cut.avi"),
                               std::filesystem::file_size(place("whole.avi")) * 6 / 10);
  testing::internal::CaptureStderr();
  auto video = VideoReader::open(place("cut.avi"));
  ASSERT_TRUE(video.ok()) << video.error().text();
  Image frame;
  Result<bool> more = true;
  int count = 0;
  while (more.ok() && *more) {
    more = (*video)->read(frame);
    count += more.ok() && *more;
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "FFmpeg has its own words for it";
  ASSERT_FALSE(more.ok());
  EXPECT_LT(count, 10);
  EXPECT_EQ(more.error().text(), place("cut.avi") + ": error: ends after " + std::to_string(count) +
                                     " of the 10 frames that it declares");
}

TEST_F(Video, RefusesWhatIsNone) {
  std::ofstream(place("words.avi")) << "not a video at all";
  writeVideo(place("cut.mp4"), 10, noise);
  std::filesystem::resize_file(place("cut.mp4"), 1000);
  testing::internal::CaptureStderr();
  for (const char *name : {"words.avi", "cut.mp4"})
    EXPECT_EQ(VideoReader::open(place(name)).error().text(),
              place(name) + ": error: is not a video that can be read");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "FFmpeg has its own words for it";
  EXPECT_EQ(VideoReader::open(place("none.avi")).error().code, Code::kNotFound);
  EXPECT_EQ(VideoReader::open("camera:one").error().message,
            "is no camera, expected as in camera:0");
  EXPECT_EQ(VideoReader::open("camera:97").error().code, Code::kUnavailable);
}

TEST_F(Video, LeavesNothingUnfinished) {
  auto video = VideoWriter::create(place("a.avi"), 64, 48, 25);
  ASSERT_TRUE(video.ok());
  ASSERT_TRUE((*video)->write(frameOf(1)).ok());
  Status wrongSize = (*video)->write({2, 1, {1, 2, 3, 4, 5, 6}});
  ASSERT_FALSE(wrongSize.ok());
  EXPECT_EQ(wrongSize.error().message, "a frame of 2 x 1 in a video of 64 x 48");
  *video = nullptr;
  EXPECT_EQ(filesThere(), 0u);

  EXPECT_EQ(VideoWriter::create(place("a.film"), 64, 48, 25).error().message,
            "has an ending that names no format of videos, expected .avi or .mp4");
  EXPECT_EQ(VideoWriter::create(place("no/such/a.avi"), 64, 48, 25).error().code, Code::kIo);
}

TEST(VideoName, IsByItsEnding) {
  for (const char *name : {"a.avi", "b/c.MP4", "camera:0"})
    EXPECT_TRUE(isVideo(name)) << name;
  for (const char *name : {"a.png", "avi", "a.avi.png"})
    EXPECT_FALSE(isVideo(name)) << name;
}

} // namespace

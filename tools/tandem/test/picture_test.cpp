#include "tools/tandem/annotate.h"
#include "tools/tandem/picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

using namespace tandem;

namespace {

class Picture : public testing::Test {
protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "tandem_picture_test";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string place(const std::string &name) const { return folder_ + "/" + name; }

  std::string folder_;
};

TEST_F(Picture, KeepsItsPixelsAndTheirOrder) {
  Image image{2, 1, {255, 0, 10, 1, 2, 3}};
  ASSERT_TRUE(savePicture(place("a.png"), image).ok());
  Result<Image> again = loadPicture(place("a.png"));
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->width, 2);
  EXPECT_EQ(again->height, 1);
  EXPECT_EQ(again->rgb, image.rgb);
}

TEST_F(Picture, RefusesWhatIsNone) {
  std::ofstream(place("words.jpg")) << "not a picture at all";
  std::ofstream(place("empty.png")).flush();
  for (const char *name : {"words.jpg", "empty.png"}) {
    Result<Image> image = loadPicture(place(name));
    ASSERT_FALSE(image.ok()) << name;
    EXPECT_EQ(image.error().text(),
              place(name) + ": error: is not a picture that can be read, expected PNG, JPEG, BMP, "
                            "WebP or TIFF");
  }
  EXPECT_EQ(loadPicture(place("none.png")).error().code, Code::kNotFound);
}

TEST_F(Picture, SaysOfAFileWhatItIsAndThatItIsCutShort) {
  Image noise{64, 48, std::vector<uint8_t>(size_t{3} * 64 * 48)};
  std::ranges::generate(noise.rgb, std::minstd_rand(7));
  for (const char *name : {"a.png", "a.jpg"}) {
    ASSERT_TRUE(savePicture(place(name), noise).ok());
    EXPECT_TRUE(loadPicture(place(name)).ok()) << "whole";
    uintmax_t size = std::filesystem::file_size(place(name));
    for (uintmax_t kept : {size - 1, size / 2, uintmax_t{20}}) {
      std::filesystem::resize_file(place(name), kept);
      EXPECT_EQ(loadPicture(place(name)).error().text(),
                place(name) + ": error: is cut short: the " +
                    (name == std::string("a.png") ? "PNG" : "JPEG") +
                    " file ends before its picture does")
          << kept;
    }
  }
  ASSERT_TRUE(savePicture(place("a.bmp"), noise).ok());
  std::filesystem::resize_file(place("a.bmp"), 20);
  EXPECT_EQ(loadPicture(place("a.bmp")).error().message,
            "is a BMP file that cannot be read: it is damaged, or of a kind that OpenCV does not "
            "know");
}

TEST_F(Picture, RefusesToSaveAnUnknownFormatOrIntoNoFolder) {
  Image image{1, 1, {1, 2, 3}};
  Status status = savePicture(place("a.picture"), image);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message,
            "has an ending that names no format of pictures, expected .png, .jpg or .bmp");
  EXPECT_EQ(savePicture(place("no/such/a.png"), image).error().code, Code::kIo);
}

TEST_F(Picture, ShowsBoxesInTheColourOfTheirVerdict) {
  auto draw = [](const char *verdict) {
    Image image{400, 400, std::vector<uint8_t>(480000, 128)};
    FoundItem face{{100, 150, 200, 250}, 0.9, std::nullopt, {{"verdict", std::string(verdict)}}};
    annotate(image, {{"faces", std::vector<FoundItem>{face}}});
    return image;
  };
  auto pixel = [](const Image &image, int x, int y) {
    const uint8_t *at = image.row(y) + 3 * x;
    return std::array<int, 3>{at[0], at[1], at[2]};
  };
  Image live = draw("live"), fake = draw("fake");
  EXPECT_GT(pixel(live, 100, 200)[1], pixel(live, 100, 200)[0]) << "green on the box's left edge";
  EXPECT_GT(pixel(fake, 100, 200)[0], pixel(fake, 100, 200)[1]) << "red there";
  EXPECT_EQ(pixel(live, 150, 200), (std::array<int, 3>{128, 128, 128})) << "the face stays free";
  EXPECT_EQ(pixel(live, 300, 300), (std::array<int, 3>{128, 128, 128}));
  EXPECT_NE(pixel(live, 105, 148), (std::array<int, 3>{128, 128, 128})) << "the caption above";
}

TEST_F(Picture, SaysInItsCornerWhatIsSaidOfAllOfIt) {
  Image image{400, 300, std::vector<uint8_t>(360000, 128)};
  Image before = image;
  annotate(image, {{"scores", ResultValue(std::vector<double>{0.5, 0.5})}, {"left out", {}}});
  EXPECT_EQ(image.rgb, before.rgb) << "nothing that fits a picture";
  annotate(image, {{"what", ResultValue(std::string("tabby"))}, {"score", ResultValue(0.93)}});
  EXPECT_EQ(image.row(1)[3], 60) << "a dark ground";
  EXPECT_TRUE(std::equal(image.row(100), image.row(300 - 1), before.row(100))) << "and no more";
}

TEST_F(Picture, SurvivesBoxesBeyondAThinPicture) {
  Image image{3, 2, std::vector<uint8_t>(18, 9)};
  FoundItem item{{-1e9, -5, 1e9, 70000}, 1, std::string(500, 'w'), {}};
  annotate(image, {{"things", std::vector<FoundItem>{item}}});
  EXPECT_EQ(image.rgb.size(), 18u);
}

} // namespace

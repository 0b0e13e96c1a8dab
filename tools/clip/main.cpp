// tandem_clip OUT.avi PICTURE...: a video from still pictures, for measurements: a window pans and
// zooms over one picture after another, so that what is in them enters and leaves. The same
// arguments give the same frames.

#include "tools/tandem/output_place.h"
#include "tools/tandem/picture.h"
#include "tools/tandem/video.h"
#include "tools/tandem/written.h"

#include <CLI/CLI.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace tandem {
namespace {

constexpr double kFramesPerSecond = 30;

struct Options {
  std::string output;
  std::vector<std::string> pictures;
  int frames = 300, width = 640, height = 480;
};

/// The part of a picture that is seen at `time`, 0 to 1: a window as wide as the output's form
/// allows times the zoom, on a path that crosses the picture twice, there on top and back below.
cv::Rect2d windowAt(double time, const Image &image, const Options &options) {
  double angle = 2 * std::numbers::pi * time;
  double zoom = 0.7 - 0.25 * std::cos(2 * angle);
  double form = static_cast<double>(options.width) / options.height;
  double width = std::min<double>(image.width, image.height * form) * zoom, height = width / form;
  double across = 0.5 - 0.5 * std::cos(angle), down = 0.35 - 0.35 * std::sin(angle);
  return {(image.width - width) * across, (image.height - height) * down, width, height};
}

/// `frame` has its size already.
void drawWindow(const Image &image, const cv::Rect2d &window, Image &frame) {
  cv::Mat from(image.height, image.width, CV_8UC3, const_cast<uint8_t *>(image.rgb.data()));
  cv::Mat to(frame.height, frame.width, CV_8UC3, frame.rgb.data());
  double scale = window.width / frame.width;
  cv::Matx23d map(scale, 0, window.x, 0, scale, window.y);
  cv::warpAffine(from, to, map, to.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
}

Status makeClip(const Options &options) {
  std::vector<Image> pictures;
  for (const std::string &path : options.pictures) {
    TANDEM_ASSIGN_OR_RETURN(Image picture, loadPicture(path));
    pictures.push_back(std::move(picture));
  }
  TANDEM_ASSIGN_OR_RETURN(auto video, VideoWriter::create(options.output, options.width,
                                                          options.height, kFramesPerSecond));
  Image frame{options.width, options.height, {}};
  frame.rgb.resize(size_t{3} * static_cast<size_t>(options.width) *
                   static_cast<size_t>(options.height));
  for (int i = 0; i < options.frames; ++i) {
    double place = static_cast<double>(i) * static_cast<double>(pictures.size()) / options.frames;
    const Image &picture = pictures[static_cast<size_t>(place)];
    drawWindow(picture, windowAt(place - std::floor(place), picture, options), frame);
    TANDEM_RETURN_IF_ERROR(video->write(frame));
  }
  return video->finish();
}

} // namespace
} // namespace tandem

int main(int argc, char **argv) {
  tandem::Options options;
  CLI::App app("Make a video that pans and zooms over pictures.\n"
               "  tandem_clip clip.avi apps/showcase/pictures/*.png");
  app.footer("Exit: 0 done, 1 a file was refused, 2 the command line is wrong");
  app.add_option("OUTPUT", options.output, "the video: .avi or .mp4")->required();
  app.add_option("PICTURE", options.pictures, "one after another")->required();
  app.add_option("--frames", options.frames)->check(CLI::Range(1, 1000000))->capture_default_str();
  app.add_option("--width", options.width)->check(CLI::Range(16, 7680))->capture_default_str();
  app.add_option("--height", options.height)->check(CLI::Range(16, 4320))->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error); // --help
    std::fprintf(stderr, "tandem_clip: %s; see 'tandem_clip --help'\n", error.what());
    return 2;
  }
  if (tandem::Status place =
          tandem::checkOutputPlace(options.output, "the video", options.pictures);
      !place.ok()) {
    std::fprintf(stderr, "%s\n", place.error().text().c_str());
    return place.error().code == tandem::Code::kInvalidArgument ? 2 : 1;
  }
  if (tandem::Status made = tandem::makeClip(options); !made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().text().c_str());
    return 1;
  }
  tandem::sayWritten(options.output);
  return 0;
}

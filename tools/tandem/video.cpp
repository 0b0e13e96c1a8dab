#include "tools/tandem/video.h"

#include "base/file.h"
#include "tools/tandem/quiet_stderr.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <dlfcn.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// FFmpeg talks to stderr about frames that it cannot decode; OpenCV asks it to, when it first
/// opens anything, and has no way to ask it not to.
void silenceFfmpeg() {
  constexpr int kQuiet = -8; // AV_LOG_QUIET
  if (void *found = dlsym(RTLD_DEFAULT, "av_log_set_level"))
    reinterpret_cast<void (*)(int)>(found)(kQuiet);
}

constexpr std::string_view kCamera = "camera:";
constexpr double kUsualRate = 30;

/// Of "camera:0"; -1 where it is none.
int cameraNumber(const std::string &source) {
  int number = -1;
  if (!source.starts_with(kCamera))
    return number;
  const char *end = source.data() + source.size();
  auto [last, failure] = std::from_chars(source.data() + kCamera.size(), end, number);
  return failure == std::errc() && last == end ? number : -1;
}

/// Motion JPEG keeps every frame by itself and is in every build of OpenCV.
int codecOf(const std::string &path) {
  std::string ending = fs::path(path).extension().string();
  if (ending == ".avi")
    return cv::VideoWriter::fourcc('M', 'J', 'P', 'G');
  if (ending == ".mp4")
    return cv::VideoWriter::fourcc('m', 'p', '4', 'v');
  return 0;
}

class OpenCvReader final : public VideoReader {
public:
  OpenCvReader(std::string source, cv::VideoCapture capture)
      : source_(std::move(source)), capture_(std::move(capture)) {
    double rate = capture_.get(cv::CAP_PROP_FPS), frames = capture_.get(cv::CAP_PROP_FRAME_COUNT);
    rate_ = std::isfinite(rate) && rate > 0 ? rate : kUsualRate;
    frames_ = cameraNumber(source_) < 0 && frames > 0 ? std::llround(frames) : 0;
  }

  Result<bool> read(Image &frame) override try {
    if (!capture_.read(bgr_) || bgr_.empty()) {
      if (count_ < frames_)
        return Error(Code::kInvalidArgument, source_, "ends after ", count_, " of the ", frames_,
                     " frames that it declares");
      return false;
    }
    frame.width = bgr_.cols;
    frame.height = bgr_.rows;
    frame.rgb.resize(size_t{3} * static_cast<size_t>(bgr_.cols) * static_cast<size_t>(bgr_.rows));
    cv::Mat rgb(bgr_.rows, bgr_.cols, CV_8UC3, frame.rgb.data());
    cv::cvtColor(bgr_, rgb, cv::COLOR_BGR2RGB);
    ++count_;
    return true;
  } catch (const std::exception &) {
    return Error(Code::kInvalidArgument, source_, "frame ", count_ + 1, " cannot be decoded");
  }
  double framesPerSecond() const override { return rate_; }
  int64_t frames() const override { return frames_; }

private:
  std::string source_;
  cv::VideoCapture capture_;
  cv::Mat bgr_;
  double rate_ = kUsualRate;
  int64_t frames_ = 0, count_ = 0;
};

/// That can be found in a file, without decoding them.
int64_t framesIn(const std::string &path) {
  cv::VideoCapture capture(path, cv::CAP_FFMPEG);
  int64_t count = 0;
  while (capture.isOpened() && capture.grab())
    ++count;
  return count;
}

class OpenCvWriter final : public VideoWriter {
public:
  OpenCvWriter(std::string path, std::string unfinished, cv::VideoWriter writer, int width,
               int height)
      : path_(std::move(path)), unfinished_(std::move(unfinished)), writer_(std::move(writer)),
        width_(width), height_(height) {}
  ~OpenCvWriter() override {
    writer_.release();
    if (!finished_)
      unlink(unfinished_.c_str());
  }

  Status write(const Image &frame) override try {
    if (frame.width != width_ || frame.height != height_)
      return Error(Code::kInvalidArgument, path_, "a frame of ", frame.width, " x ", frame.height,
                   " in a video of ", width_, " x ", height_);
    cv::Mat rgb(frame.height, frame.width, CV_8UC3, const_cast<uint8_t *>(frame.rgb.data()));
    cv::cvtColor(rgb, bgr_, cv::COLOR_RGB2BGR);
    writer_.write(bgr_);
    ++count_;
    return {};
  } catch (const std::exception &) {
    return Error(Code::kIo, path_, "a frame cannot be encoded");
  }

  Status finish() override {
    writer_.release();
    if (framesIn(unfinished_) != count_) // OpenCV does not tell of a full disk
      return Error(Code::kIo, path_, "the video cannot be written whole, is the disk full?");
    std::error_code failure;
    fs::rename(unfinished_, path_, failure);
    if (failure)
      return Error(Code::kIo, path_, "cannot write the video: ", failure.message());
    finished_ = true;
    return {};
  }

private:
  std::string path_, unfinished_;
  cv::VideoWriter writer_;
  cv::Mat bgr_;
  int width_, height_;
  int64_t count_ = 0;
  bool finished_ = false;
};

} // namespace

bool isVideo(const std::string &source) {
  if (source.starts_with(kCamera))
    return true;
  std::string ending = fs::path(source).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 6> kEndings = {".avi", ".mp4",  ".mov",
                                                        ".mkv", ".webm", ".m4v"};
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

Result<std::unique_ptr<VideoReader>> VideoReader::open(const std::string &source) try {
  QuietStderr quiet;
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  cv::VideoCapture capture;
  if (source.starts_with(kCamera)) {
    int number = cameraNumber(source);
    if (number < 0)
      return Error(Code::kInvalidArgument, source, "is no camera, expected as in camera:0");
    if (!capture.open(number))
      return Error(Code::kUnavailable, source, "there is no such camera here");
  } else {
    TANDEM_RETURN_IF_ERROR(MappedFile::open(source).status()); // says what is wrong with the file
    if (!capture.open(source, cv::CAP_FFMPEG))
      return Error(Code::kInvalidArgument, source, "is not a video that can be read");
  }
  silenceFfmpeg();
  return std::unique_ptr<VideoReader>(std::make_unique<OpenCvReader>(source, std::move(capture)));
} catch (const std::exception &) {
  return Error(Code::kInvalidArgument, source, "is not a video that can be read");
}

Result<std::unique_ptr<VideoWriter>> VideoWriter::create(const std::string &path, int width,
                                                         int height, double framesPerSecond) try {
  int codec = codecOf(path);
  if (!codec)
    return Error(Code::kInvalidArgument, path,
                 "has an ending that names no format of videos, expected .avi or .mp4");
  // The codec goes by the ending, so that the unfinished file needs it too.
  fs::path place(path);
  std::string unfinished =
      (place.parent_path() /
       ("." + place.stem().string() + "." + std::to_string(getpid()) + place.extension().string()))
          .string();
  cv::VideoWriter writer(unfinished, cv::CAP_FFMPEG, codec, framesPerSecond,
                         cv::Size(width, height));
  if (!writer.isOpened())
    return Error(Code::kIo, path, "cannot write a video of ", width, " x ", height, " there");
  return std::unique_ptr<VideoWriter>(std::make_unique<OpenCvWriter>(
      path, std::move(unfinished), std::move(writer), width, height));
} catch (const std::exception &) {
  return Error(Code::kIo, path, "cannot write a video there");
}

} // namespace tandem

#include "tools/tandem/picture.h"

#include "base/file.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace tandem {
namespace {

/// While it lives, nothing that is written to stderr arrives: libpng and libjpeg talk about
/// profiles and extra bytes there, and OpenCV has no way to ask them not to. For one thread.
class QuietStderr {
public:
  QuietStderr() {
    std::fflush(stderr);
    saved_ = dup(STDERR_FILENO);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved_ >= 0 && nowhere >= 0)
      dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
      close(nowhere);
  }
  ~QuietStderr() {
    if (saved_ < 0)
      return;
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }
  QuietStderr(const QuietStderr &) = delete;
  QuietStderr &operator=(const QuietStderr &) = delete;

private:
  int saved_;
};

/// OpenCV's codecs throw, and talk; here both end.
cv::Mat decode(std::span<const std::byte> bytes) try {
  QuietStderr quiet;
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  if (bytes.empty() || bytes.size() > size_t{1} << 30)
    return {};
  cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte *>(bytes.data()));
  return cv::imdecode(encoded, cv::IMREAD_COLOR);
} catch (const std::exception &) {
  return {};
}

} // namespace

Result<Image> loadPicture(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  cv::Mat bgr = decode(file.bytes());
  if (bgr.empty() || bgr.type() != CV_8UC3)
    return Error(Code::kInvalidArgument, path,
                 "is not a picture that can be read, expected PNG, JPEG, BMP, WebP or TIFF");
  Image image{bgr.cols, bgr.rows, {}};
  image.rgb.resize(size_t{3} * static_cast<size_t>(bgr.cols) * static_cast<size_t>(bgr.rows));
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

Status savePicture(const std::string &path, const Image &image) try {
  cv::Mat rgb(image.height, image.width, CV_8UC3, const_cast<uint8_t *>(image.rgb.data()));
  cv::Mat bgr;
  cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  std::vector<uint8_t> bytes;
  if (!cv::imencode(std::filesystem::path(path).extension().string(), bgr, bytes))
    return Error(Code::kInvalidArgument, path, "cannot be encoded as a picture");
  return writeFileAtomically(path, std::as_bytes(std::span(bytes)));
} catch (const cv::Exception &) {
  return Error(Code::kInvalidArgument, path,
               "has an ending that names no format of pictures, expected .png, .jpg or .bmp");
}

} // namespace tandem

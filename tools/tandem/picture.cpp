#include "tools/tandem/picture.h"

#include "base/file.h"
#include "tools/tandem/picture_file.h"
#include "tools/tandem/quiet_stderr.h"

#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <filesystem>

namespace tandem {
namespace {

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

Error unreadable(const std::string &path, std::string_view format) {
  constexpr std::string_view kRead = "PNG, JPEG, BMP, WebP or TIFF";
  if (format.empty() || kRead.find(format) == std::string_view::npos)
    return Error(Code::kInvalidArgument, path, "is not a picture that can be read, expected ",
                 kRead);
  return Error(Code::kInvalidArgument, path, "is a ", format,
               " file that cannot be read: it is damaged, or of a kind that OpenCV does not know");
}

} // namespace

Result<Image> loadPicture(const std::string &path) {
  if (std::error_code none; std::filesystem::is_directory(path, none))
    return Error(Code::kInvalidArgument, path, "is a folder, name the pictures in it: ",
                 (std::filesystem::path(path) / "*.jpg").string());
  TANDEM_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  std::string_view format = pictureFormatOf(file.bytes());
  if (endsTooSoon(file.bytes()))
    return Error(Code::kInvalidArgument, path, "is cut short: the ", format,
                 " file ends before its picture does");
  cv::Mat bgr = decode(file.bytes());
  if (bgr.empty() || bgr.type() != CV_8UC3)
    return unreadable(path, format);
  Image image{bgr.cols, bgr.rows, {}};
  image.rgb.resize(size_t{3} * static_cast<size_t>(bgr.cols) * static_cast<size_t>(bgr.rows));
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

bool canSavePicture(const std::string &path) try {
  return !std::filesystem::path(path).extension().empty() && cv::haveImageWriter(path);
} catch (const cv::Exception &) {
  return false;
}

Status savePicture(const std::string &path, const Image &image) try {
  if (image.width <= 0 || image.height <= 0)
    return Error(Code::kInvalidArgument, path, "the picture is empty, ", image.width, "x",
                 image.height);
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

#pragma once

#include "base/result.h"
#include "pipeline/steps/common/value.h"

#include <cstdint>
#include <memory>
#include <string>

namespace tandem {

/// The pictures of a video file or a camera, one after another. Used by one thread at a time.
class VideoReader {
public:
  /// `source`: a file that OpenCV decodes (AVI, MP4, ...), or "camera:N". Errors: kNotFound, kIo,
  /// kInvalidArgument (not a video), kUnavailable (no such camera).
  static Result<std::unique_ptr<VideoReader>> open(const std::string &source);
  virtual ~VideoReader() = default;

  /// The next picture into `frame`, whose memory is used again; false at the end. Errors:
  /// kInvalidArgument when the file ends before the frames that it declares.
  virtual Result<bool> read(Image &frame) = 0;
  virtual double framesPerSecond() const = 0; ///< 30 where the source does not say
  virtual int64_t frames() const = 0;         ///< as declared; 0: not known
};

/// Writes pictures of one size as a video. It is there under its name once finish() succeeded, and
/// nothing is left when it is destroyed before. Used by one thread at a time.
class VideoWriter {
public:
  /// By the ending of `path`: .avi (Motion JPEG) or .mp4 (MPEG-4). Errors: kInvalidArgument, kIo.
  static Result<std::unique_ptr<VideoWriter>> create(const std::string &path, int width, int height,
                                                     double framesPerSecond);
  virtual ~VideoWriter() = default;

  /// Errors: kInvalidArgument (a picture of another size).
  virtual Status write(const Image &frame) = 0;
  virtual Status finish() = 0;
};

/// What names a video rather than a picture: an ending of one, or "camera:N".
bool isVideo(const std::string &source);

} // namespace tandem

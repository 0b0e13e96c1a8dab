#pragma once

#include "pipeline/steps/common/value.h"
#include "tools/tandem/video.h"

#include <memory>
#include <span>
#include <string>

namespace tandem {

/// A picture, or one of a video's.
struct InputFrame {
  size_t input = 0;   ///< which of the inputs it is from
  int64_t number = 0; ///< in its video, from 1; 0: a picture
  Image image;
  double loadMs = 0; ///< what reading and decoding took
};

/// Pictures and videos, one frame after another.
class FrameInput {
public:
  /// `paths` outlives this.
  explicit FrameInput(std::span<const std::string> paths) : paths_(paths) {}

  /// The next frame, into memory that is used again; false after the last one. An error is about
  /// one input; the next call goes on with the one after it.
  Result<bool> next(InputFrame &frame);
  /// Of the video that the last frame was from.
  double framesPerSecond() const { return video_ ? video_->framesPerSecond() : 0; }
  /// Frames of that video, as it declares; 0: not known, or a picture.
  int64_t frames() const { return video_ ? video_->frames() : 0; }

private:
  Result<bool> nextOfVideo(InputFrame &frame);

  std::span<const std::string> paths_;
  size_t input_ = 0;
  int64_t number_ = 0;
  std::unique_ptr<VideoReader> video_; ///< of paths_[input_], while it is read
};

} // namespace tandem

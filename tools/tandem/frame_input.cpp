#include "tools/tandem/frame_input.h"

#include "tools/tandem/picture.h"

#include <chrono>

namespace tandem {

Result<bool> FrameInput::nextOfVideo(InputFrame &frame) {
  if (!video_) {
    TANDEM_ASSIGN_OR_RETURN(video_, VideoReader::open(paths_[input_]));
    number_ = 0;
  }
  TANDEM_ASSIGN_OR_RETURN(bool more, video_->read(frame.image));
  if (more)
    frame.number = ++number_;
  return more;
}

Result<bool> FrameInput::next(InputFrame &frame) {
  auto start = std::chrono::steady_clock::now();
  while (input_ < paths_.size()) {
    bool video = isVideo(paths_[input_]);
    frame.input = input_;
    frame.number = 0;
    Result<bool> there = true;
    if (video)
      there = nextOfVideo(frame);
    else if (Result<Image> image = loadPicture(paths_[input_]); image.ok())
      frame.image = *std::move(image);
    else
      there = image.error();
    if (!video || !there.ok() || !*there) {
      ++input_;
      if (video)
        video_ = nullptr;
    }
    if (!there.ok())
      return there.error();
    if (!*there)
      continue;
    frame.loadMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return true;
  }
  return false;
}

} // namespace tandem

#pragma once

#include "base/result.h"
#include "pipeline/executor/executor.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/video.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tandem {

/// Annotated pictures and videos in a folder, each under its input's name, with a number in it
/// where an earlier input has that name already; and beside them the tensors among the results.
class FrameOutput {
public:
  /// Nothing is made yet. Without a folder nothing will be written. Errors: kInvalidArgument where
  /// an output would replace an input.
  static Result<FrameOutput> plan(std::span<const std::string> inputs, const std::string &folder);

  /// Makes the folder. Errors: kIo.
  Status open();
  bool writes() const { return !folder_.empty(); }
  /// Draws `results` on the frame and writes it; a picture is there at once, a video when the first
  /// frame of another input comes, or finish(). Gives the place; tensors say theirs themselves.
  Result<std::string> write(InputFrame &frame, double framesPerSecond,
                            std::vector<NamedResult> &results);
  Status finish();

private:
  std::string folder_;
  std::vector<std::string> places_; ///< beside the inputs
  std::unique_ptr<VideoWriter> video_;
  size_t videoInput_ = 0;
};

} // namespace tandem

#include "tools/tandem/frame_output.h"

#include "tools/tandem/annotate.h"
#include "tools/tandem/picture.h"
#include "tools/tandem/tensor_output.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tandem {
namespace {

namespace fs = std::filesystem;

/// What an annotated `input` is called: a camera has no ending, and not every ending has a writer.
fs::path nameOf(const std::string &input) {
  fs::path name = fs::path(input).filename();
  if (!isVideo(input))
    return canSavePicture(input) ? name : name.replace_extension(".png");
  if (name.extension() == ".avi" || name.extension() == ".mp4")
    return name;
  std::string stem = name.stem().string();
  std::ranges::replace(stem, ':', '-');
  return stem + ".mp4";
}

/// What the names of a frame's tensors begin with: of a video with the frame's number.
std::string placeOfTensors(const std::string &place, int64_t frame) {
  constexpr size_t kDigits = 6; // so that names sort as the frames do
  std::string number = std::to_string(frame);
  number.insert(0, kDigits - std::min(kDigits, number.size()), '0');
  return frame ? place + "." + number : place;
}

} // namespace

Result<FrameOutput> FrameOutput::plan(std::span<const std::string> inputs,
                                      const std::string &folder) {
  FrameOutput output;
  output.folder_ = folder;
  if (folder.empty())
    return output;
  for (const std::string &input : inputs) {
    fs::path name = nameOf(input), place = fs::path(folder) / name;
    for (int i = 2; std::ranges::find(output.places_, place.string()) != output.places_.end(); ++i)
      place = fs::path(folder) /
              (name.stem().string() + "-" + std::to_string(i) + name.extension().string());
    for (const std::string &other : inputs) {
      std::error_code notThere;
      if (fs::equivalent(place, other, notThere))
        return Error(Code::kInvalidArgument, other, "would be overwritten by ",
                     other == input
                         ? std::string("its annotated ") + (isVideo(input) ? "video" : "picture")
                         : "the annotated " + input,
                     ", choose another folder for --save");
    }
    output.places_.push_back(place.string());
  }
  return output;
}

Status FrameOutput::open() {
  std::error_code failure;
  if (writes())
    fs::create_directories(folder_, failure);
  if (failure)
    return Error(Code::kIo, folder_, "cannot make the folder: ", failure.message());
  return {};
}

Result<std::string> FrameOutput::write(InputFrame &frame, double framesPerSecond,
                                       std::vector<NamedResult> &results) {
  const std::string &place = places_[frame.input];
  if (video_ && videoInput_ != frame.input)
    TANDEM_RETURN_IF_ERROR(finish());
  TANDEM_RETURN_IF_ERROR(saveTensors(placeOfTensors(place, frame.number), results));
  annotate(frame.image, results);
  if (!frame.number) {
    TANDEM_RETURN_IF_ERROR(savePicture(place, frame.image));
    return place;
  }
  if (!video_) {
    TANDEM_ASSIGN_OR_RETURN(
        video_, VideoWriter::create(place, frame.image.width, frame.image.height, framesPerSecond));
    videoInput_ = frame.input;
  }
  TANDEM_RETURN_IF_ERROR(video_->write(frame.image));
  return place;
}

Status FrameOutput::finish() {
  if (!video_)
    return {};
  std::unique_ptr<VideoWriter> video = std::move(video_);
  return video->finish();
}

} // namespace tandem

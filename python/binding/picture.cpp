#include "python/binding/picture.h"

#include "python/binding/array.h"
#include "python/binding/failure.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/picture.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>
#include <mutex>

namespace nb = nanobind;
using namespace nb::literals;

namespace tandem::python {
namespace {

/// The frames of pictures and videos, one after another, as an iterator.
class FrameReader {
public:
  explicit FrameReader(std::vector<std::string> paths) : paths_(std::move(paths)), input_(paths_) {}
  FrameReader(const FrameReader &) = delete; // input_ looks at paths_
  FrameReader &operator=(const FrameReader &) = delete;

  nb::object next() {
    InputFrame frame;
    bool more = false;
    {
      nb::gil_scoped_release unlocked;
      std::scoped_lock turn(reading_);
      more = valueOf(input_.next(frame));
    }
    if (!more)
      throw nb::stop_iteration();
    return arrayOf(std::make_shared<Image>(std::move(frame.image)));
  }
  double framesPerSecond() const { return input_.framesPerSecond(); }

private:
  std::vector<std::string> paths_;
  FrameInput input_;
  std::mutex reading_;
};

nb::object load(const std::string &path) {
  auto image = std::make_shared<Image>();
  {
    nb::gil_scoped_release unlocked;
    *image = valueOf(loadPicture(path));
  }
  return arrayOf(std::move(image));
}

void save(const std::string &path, nb::handle array) {
  Image image = imageOf(array);
  nb::gil_scoped_release unlocked;
  throwIf(savePicture(path, image));
}

} // namespace

Image imageOf(nb::handle array) {
  ArrayView view;
  throwIf(view.open(array, "the picture", ElementType::kU8));
  std::span<const int64_t> shape = view.shape();
  if (view.type() != ElementType::kU8 || shape.size() != 3 || shape[2] != 3)
    throw Failure(Error(Code::kInvalidArgument, "", "the picture is ", elementTypeName(view.type()),
                        " ", shapeText(shape), ", expected u8 HEIGHTxWIDTHx3 of RGB"));
  if (shape[0] > std::numeric_limits<int>::max() || shape[1] > std::numeric_limits<int>::max())
    throw Failure(Error(Code::kInvalidArgument, "", "the picture is ", shapeText(shape),
                        ", which is too large"));
  nb::gil_scoped_release unlocked; // a picture may be large
  Image image;
  image.height = static_cast<int>(shape[0]);
  image.width = static_cast<int>(shape[1]);
  image.rgb.resize(static_cast<size_t>(shape[0] * shape[1] * 3));
  view.copyTo(reinterpret_cast<std::byte *>(image.rgb.data()));
  return image;
}

nb::object arrayOf(std::shared_ptr<Image> image) {
  size_t shape[] = {static_cast<size_t>(image->height), static_cast<size_t>(image->width), 3};
  uint8_t *data = image->rgb.data();
  auto *owner = new std::shared_ptr<Image>(std::move(image));
  nb::capsule capsule(
      owner, [](void *held) noexcept { delete static_cast<std::shared_ptr<Image> *>(held); });
  return nb::cast(nb::ndarray<nb::numpy, uint8_t>(data, 3, shape, capsule));
}

void bindPictures(nb::module_ &module) {
  module.def("load_picture", &load, "path"_a);
  module.def("save_picture", &save, "path"_a, "picture"_a);
  nb::class_<FrameReader>(module, "FrameReader")
      .def(nb::init<std::vector<std::string>>(), "paths"_a)
      .def("__iter__", [](nb::handle self) { return nb::borrow(self); })
      .def("__next__", &FrameReader::next)
      .def_prop_ro("frames_per_second", &FrameReader::framesPerSecond);
}

} // namespace tandem::python

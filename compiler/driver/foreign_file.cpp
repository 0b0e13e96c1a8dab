#include "compiler/driver/foreign_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace tandem {
namespace {

using namespace std::string_view_literals;

/// Several entries have the same of these.
constexpr std::string_view kPicture =
    "is a picture, which goes behind an application: tandem run APP.yaml PICTURE";
constexpr std::string_view kArchive = "is an archive: unpack it, and name the model in it";
constexpr std::string_view kPage =
    "is a web page, as a server sends in place of what was asked for: download the model again";
constexpr std::string_view kCaffe = "is a model of Caffe: convert it to ONNX";
constexpr std::string_view kCoreMl =
    "is a Core ML model: take the model that it was converted from, or export that to ONNX";
constexpr std::string_view kOpenVino =
    "is an OpenVINO model: take the model that it was converted from, or export that to ONNX";
constexpr std::string_view kNcnn =
    "is an ncnn model: take the model that it was converted from, or export that to ONNX";
constexpr std::string_view kPaddle = "is a model of PaddlePaddle: export it to ONNX by paddle2onnx";
constexpr std::string_view kEngine =
    "is compiled for another engine: take the model that it was made of";
constexpr std::string_view kCheckpoint =
    "is a part of a TensorFlow checkpoint, which has weights alone: save the model by "
    "tf.saved_model.save, or by model.save of Keras";

struct Start {
  std::string_view bytes, what;
};
constexpr std::array kStarts = {
    Start{"version https://git-lfs"sv,
          "is a Git LFS pointer and not the file that it stands for: 'git lfs pull' fetches that"},
    Start{"<!DOCTYPE html"sv, kPage},
    Start{"<!doctype html"sv, kPage},
    Start{"<html"sv, kPage},
    Start{"GGUF"sv, "is a GGUF file, of language models for llama.cpp: export the model from its "
                    "framework to ONNX or .pt2"},
    Start{"\x89PNG\r\n\x1a\n"sv, kPicture},
    Start{"\xff\xd8\xff"sv, kPicture},
    Start{"GIF8"sv, kPicture},
    Start{"\x1f\x8b\x08"sv, kArchive},
    Start{"BZh"sv, kArchive},
    Start{"\xfd"
          "7zXZ\0"sv,
          kArchive},
    Start{"7z\xbc\xaf\x27\x1c"sv, kArchive},
    Start{"\x28\xb5\x2f\xfd"sv, kArchive},
    Start{"Rar!\x1a\x07"sv, kArchive},
    Start{"7767517\n"sv, kNcnn},
    Start{"\x93NUMPY"sv, "is an array, which goes into a model: tandem run MODEL --input FILE.npy"},
};

struct Ending {
  std::string_view ending, what;
};
constexpr std::array kEndings = {
    Ending{".safetensors",
           "has weights alone and not the model that they are of: build the model in Python, load "
           "them, and save it with torch.export.save(torch.export.export(model, inputs), 'm.pt2')"},
    Ending{".mlmodel", kCoreMl},
    Ending{".mlpackage", kCoreMl},
    Ending{".mlmodelc", kCoreMl},
    Ending{".caffemodel", kCaffe},
    Ending{".prototxt", kCaffe},
    Ending{".pdmodel", kPaddle},
    Ending{".pdiparams", kPaddle},
    Ending{".param", kNcnn},
    Ending{".index", kCheckpoint},
    Ending{".ckpt", kCheckpoint},
    Ending{".meta", kCheckpoint},
    Ending{".engine", kEngine},
    Ending{".plan", kEngine},
    Ending{".trt", kEngine},
    Ending{".dlc", kEngine},
    Ending{".rknn", kEngine},
    Ending{".mnn", kEngine},
    Ending{".tar", kArchive},
    Ending{".zip", kArchive},
    Ending{".pkl", "is a Python object with code of its own: save the model in its framework's "
                   "format for models"},
    Ending{".py", "is a Python program: it has to save its model, and that file is taken"},
    Ending{".gguf", "is a GGUF file, of language models for llama.cpp: export the model from its "
                    "framework to ONNX or .pt2"},
};

bool looksLikeJsonOf(std::string_view bytes, std::string_view key) {
  constexpr size_t kFirst = 4096;
  return bytes.starts_with('{') && bytes.substr(0, kFirst).find(key) != bytes.npos;
}

} // namespace

std::string foreignByContent(std::string_view bytes) {
  auto found = std::ranges::find_if(
      kStarts, [&](const Start &start) { return bytes.starts_with(start.bytes); });
  return found == kStarts.end() ? "" : std::string(found->what);
}

std::string foreignByName(const std::string &path, std::string_view bytes) {
  std::filesystem::path name = path;
  if (!name.has_filename()) // of a folder that ends with a '/'
    name = name.parent_path();
  std::string ending = name.extension().string();
  if (ending == ".xml" && bytes.find("<net ") != bytes.npos)
    return std::string(kOpenVino);
  if (ending == ".json" &&
      (looksLikeJsonOf(bytes, "\"layers-model\"") || looksLikeJsonOf(bytes, "\"graph-model\"")))
    return "is a TensorFlow.js model: take the Keras or TensorFlow model that it was converted "
           "from";
  auto found = std::ranges::find(kEndings, ending, &Ending::ending);
  return found == kEndings.end() ? "" : std::string(found->what);
}

} // namespace tandem

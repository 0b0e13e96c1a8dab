#include "tools/tandem/annotate.h"

#include "tools/tandem/label_places.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tandem {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;

/// All measures follow the picture's size, so that a thumbnail and a photograph look alike.
struct Style {
  double fontScale;
  int line, padding;

  explicit Style(const Image &image) {
    double side = std::min(image.width, image.height);
    fontScale = std::clamp(side / 900, 0.4, 2.5);
    line = std::max(2, static_cast<int>(std::lround(side / 250)));
    padding = std::max(3, static_cast<int>(std::lround(side / 130)));
  }
};

/// RGB; dark enough for white letters.
cv::Scalar colourOf(const std::string &resultName, const FoundItem &item) {
  static const std::array<cv::Scalar, 5> kPalette = {
      cv::Scalar(31, 119, 180), cv::Scalar(148, 83, 189), cv::Scalar(23, 140, 150),
      cv::Scalar(190, 70, 140), cv::Scalar(80, 80, 200)};
  for (const auto &[name, value] : item.fields)
    if (const auto *word = std::get_if<std::string>(&value)) {
      if (*word == "live")
        return {30, 140, 60};
      if (*word == "fake")
        return {205, 45, 45};
    }
  size_t sum = 0;
  for (char c : item.label ? *item.label : resultName)
    sum = sum * 31 + static_cast<unsigned char>(c);
  return kPalette[sum % kPalette.size()];
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// The title, and under it what steps said: "live 0.98, happy".
std::vector<std::string> linesOf(const std::string &resultName, const FoundItem &item) {
  auto isNumber = [&](const std::string &name) {
    return std::ranges::any_of(item.fields, [&](const auto &field) {
      return field.first == name && std::holds_alternative<double>(field.second);
    });
  };
  std::string said;
  for (const auto &[name, value] : item.fields) {
    std::string part;
    if (const auto *real = std::get_if<double>(&value))
      part = name + " " + number(*real);
    else if (const auto *word = std::get_if<std::string>(&value); word && !isNumber(*word))
      part = *word; // "live" is not said twice
    if (!part.empty())
      said += (said.empty() ? "" : ", ") + part;
  }
  std::vector<std::string> lines = {titleOf(resultName, item)};
  if (!said.empty())
    lines.push_back(std::move(said));
  return lines;
}

/// What is said of the picture as a whole: "what: tabby".
std::vector<std::string> linesOfPicture(const std::vector<NamedResult> &results) {
  std::vector<std::string> lines;
  for (const NamedResult &result : results)
    if (const auto *value = result.value ? std::get_if<ResultValue>(&*result.value) : nullptr) {
      if (const auto *real = std::get_if<double>(value))
        lines.push_back(result.name + ": " + number(*real));
      else if (const auto *word = std::get_if<std::string>(value))
        lines.push_back(result.name + ": " + *word);
    }
  return lines;
}

struct TextBlock {
  cv::Size size;
  int lineHeight = 0;
};

TextBlock measure(const std::vector<std::string> &lines, const Style &style) {
  TextBlock block;
  int baseline = 0;
  for (const std::string &line : lines) {
    cv::Size size = cv::getTextSize(line, kFont, style.fontScale, 1, &baseline);
    block.size.width = std::max(block.size.width, size.width);
    block.lineHeight = std::max(block.lineHeight, size.height + baseline / 2 + 2);
  }
  block.size.width += 2 * style.padding;
  block.size.height =
      block.lineHeight * static_cast<int>(lines.size()) + style.padding + style.padding / 2;
  return block;
}

struct Caption {
  std::vector<std::string> lines;
  cv::Rect box;
  cv::Scalar colour;
};

void drawCaption(cv::Mat &canvas, const Caption &caption, const TextBlock &block, const Area &place,
                 const Style &style) {
  cv::rectangle(canvas, cv::Rect(place.x, place.y, place.width, place.height), caption.colour,
                cv::FILLED);
  for (size_t i = 0; i < caption.lines.size(); ++i) {
    int y = place.y + style.padding / 2 + block.lineHeight * static_cast<int>(i + 1);
    cv::putText(canvas, caption.lines[i], {place.x + style.padding, y}, kFont, style.fontScale,
                {255, 255, 255}, 1, cv::LINE_AA);
  }
}

int pixel(double at, int size) {
  return static_cast<int>(std::lround(std::clamp(at, 0.0, static_cast<double>(size - 1))));
}

} // namespace

std::string titleOf(const std::string &resultName, const FoundItem &item) {
  std::string title = item.label.value_or(resultName);
  if (!item.label && title.size() > 1 && title.ends_with('s'))
    title.pop_back();
  return title + " " + std::to_string(std::lround(item.score * 100)) + "%";
}

void annotate(Image &image, const std::vector<NamedResult> &results) {
  cv::Mat canvas(image.height, image.width, CV_8UC3, image.rgb.data());
  Style style(image);
  std::vector<Caption> captions;
  if (std::vector<std::string> lines = linesOfPicture(results); !lines.empty())
    captions.push_back({std::move(lines), {}, {60, 60, 60}});
  for (const NamedResult &result : results) {
    const auto *items =
        result.value ? std::get_if<std::vector<FoundItem>>(&*result.value) : nullptr;
    if (!items)
      continue;
    for (const FoundItem &item : *items) {
      cv::Rect box(cv::Point(pixel(item.box.x0, image.width), pixel(item.box.y0, image.height)),
                   cv::Point(pixel(item.box.x1, image.width), pixel(item.box.y1, image.height)));
      captions.push_back({linesOf(result.name, item), box, colourOf(result.name, item)});
    }
  }
  for (const Caption &caption : captions)
    if (!caption.box.empty())
      cv::rectangle(canvas, caption.box, caption.colour, style.line, cv::LINE_AA);
  std::vector<TextBlock> blocks;
  std::vector<LabelWish> wishes;
  for (const Caption &caption : captions) {
    const cv::Rect &box = caption.box;
    blocks.push_back(measure(caption.lines, style));
    wishes.push_back({{box.x, box.y, box.width, box.height},
                      blocks.back().size.width,
                      blocks.back().size.height});
  }
  std::vector<Area> places = placeLabels(wishes, image.width, image.height, style.line / 2);
  for (size_t i = 0; i < captions.size(); ++i) // over all boxes
    drawCaption(canvas, captions[i], blocks[i], places[i], style);
}

} // namespace tandem

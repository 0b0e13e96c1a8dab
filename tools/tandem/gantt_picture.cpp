#include "tools/tandem/gantt_picture.h"

#include "base/file.h"
#include "base/printable.h"
#include "tools/tandem/written.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tandem {
namespace {

constexpr int kWidth = 1600, kLane = 44, kBar = 34, kTop = 48, kBottom = 60, kMargin = 24,
              kRow = 22;
constexpr double kLetters = 0.45, kSmallLetters = 0.32; ///< OpenCV's scale of its letters

int widthOf(const std::string &text) {
  return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kLetters, 1, nullptr).width;
}

/// Draws on a picture of the chart's size. OpenCV's letters are ASCII; printable() leaves others,
/// which come out as '?'.
class Painter {
public:
  explicit Painter(const GanttChart &chart) : chart_(chart), legend_(chart) {
    for (const std::string &lane : chart.lanes)
      left_ = std::max(left_, kMargin + widthOf(printable(lane)));
    end_ = ganttEnd(chart);
    bottom_ = kTop + static_cast<int>(chart.lanes.size()) * kLane;
    for (const std::string &entry : legend_.entries())
      column_ = std::max(column_, kMargin + widthOf(printable(entry)));
    columns_ = std::max(1, kWidth / column_);
    int rows = (static_cast<int>(legend_.entries().size()) + columns_ - 1) / columns_ +
               (chart.note.empty() ? 1 : 2);
    picture_ = cv::Mat(bottom_ + kBottom + rows * kRow, left_ + kWidth + kMargin, CV_8UC3,
                       cv::Scalar::all(255));
  }

  cv::Mat paint() {
    write(chart_.title, left_, kTop - 20, cv::Scalar::all(34));
    for (double tick : ganttTicks(end_, 12)) {
      cv::line(picture_, {at(tick), kTop - 4}, {at(tick), bottom_ + 4}, cv::Scalar::all(228));
      std::array<char, 32> text;
      std::snprintf(text.data(), text.size(), "%g", tick);
      write(text.data(), at(tick) - widthOf(text.data()) / 2, bottom_ + 24, cv::Scalar::all(85));
    }
    for (size_t lane = 0; lane < chart_.lanes.size(); ++lane) {
      std::string name = printable(chart_.lanes[lane]);
      write(name, left_ - 10 - widthOf(name), top(lane) + kBar / 2 + 5, cv::Scalar::all(34));
    }
    for (const GanttBar &bar : chart_.bars)
      drawBar(bar);
    drawLegend();
    return picture_;
  }

private:
  int at(double time) const {
    return left_ + (end_ > 0 ? static_cast<int>(std::lround(time / end_ * kWidth)) : 0);
  }
  static int top(size_t lane) { return kTop + static_cast<int>(lane) * kLane + (kLane - kBar) / 2; }
  void write(const std::string &text, int x, int y, const cv::Scalar &colour) {
    cv::putText(picture_, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, kLetters, colour, 1, cv::LINE_AA);
  }
  void drawBar(const GanttBar &bar) {
    static const std::array<cv::Scalar, 8> kColours = {
        cv::Scalar(201, 227, 191), cv::Scalar(242, 216, 198), cv::Scalar(181, 225, 244),
        cv::Scalar(234, 201, 230), cv::Scalar(198, 198, 242), cv::Scalar(230, 230, 201),
        cv::Scalar(195, 220, 227), cv::Scalar(217, 217, 217)}; // BGR
    cv::Rect box(at(bar.start), top(bar.lane), std::max(1, at(bar.finish) - at(bar.start)), kBar);
    cv::rectangle(picture_, box, kColours[bar.colour % kColours.size()], cv::FILLED);
    cv::rectangle(picture_, box, cv::Scalar::all(102));
    std::vector<std::string> texts = legend_.textsOf(bar);
    for (const std::string &text : texts)
      if (writeIn(box, printable(text), kLetters, 3))
        return;
    writeIn(box, texts.back(), kSmallLetters, 1);
  }
  /// Not where it has no room.
  bool writeIn(const cv::Rect &box, const std::string &text, double letters, int margin) {
    cv::Size size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, letters, 1, nullptr);
    if (size.width > box.width - 2 * margin)
      return false;
    cv::putText(picture_, text,
                {box.x + (box.width - size.width) / 2, box.y + (box.height + size.height) / 2},
                cv::FONT_HERSHEY_SIMPLEX, letters, cv::Scalar::all(34), 1, cv::LINE_AA);
    return true;
  }
  void drawLegend() {
    int x = 0, y = bottom_ + kBottom;
    for (const std::string &entry : legend_.entries()) {
      write(printable(entry), left_ + x * column_, y, cv::Scalar::all(85));
      if (++x == columns_)
        x = 0, y += kRow;
    }
    y += x == 0 ? 0 : kRow;
    for (const std::string &line : {chart_.note, legend_.remark()})
      if (!line.empty()) {
        write(printable(line), left_, y, cv::Scalar::all(85));
        y += kRow;
      }
  }

  const GanttChart &chart_;
  GanttLegend legend_;
  cv::Mat picture_;
  int left_ = kMargin, bottom_ = 0, column_ = 1, columns_ = 1; ///< the latter of the legend
  double end_ = 0;
};

} // namespace

Result<std::string> ganttPng(const GanttChart &chart) try {
  std::vector<uint8_t> bytes;
  cv::imencode(".png", Painter(chart).paint(), bytes);
  return std::string(bytes.begin(), bytes.end());
} catch (const std::exception &) {
  return Error(Code::kUnavailable, "", "no memory for the picture of a chart");
}

Status writeCharts(const GanttChart &chart, const std::string &svg, const std::string &png) {
  if (!svg.empty())
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(svg, ganttSvg(chart)));
  sayWritten(svg);
  if (png.empty())
    return {};
  TANDEM_ASSIGN_OR_RETURN(std::string picture, ganttPng(chart));
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(png, picture));
  sayWritten(png);
  return {};
}

} // namespace tandem

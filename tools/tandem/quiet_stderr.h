#pragma once

namespace tandem {

/// While it lives, nothing that is written to stderr arrives: libpng, libjpeg and FFmpeg talk there
/// about files, and OpenCV has no way to ask them not to. What other threads say is lost as well.
class QuietStderr {
public:
  QuietStderr();
  ~QuietStderr();
  QuietStderr(const QuietStderr &) = delete;
  QuietStderr &operator=(const QuietStderr &) = delete;

private:
  int saved_;
};

} // namespace tandem

#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::test {

/// What a test asks of agent.cpp. Every answer begins with a number: -1, or the Code of an error
/// that follows as a text.
enum class Question : int64_t {
  kOpen, ///< path of a bundle -> inputs, outputs: their number, and each one's name, type, shape
  kRun,  ///< bytes of each input -> bytes of each output
};

/// One end of a stream of numbers, texts and bytes between programs of one byte order. After a
/// failure it gives zeros.
class Wire {
public:
  explicit Wire(int socket = -1) : socket_(socket) {}
  bool broken() const { return broken_; }

  void putBytes(const void *data, size_t size) {
    const char *at = static_cast<const char *>(data);
    while (size > 0 && !broken_)
      advance(at, size, send(socket_, at, size, MSG_NOSIGNAL));
  }
  void getBytes(void *data, size_t size) {
    char *at = static_cast<char *>(data);
    while (size > 0 && !broken_)
      advance(at, size, recv(socket_, at, size, 0));
  }
  void put(int64_t number) { putBytes(&number, sizeof number); }
  int64_t get() {
    int64_t number = 0;
    getBytes(&number, sizeof number);
    return broken_ ? 0 : number;
  }
  void putText(const std::string &text) {
    put(static_cast<int64_t>(text.size()));
    putBytes(text.data(), text.size());
  }
  std::string getText() {
    std::string text(static_cast<size_t>(get()), '\0');
    getBytes(text.data(), text.size());
    return text;
  }

private:
  template <typename T> void advance(T *&at, size_t &size, ssize_t done) {
    if (done < 0 && errno == EINTR)
      return;
    broken_ = done <= 0;
    if (broken_)
      return;
    at += done;
    size -= static_cast<size_t>(done);
  }

  int socket_;
  bool broken_ = false;
};

} // namespace tandem::test

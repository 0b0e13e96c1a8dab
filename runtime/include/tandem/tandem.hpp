// Tandem's runtime in C++20: owning handles and exceptions over the C functions of tandem.h, all
// inline, so that nothing of the C++ library's ABI is between the program and libtandem.
//
//   tandem::Session session(tandem::Bundle("emotion.tandem"));
//   std::copy(pixels.begin(), pixels.end(), session.input(0).data<float>().begin());
//   session.run();
//   for (float score : session.output(0).data<float>()) ...
#pragma once

#include "tandem/tandem.h"

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tandem {
inline namespace v1 {

/// What every function here throws. `what()` is one line: "FILE: error: ...".
class Failure : public std::runtime_error {
public:
  Failure(tandem_code code, const char *message) : std::runtime_error(message), code_(code) {}
  tandem_code code() const { return code_; }

  /// Throws when `code` is not TANDEM_OK, and frees `error`.
  static void throwIf(tandem_code code, tandem_error *error) {
    if (code == TANDEM_OK)
      return;
    std::unique_ptr<tandem_error, decltype(&tandem_error_free)> owner(error, tandem_error_free);
    throw Failure(code, error ? tandem_error_message(error) : "error");
  }

private:
  tandem_code code_;
};

/// An input or output of a session; dies with it.
class Tensor {
public:
  explicit Tensor(const tandem_tensor *tensor) : tensor_(tensor) {
    if (!tensor)
      throw Failure(TANDEM_NOT_FOUND, "error: no such tensor");
  }
  std::string_view name() const { return tandem_tensor_name(tensor_); }
  tandem_element_type type() const { return tandem_tensor_type(tensor_); }
  std::span<const int64_t> shape() const {
    return {tandem_tensor_shape(tensor_), tandem_tensor_rank(tensor_)};
  }
  size_t bytes() const { return tandem_tensor_bytes(tensor_); }
  /// `T` must be the C++ type of type(): float, int8_t, uint8_t, ...
  template <typename T> std::span<T> data() const {
    return {static_cast<T *>(tandem_tensor_data(tensor_)), bytes() / sizeof(T)};
  }
  std::span<const float> scales() const {
    return {tandem_tensor_scales(tensor_), tandem_tensor_scale_count(tensor_)};
  }
  std::span<const int32_t> zeroPoints() const {
    return {tandem_tensor_zero_points(tensor_), tandem_tensor_scale_count(tensor_)};
  }
  int32_t axis() const { return tandem_tensor_axis(tensor_); }

private:
  const tandem_tensor *tensor_;
};

class Bundle {
public:
  explicit Bundle(const std::string &path) {
    tandem_bundle *bundle = nullptr;
    tandem_error *error = nullptr;
    Failure::throwIf(tandem_bundle_open(path.c_str(), &bundle, &error), error);
    handle_.reset(bundle);
  }
  size_t modelCount() const { return tandem_bundle_model_count(handle_.get()); }
  std::string_view modelName(size_t index) const {
    const char *name = tandem_bundle_model_name(handle_.get(), index);
    return name ? name : "";
  }
  const tandem_bundle *get() const { return handle_.get(); }

private:
  struct Free {
    void operator()(tandem_bundle *bundle) const { tandem_bundle_free(bundle); }
  };
  std::unique_ptr<tandem_bundle, Free> handle_;
};

class Session {
public:
  /// `model` empty: the bundle's first.
  explicit Session(const Bundle &bundle, const std::string &model = "", int threads = 1) {
    tandem_session_options options = {sizeof(tandem_session_options), threads, /*give_up_after=*/0};
    tandem_session *session = nullptr;
    tandem_error *error = nullptr;
    Failure::throwIf(tandem_session_create(bundle.get(), model.empty() ? nullptr : model.c_str(),
                                           &options, &session, &error),
                     error);
    handle_.reset(session);
  }
  size_t inputCount() const { return tandem_session_input_count(handle_.get()); }
  size_t outputCount() const { return tandem_session_output_count(handle_.get()); }
  Tensor input(size_t index) const { return Tensor(tandem_session_input(handle_.get(), index)); }
  Tensor output(size_t index) const { return Tensor(tandem_session_output(handle_.get(), index)); }
  Tensor input(const std::string &name) const {
    return Tensor(tandem_session_find_input(handle_.get(), name.c_str()));
  }
  Tensor output(const std::string &name) const {
    return Tensor(tandem_session_find_output(handle_.get(), name.c_str()));
  }
  void run() {
    tandem_error *error = nullptr;
    tandem_code code = tandem_session_run(handle_.get(), &error);
    Failure::throwIf(code, error);
  }
  size_t noticeCount() const { return tandem_session_notice_count(handle_.get()); }
  std::string_view notice(size_t index) const {
    const char *text = tandem_session_notice(handle_.get(), index);
    return text ? text : "";
  }
  const tandem_session *get() const { return handle_.get(); }

private:
  struct Free {
    void operator()(tandem_session *session) const { tandem_session_free(session); }
  };
  std::unique_ptr<tandem_session, Free> handle_;
};

} // namespace v1
} // namespace tandem

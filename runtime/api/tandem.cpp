// The C functions of tandem.h over Bundle and Session. No exception leaves: `guarded` turns what
// the standard library may throw (no memory) into a code.
#include "tandem/tandem.h"

#include "runtime/session.h"

#include <algorithm>
#include <new>

struct tandem_error {
  tandem_code code;
  std::string message;
};
struct tandem_bundle {
  std::shared_ptr<const tandem::Bundle> bundle;
};
struct tandem_tensor {
  const tandem::TensorView *view;
};
struct tandem_session {
  std::unique_ptr<tandem::Session> session;
  std::vector<tandem_tensor> inputs, outputs;
};

namespace tandem {
namespace {
static_assert(TANDEM_INTERNAL == static_cast<int>(Code::kInternal));
static_assert(TANDEM_UNAVAILABLE == static_cast<int>(Code::kUnavailable));
static_assert(TANDEM_BOOL == static_cast<int>(ElementType::kBool));
static_assert(TANDEM_I8 == static_cast<int>(ElementType::kI8));

tandem_code report(const Error &error, tandem_error **out) {
  auto code = static_cast<tandem_code>(error.code);
  if (out)
    *out = new tandem_error{code, error.text()};
  return code;
}

/// Runs `body`, which returns a Status.
template <typename Body> tandem_code guarded(tandem_error **error, Body body) noexcept {
  if (error)
    *error = nullptr;
  try {
    Status status = body();
    return status.ok() ? TANDEM_OK : report(status.error(), error);
  } catch (const std::bad_alloc &) {
    return TANDEM_UNAVAILABLE; // no memory, for a message either
  } catch (...) {
    return TANDEM_INTERNAL;
  }
}

Error nullArgument() {
  return Error(Code::kInvalidArgument, "", "an argument is NULL");
}

std::vector<tandem_tensor> handles(std::span<const TensorView> views) {
  std::vector<tandem_tensor> result;
  for (const TensorView &view : views)
    result.push_back({&view});
  return result;
}

const tandem_tensor *at(const std::vector<tandem_tensor> &tensors, size_t index) {
  return index < tensors.size() ? &tensors[index] : nullptr;
}

const tandem_tensor *named(const std::vector<tandem_tensor> &tensors, const char *name) {
  for (const tandem_tensor &tensor : tensors)
    if (name && tensor.view->name == name)
      return &tensor;
  return nullptr;
}

const RegionProfile *region(const tandem_session *session, size_t index) {
  std::span<const RegionProfile> profile = session->session->profile();
  return index < profile.size() ? &profile[index] : nullptr;
}

Result<SessionOptions> read(const tandem_session_options *options) {
  SessionOptions result;
  if (!options)
    return result;
  if (options->size < offsetof(tandem_session_options, threads) + sizeof options->threads)
    return Error(Code::kInvalidArgument, "", "options of ", options->size,
                 " bytes, expected sizeof(tandem_session_options)");
  if (options->threads != 0)
    result.threads = options->threads;
  bool knowsFaults = options->size >= offsetof(tandem_session_options, give_up_after) +
                                          sizeof options->give_up_after;
  if (knowsFaults && options->give_up_after != 0)
    result.faults.giveUpAfter = std::max(options->give_up_after, 0);
  return result;
}
} // namespace
} // namespace tandem

using namespace tandem;

const char *tandem_version(void) {
  return TANDEM_VERSION;
}

tandem_code tandem_error_code(const tandem_error *error) {
  return error ? error->code : TANDEM_UNAVAILABLE;
}
const char *tandem_error_message(const tandem_error *error) {
  return error ? error->message.c_str() : "error: no memory, not even for a message";
}
void tandem_error_free(tandem_error *error) {
  delete error;
}

tandem_code tandem_bundle_open(const char *path, tandem_bundle **bundle, tandem_error **error) {
  return guarded(error, [&]() -> Status {
    if (!path || !bundle)
      return nullArgument();
    TANDEM_ASSIGN_OR_RETURN(std::shared_ptr<const tandem::Bundle> opened,
                            tandem::Bundle::open(path));
    *bundle = new tandem_bundle{std::move(opened)};
    return Status();
  });
}
void tandem_bundle_free(tandem_bundle *bundle) {
  delete bundle;
}
size_t tandem_bundle_model_count(const tandem_bundle *bundle) {
  return bundle->bundle->manifest().models()->size();
}
const char *tandem_bundle_model_name(const tandem_bundle *bundle, size_t index) {
  const auto &models = *bundle->bundle->manifest().models();
  return index < models.size()
             ? models.Get(static_cast<flatbuffers::uoffset_t>(index))->name()->c_str()
             : nullptr;
}

tandem_code tandem_session_create(const tandem_bundle *bundle, const char *model,
                                  const tandem_session_options *options, tandem_session **session,
                                  tandem_error **error) {
  return guarded(error, [&]() -> Status {
    if (!bundle || !session)
      return nullArgument();
    TANDEM_ASSIGN_OR_RETURN(SessionOptions settings, read(options));
    TANDEM_ASSIGN_OR_RETURN(std::unique_ptr<tandem::Session> created,
                            tandem::Session::create(bundle->bundle, model ? model : "", settings));
    auto inputs = handles(created->inputs()), outputs = handles(created->outputs());
    *session = new tandem_session{std::move(created), std::move(inputs), std::move(outputs)};
    return Status();
  });
}
void tandem_session_free(tandem_session *session) {
  delete session;
}

size_t tandem_session_input_count(const tandem_session *session) {
  return session->inputs.size();
}
size_t tandem_session_output_count(const tandem_session *session) {
  return session->outputs.size();
}
const tandem_tensor *tandem_session_input(const tandem_session *session, size_t index) {
  return at(session->inputs, index);
}
const tandem_tensor *tandem_session_output(const tandem_session *session, size_t index) {
  return at(session->outputs, index);
}
const tandem_tensor *tandem_session_find_input(const tandem_session *session, const char *name) {
  return named(session->inputs, name);
}
const tandem_tensor *tandem_session_find_output(const tandem_session *session, const char *name) {
  return named(session->outputs, name);
}

tandem_code tandem_session_run(tandem_session *session, tandem_error **error) {
  return guarded(error,
                 [&]() -> Status { return session ? session->session->run() : nullArgument(); });
}

size_t tandem_session_region_count(const tandem_session *session) {
  return session->session->profile().size();
}
const char *tandem_session_region_name(const tandem_session *session, size_t index) {
  const RegionProfile *entry = region(session, index);
  return entry ? entry->name.data() : nullptr;
}
const char *tandem_session_region_backend(const tandem_session *session, size_t index) {
  const RegionProfile *entry = region(session, index);
  return entry ? entry->backend.data() : nullptr;
}
const char *tandem_session_region_ran_on(const tandem_session *session, size_t index) {
  const RegionProfile *entry = region(session, index);
  return entry ? entry->ranOn.data() : nullptr;
}
double tandem_session_region_us(const tandem_session *session, size_t index) {
  const RegionProfile *entry = region(session, index);
  return entry ? entry->lastUs : 0;
}

size_t tandem_session_notice_count(const tandem_session *session) {
  return session->session->notices().size();
}
const char *tandem_session_notice(const tandem_session *session, size_t index) {
  const std::deque<std::string> &notices = session->session->notices();
  return index < notices.size() ? notices[index].c_str() : nullptr;
}

const char *tandem_tensor_name(const tandem_tensor *tensor) {
  return tensor->view->name.data();
}
tandem_element_type tandem_tensor_type(const tandem_tensor *tensor) {
  return static_cast<tandem_element_type>(tensor->view->type);
}
size_t tandem_tensor_rank(const tandem_tensor *tensor) {
  return tensor->view->shape.size();
}
const int64_t *tandem_tensor_shape(const tandem_tensor *tensor) {
  return tensor->view->shape.data();
}
size_t tandem_tensor_bytes(const tandem_tensor *tensor) {
  return tensor->view->bytes;
}
void *tandem_tensor_data(const tandem_tensor *tensor) {
  return tensor->view->data;
}
size_t tandem_tensor_scale_count(const tandem_tensor *tensor) {
  return tensor->view->quantization.scales.size();
}
const float *tandem_tensor_scales(const tandem_tensor *tensor) {
  return tensor->view->quantization.scales.data();
}
const int32_t *tandem_tensor_zero_points(const tandem_tensor *tensor) {
  return tensor->view->quantization.zeroPoints.data();
}
int32_t tandem_tensor_axis(const tandem_tensor *tensor) {
  return tensor->view->quantization.axis;
}

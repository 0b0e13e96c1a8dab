/* Tandem's runtime: load a bundle made by `tandem compile`, run its models. C99, stable ABI:
 * handles are opaque, functions are only added, values of enums keep their meaning.
 *
 *   tandem_bundle *bundle;
 *   tandem_session *session;
 *   tandem_error *error = NULL;
 *   if (tandem_bundle_open("emotion.tandem", &bundle, &error) != TANDEM_OK) ...
 *   if (tandem_session_create(bundle, NULL, NULL, &session, &error) != TANDEM_OK) ...
 *   memcpy(tandem_tensor_data(tandem_session_input(session, 0)), pixels, size);
 *   if (tandem_session_run(session, &error) != TANDEM_OK) ...
 *   const float *scores = tandem_tensor_data(tandem_session_output(session, 0));
 *
 * Errors   A function that can fail returns a code and, where `error` is not NULL and the code is
 * not TANDEM_OK, sets *error to an object that the caller frees (to NULL when there is no memory
 * for one; the functions on errors take that too). Output arguments are then
 * untouched. Threads  A bundle may be used by any number of threads, a session by one at a time.
 * Memory   Strings, shapes and tensors belong to the handle they were asked of and live as long as
 * it. */
#ifndef TANDEM_TANDEM_H
#define TANDEM_TANDEM_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define TANDEM_API __attribute__((visibility("default")))
#else
#define TANDEM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tandem_code {
  TANDEM_OK = 0,
  TANDEM_INVALID_ARGUMENT = 1, /* the caller asked for something that makes no sense */
  TANDEM_NOT_FOUND = 2,        /* a file, model or tensor of that name does not exist */
  TANDEM_CORRUPT_DATA = 3,     /* bytes that do not follow their format */
  TANDEM_UNSUPPORTED = 4,      /* well formed, and beyond what this build can do */
  TANDEM_IO = 5,               /* the operating system refused */
  TANDEM_UNAVAILABLE = 6,      /* a device is not there or failed while running; no memory */
  TANDEM_INTERNAL = 7          /* a bug in Tandem */
} tandem_code;

typedef enum tandem_element_type {
  TANDEM_F32 = 0,
  TANDEM_F16 = 1,
  TANDEM_BF16 = 2,
  TANDEM_I8 = 3,
  TANDEM_U8 = 4,
  TANDEM_I16 = 5,
  TANDEM_I32 = 6,
  TANDEM_I64 = 7,
  TANDEM_BOOL = 8 /* one byte, 0 or 1 */
} tandem_element_type;

typedef struct tandem_error tandem_error;
typedef struct tandem_bundle tandem_bundle;
typedef struct tandem_session tandem_session;
typedef struct tandem_tensor tandem_tensor;

/* "0.1.0" */
TANDEM_API const char *tandem_version(void);

/* ---- errors ---- */

TANDEM_API tandem_code tandem_error_code(const tandem_error *error);
/* "FILE: error: what was found, what was expected": one line, without its end. */
TANDEM_API const char *tandem_error_message(const tandem_error *error);
TANDEM_API void tandem_error_free(tandem_error *error); /* NULL is fine, here and in every free */

/* ---- bundles ---- */

/* Maps the file and checks all of it. */
TANDEM_API tandem_code tandem_bundle_open(const char *path, tandem_bundle **bundle,
                                          tandem_error **error);
/* Its sessions go on working. */
TANDEM_API void tandem_bundle_free(tandem_bundle *bundle);
TANDEM_API size_t tandem_bundle_model_count(const tandem_bundle *bundle);
/* NULL when there are no so many models. */
TANDEM_API const char *tandem_bundle_model_name(const tandem_bundle *bundle, size_t index);

/* ---- sessions ---- */

typedef struct tandem_session_options {
  size_t size;     /* sizeof(tandem_session_options): tells which fields the caller knows */
  int32_t threads; /* that split one operation, the caller of run included; 0 counts as 1 */
  /* After so many failures of a region's device one after another, it is not tried again; 0: the
   * default, 3; negative: it is tried in every run. */
  int32_t give_up_after;
} tandem_session_options;

/* `model` NULL: the bundle's first. `options` NULL: the defaults. */
TANDEM_API tandem_code tandem_session_create(const tandem_bundle *bundle, const char *model,
                                             const tandem_session_options *options,
                                             tandem_session **session, tandem_error **error);
TANDEM_API void tandem_session_free(tandem_session *session);

TANDEM_API size_t tandem_session_input_count(const tandem_session *session);
TANDEM_API size_t tandem_session_output_count(const tandem_session *session);
/* By place, in the source model's order; NULL when there are no so many. */
TANDEM_API const tandem_tensor *tandem_session_input(const tandem_session *session, size_t index);
TANDEM_API const tandem_tensor *tandem_session_output(const tandem_session *session, size_t index);
/* By name; NULL when there is none. */
TANDEM_API const tandem_tensor *tandem_session_find_input(const tandem_session *session,
                                                          const char *name);
TANDEM_API const tandem_tensor *tandem_session_find_output(const tandem_session *session,
                                                           const char *name);

/* Runs the model on what is in the inputs. Allocates nothing. A part whose device fails runs on its
 * fallback, with the same answer, and tandem_session_notice tells of it. */
TANDEM_API tandem_code tandem_session_run(tandem_session *session, tandem_error **error);

/* The parts that the model was cut into, each run by one backend, in order. */
TANDEM_API size_t tandem_session_region_count(const tandem_session *session);
TANDEM_API const char *tandem_session_region_name(const tandem_session *session, size_t index);
TANDEM_API const char *tandem_session_region_backend(const tandem_session *session, size_t index);
/* The backend that ran it last, which is another one after a failure; "" before a run. */
TANDEM_API const char *tandem_session_region_ran_on(const tandem_session *session, size_t index);
/* Time in the last run, microseconds; 0 before it. */
TANDEM_API double tandem_session_region_us(const tandem_session *session, size_t index);

/* What went wrong with devices and was made good, oldest first: one line each. The number only
 * grows, when a session is made and in runs; NULL beyond it. */
TANDEM_API size_t tandem_session_notice_count(const tandem_session *session);
TANDEM_API const char *tandem_session_notice(const tandem_session *session, size_t index);

/* ---- tensors ---- */

TANDEM_API const char *tandem_tensor_name(const tandem_tensor *tensor);
TANDEM_API tandem_element_type tandem_tensor_type(const tandem_tensor *tensor);
TANDEM_API size_t tandem_tensor_rank(const tandem_tensor *tensor);
/* `rank` dimensions, outermost first. */
TANDEM_API const int64_t *tandem_tensor_shape(const tandem_tensor *tensor);
TANDEM_API size_t tandem_tensor_bytes(const tandem_tensor *tensor);
/* Row by row, at an address that is a multiple of 64. Write inputs before a run: they keep their
 * contents across runs. Read outputs after it: they are valid until the next. */
TANDEM_API void *tandem_tensor_data(const tandem_tensor *tensor);

/* real = scale * (code - zero_point). No scales: not quantized; several: one for each slice along
 * `axis`. */
TANDEM_API size_t tandem_tensor_scale_count(const tandem_tensor *tensor);
TANDEM_API const float *tandem_tensor_scales(const tandem_tensor *tensor);
TANDEM_API const int32_t *tandem_tensor_zero_points(const tandem_tensor *tensor);
TANDEM_API int32_t tandem_tensor_axis(const tandem_tensor *tensor);

#ifdef __cplusplus
}
#endif

#endif

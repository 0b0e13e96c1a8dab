/* Runs the first model of a bundle once on whatever is in its inputs (zeros at first) and says how
 * it went. The example of docs/runtime.md; a test runs it. */
#include "tandem/tandem.h"

#include <stdio.h>
#include <string.h>

static int fail(tandem_error *error) {
  fprintf(stderr, "%s\n", tandem_error_message(error));
  tandem_error_free(error);
  return 1;
}

static void print_tensor(const char *what, const tandem_tensor *tensor) {
  size_t i;
  printf("%s %s:", what, tandem_tensor_name(tensor));
  for (i = 0; i < tandem_tensor_rank(tensor); ++i)
    printf(" %ld", (long)tandem_tensor_shape(tensor)[i]);
  printf(" (%lu bytes)\n", (unsigned long)tandem_tensor_bytes(tensor));
}

int main(int argc, char **argv) {
  tandem_bundle *bundle = NULL;
  tandem_session *session = NULL;
  tandem_error *error = NULL;
  tandem_code code;
  size_t i;
  if (argc != 2) {
    fprintf(stderr, "usage: %s BUNDLE\n", argv[0]);
    return 2;
  }
  if (tandem_bundle_open(argv[1], &bundle, &error) != TANDEM_OK)
    return fail(error);
  code = tandem_session_create(bundle, NULL, NULL, &session, &error);
  tandem_bundle_free(bundle); /* the session keeps what it needs */
  if (code != TANDEM_OK)
    return fail(error);

  for (i = 0; i < tandem_session_input_count(session); ++i) {
    const tandem_tensor *input = tandem_session_input(session, i);
    print_tensor("input", input);
    memset(tandem_tensor_data(input), 0, tandem_tensor_bytes(input)); /* your data goes here */
  }
  if (tandem_session_run(session, &error) != TANDEM_OK) {
    tandem_session_free(session);
    return fail(error);
  }
  for (i = 0; i < tandem_session_output_count(session); ++i)
    print_tensor("output", tandem_session_output(session, i));
  for (i = 0; i < tandem_session_region_count(session); ++i)
    printf("%s on %s\n", tandem_session_region_name(session, i),
           tandem_session_region_backend(session, i));
  tandem_session_free(session);
  return 0;
}

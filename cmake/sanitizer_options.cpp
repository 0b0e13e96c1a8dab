// What every program of a sanitizer build has set, ASAN_OPTIONS or not.

extern "C" const char *__tsan_default_options() {
  return "halt_on_error=1"; // a child process that ends by _exit() would not tell by its code
}

extern "C" const char *__asan_default_options() {
  // LLVM's allocators, inlined into our code, poison memory that its library, built without a
  // sanitizer, then hands out: AddressSanitizer would see a use of poison that is none. And LLVM
  // gives a thread another stack for signals, which AddressSanitizer would unmap as its own.
  return "allow_user_poisoning=0:use_sigaltstack=0";
}

#pragma once

#include "backends/neuron/host/functions.h"
#include "backends/neuron/host/reply.h"

#include <cstdint>
#include <new>

namespace tandem::neuron::host {

/// The way of every call from the ABI into the library, the same for all functions: out-pointers
/// are cleared, what was asked to fail fails, NULL is refused, and neither an exception nor a
/// reason leaves but as a result code.
///
///     return Call(Function::NeuronModel_create).out(model).run([&] { return ...; });
class Call {
public:
  explicit Call(Function function) : function_(function) {}

  /// Handles that the call creates: NULL until it succeeds.
  template <typename... Handles> Call &out(Handles **...handles) {
    ((handles ? void(*handles = nullptr) : void(null_ = true)), ...);
    return *this;
  }
  /// Arguments that must not be NULL.
  template <typename... Pointers> Call &needs(const Pointers *...pointers) {
    null_ |= (!pointers || ...);
    return *this;
  }

  /// `body` gives a Reply.
  template <typename Body> int run(Body body) noexcept {
    try {
      if (Reply reply = begin(); !reply.ok())
        return end(reply);
      return end(body());
    } catch (const std::bad_alloc &) {
      return end(Reply(NEURON_OUT_OF_MEMORY, "no memory"));
    } catch (...) {
      return end(Reply(NEURON_OP_FAILED, "an exception; a bug of the library"));
    }
  }
  /// The same for a call that hangs, if it is to, at a place of its own: `body` is given what to
  /// call there. So that an execution is in flight while it hangs.
  template <typename Body> int runHanging(Body body) noexcept {
    hangsInside_ = true;
    return run([&] { return body([this] { hang(hangMs_); }); });
  }
  /// The same for functions without a result code.
  template <typename Body> auto runPlain(Body body) const noexcept {
    beginPlain();
    return body();
  }

private:
  /// What has to be refused before the function itself is asked.
  Reply begin();
  void beginPlain() const;
  static void hang(uint64_t milliseconds);
  /// Tells the log.
  int end(const Reply &reply) const noexcept;

  Function function_;
  bool null_ = false, hangsInside_ = false;
  uint64_t hangMs_ = 0;
};

} // namespace tandem::neuron::host

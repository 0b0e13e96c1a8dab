#pragma once

#include "base/result.h"
#include "bundle/reader.h"

#include <memory>
#include <string>
#include <string_view>

namespace tandem {

/// An open bundle, shared by the sessions that run its models. Immutable; any thread.
class Bundle {
public:
  /// Errors: those of bundle::Reader.
  static Result<std::shared_ptr<const Bundle>> open(const std::string &path);
  /// Over bytes that outlive the bundle and its sessions, at an address that is a multiple of 64.
  static Result<std::shared_ptr<const Bundle>> openBytes(std::span<const std::byte> bytes,
                                                         std::string name);

  const std::string &path() const { return reader_.path(); }
  /// All of its file.
  std::span<const std::byte> bytes() const { return reader_.bytes(); }
  const bundle::Manifest &manifest() const { return reader_.manifest(); }
  std::span<const std::byte> blob(uint32_t index) const { return reader_.blob(index); }
  void release(uint32_t index) const { reader_.release(index); }
  /// The model of that name; the first one when `name` is empty. Errors: kNotFound, with those
  /// there are.
  Result<const bundle::Model *> model(std::string_view name) const;

private:
  explicit Bundle(bundle::Reader reader) : reader_(std::move(reader)) {}
  bundle::Reader reader_;
};

} // namespace tandem

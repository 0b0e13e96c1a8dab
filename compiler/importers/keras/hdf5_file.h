#pragma once

#include "base/element_type.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::keras {

/// Reader of the part of HDF5 that Keras writes: superblock 0 or 1, version 1 object headers,
/// groups as symbol tables, attributes of strings, datasets of floats in one piece. Everything else
/// is refused by name. Format: "HDF5 File Format Specification Version 3.0", The HDF Group.
///
/// Not libhdf5: of 4000 copies of a small Keras file with one to eight bytes changed, 193
/// made 1.10.8 use memory that is not its own, ask for all there is, or hang, and models come from
/// strangers (docs/decisions/0001-own-hdf5-reader.md).
///
/// All objects look into the bytes given to open(), which must outlive them. Any thread.
struct Hdf5Dataset {
  Shape shape;
  std::string_view view;        ///< numbers of f32 where the file has them, aligned to nothing
  std::vector<float> converted; ///< of other numbers

  /// f32, row by row.
  llvm::ArrayRef<char> bytes() const;
  std::vector<float> values() const;
};

class Hdf5Object {
public:
  /// The object at a path below this group ("dense/kernel:0"); nothing when there is none.
  llvm::Expected<std::optional<Hdf5Object>> child(llvm::StringRef path) const;

  /// How many objects there are in this group.
  size_t linkCount() const { return links_.size(); }

  /// The strings of an attribute (one when it is a scalar); nothing when there is none of that
  /// name.
  llvm::Expected<std::optional<std::vector<std::string>>> attribute(llvm::StringRef name) const;

  /// This object's numbers, IEEE floats of 2, 4 or 8 bytes, as f32. Those of 4 are not copied.
  llvm::Expected<Hdf5Dataset> dataset() const;

private:
  friend class Hdf5File;
  struct Message {
    uint16_t type;
    std::string_view data;
  };
  explicit Hdf5Object(std::string_view file) : file_(file) {}
  static llvm::Expected<Hdf5Object> read(std::string_view file, uint64_t address);
  llvm::Error readMessages(uint64_t address);
  llvm::Error readLinks(std::string_view symbolTable);
  std::optional<std::string_view> message(uint16_t type) const;

  std::string_view file_;
  std::vector<Message> messages_;
  std::map<std::string, uint64_t, std::less<>> links_; ///< name to object header
};

class Hdf5File {
public:
  static bool hasSignature(std::string_view bytes);
  /// The root group.
  static llvm::Expected<Hdf5Object> open(std::string_view bytes);
};

} // namespace tandem::keras

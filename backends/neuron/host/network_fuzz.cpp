// Compiled networks from strangers through Network::restore. The header's checksums are made right
// first: else every mutation would stop there. The bundle behind them has its own fuzz target, and
// its machine code is loaded, never run.
#include "backends/neuron/host/network.h"
#include "backends/neuron/host/network_header.h"

#include <cstring>

using namespace tandem::neuron::host;

namespace {
void makeRight(std::vector<std::byte> &bytes) {
  NetworkHeader header;
  if (bytes.size() < sizeof header)
    return;
  std::memcpy(&header, bytes.data(), sizeof header);
  header.bundleSize = bytes.size() - sizeof header;
  header.bundleChecksum =
      tandem::bundle::checksum(std::span<const std::byte>(bytes).subspan(sizeof header));
  header.headerChecksum = checksumOf(header);
  std::memcpy(bytes.data(), &header, sizeof header);
}

void restore(const std::vector<std::byte> &bytes) {
  std::shared_ptr<Network> network;
  Reply reply = Network::restore(bytes, network);
  if (reply.ok() ? network == nullptr : reply.text.empty())
    __builtin_trap(); // a refusal says why
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<std::byte> bytes(size);
  if (size)
    std::memcpy(bytes.data(), data, size);
  restore(bytes);
  makeRight(bytes);
  restore(bytes);
  return 0;
}

#include "backends/neuron/host/network.h"

#include "backends/neuron/host/library.h"
#include "backends/neuron/host/network_header.h"
#include "bundle/checksum.h"
#include "bundle/layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace tandem::neuron::host {
namespace {
constexpr double kMostModelledUs = 1e9;

std::array<char, 40> socName() {
  std::array<char, 40> name = {};
  const std::string &soc = Library::get().soc();
  std::copy_n(soc.begin(), std::min(soc.size(), name.size() - 1), name.begin());
  return name;
}

std::array<uint8_t, 4> versionNumber() {
  NeuronRuntimeVersion version = Library::get().version();
  return {version.major, version.minor, version.patch, 0};
}

std::string text(const std::array<uint8_t, 4> &version) {
  return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." +
         std::to_string(version[2]);
}

std::vector<Network::Tensor> describe(std::span<const TensorView> views) {
  std::vector<Network::Tensor> tensors;
  for (const TensorView &view : views)
    tensors.push_back({{view.shape.begin(), view.shape.end()}, view.bytes});
  return tensors;
}
} // namespace

Network::Bytes::Bytes(std::span<const std::byte> from)
    : data(nullptr,
           [](std::byte *bytes) {
             ::operator delete[](bytes, std::align_val_t(bundle::kAlignment));
           }),
      size(from.size()) {
  data.reset(static_cast<std::byte *>(
      ::operator new[](std::max<size_t>(size, 1), std::align_val_t(bundle::kAlignment))));
  std::copy(from.begin(), from.end(), data.get());
}

Reply Network::open() {
  Result<std::shared_ptr<const Bundle>> opened =
      Bundle::openBytes(bytes_->span(), "compiled network");
  if (!opened.ok())
    return Reply(NEURON_BAD_DATA, opened.error().text());
  bundle_ = std::move(opened).value();
  TANDEM_NEURON_RETURN_IF_REFUSED(makeSession(spare_));
  inputs_ = describe(spare_->inputs());
  outputs_ = describe(spare_->outputs());
  return Reply();
}

Reply Network::create(std::vector<std::byte> bundle, double modelledUs,
                      std::shared_ptr<Network> &network) {
  network.reset(new Network);
  network->bytes_ = std::make_unique<Bytes>(bundle);
  network->modelledUs_ = modelledUs;
  return network->open();
}

Reply Network::restore(std::span<const std::byte> bytes, std::shared_ptr<Network> &network) {
  NetworkHeader header;
  if (bytes.size() < sizeof header)
    return Reply(NEURON_BAD_DATA, bytes.size(), " bytes are no compiled network");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kNetworkMagic || header.format != kNetworkFormat ||
      header.headerChecksum != checksumOf(header))
    return Reply(NEURON_BAD_DATA, "the bytes are no compiled network of this library, or damaged");
  if (header.soc != socName())
    return Reply(NEURON_BAD_DATA, "the network was compiled for '", header.soc.data(),
                 "', this is '", Library::get().soc(), "'");
  if (header.version != versionNumber())
    return Reply(NEURON_BAD_DATA, "the network was compiled by version ", text(header.version),
                 ", this is ", text(versionNumber()));
  if (!(header.modelledUs >= 0 && header.modelledUs <= kMostModelledUs))
    return Reply(NEURON_BAD_DATA, "the network is said to take ", header.modelledUs, " us");
  std::span<const std::byte> payload = bytes.subspan(sizeof header);
  if (payload.size() < header.bundleSize)
    return Reply(NEURON_BAD_DATA, "the network is cut: ", payload.size(), " of ", header.bundleSize,
                 " bytes");
  payload = payload.first(header.bundleSize); // a buffer may be larger than what is in it
  if (bundle::checksum(payload) != header.bundleChecksum)
    return Reply(NEURON_BAD_DATA, "the network is damaged");
  std::shared_ptr<Network> made(new Network);
  made->bytes_ = std::make_unique<Bytes>(payload);
  made->modelledUs_ = header.modelledUs;
  if (Reply reply = made->open(); !reply.ok())
    return Reply(NEURON_BAD_DATA, reply.text);
  network = std::move(made);
  return Reply();
}

size_t Network::storedSize() const {
  return sizeof(NetworkHeader) + bytes_->size;
}

void Network::store(std::span<std::byte> bytes) const {
  NetworkHeader header = {.magic = kNetworkMagic,
                          .format = kNetworkFormat,
                          .version = versionNumber(),
                          .soc = socName(),
                          .bundleSize = bytes_->size,
                          .modelledUs = modelledUs_,
                          .bundleChecksum = bundle::checksum(bytes_->span()),
                          .headerChecksum = 0};
  header.headerChecksum = checksumOf(header);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::copy_n(bytes_->data.get(), bytes_->size, bytes.begin() + sizeof header);
}

Reply Network::makeSession(std::unique_ptr<Session> &session) {
  {
    std::lock_guard lock(mutex_);
    if (spare_) {
      session = std::move(spare_);
      return Reply();
    }
  }
  Result<std::unique_ptr<Session>> made = Session::create(bundle_);
  if (!made.ok())
    return Reply(NEURON_OP_FAILED, made.error().text());
  session = std::move(made).value();
  return Reply();
}

} // namespace tandem::neuron::host

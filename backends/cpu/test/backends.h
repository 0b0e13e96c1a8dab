#pragma once

namespace tandem {

class Backend;
class Device;

// The halves of the backend under test, and of the oracle; the registries would link all others.
const Backend &cpuBackend();
const Device &cpuDevice();
const Backend &referenceBackend();
const Device &referenceDevice();

} // namespace tandem

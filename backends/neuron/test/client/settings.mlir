// RUN: neuron_print %s relax-fp32=true preference=turbo-boost priority=high hint=low-latency+deep-fusion options="--opt 3" deadline-ms=20 load-deadline-ms=500 --property devices=mtk-mdla,mtk-dsp | FileCheck %s --check-prefix=ALL
// RUN: neuron_print %s | FileCheck %s --check-prefix=DEFAULT
// RUN: neuron_print %s speed=2 | FileCheck %s --check-prefix=UNKNOWN
// RUN: neuron_print %s preference=max | FileCheck %s --check-prefix=PREFERENCE
// RUN: neuron_print %s hint=deep-fusion+fast | FileCheck %s --check-prefix=HINT
// RUN: neuron_print %s deadline-ms=0 | FileCheck %s --check-prefix=DEADLINE
// RUN: neuron_print %s relax-fp32=1 | FileCheck %s --check-prefix=RELAX
// RUN: neuron_print %s sdk-lib=/nowhere/lib.so | FileCheck %s --check-prefix=SDK
// RUN: neuron_print %s --version 4.0.9 | FileCheck %s --check-prefix=OLD

// ALL: settings relax_fp32 preference 3 priority 110 hint 3 options "--opt 3" device mtk-mdla device mtk-dsp deadline 20000 us, of loading 500000 us
// DEFAULT: settings deadline 1000000 us, of loading 60000000 us
// UNKNOWN: error: neuron: there is no option 'speed', only relax-fp32, preference, priority, hint, options, deadline-ms, load-deadline-ms, sdk-lib
// PREFERENCE: error: neuron: option preference is 'max', expected low-power, fast-single-answer, sustained-speed, turbo-boost
// HINT: error: neuron: option hint is 'deep-fusion+fast', expected normal+low-latency+deep-fusion+batch-processing
// DEADLINE: error: neuron: option deadline-ms is '0', expected milliseconds from 1 to 86400000
// RELAX: error: neuron: option relax-fp32 is '1', expected true, false
// SDK: error: /nowhere/lib.so: the Neuron library does not load: /nowhere/lib.so: cannot open shared object file: No such file or directory
// OLD: refused: relu: RELU needs Neuron 4.1.0, the device has 4.0.9
func.func @relu(%x: tensor<4xf32>) -> tensor<4xf32> {
  %r = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

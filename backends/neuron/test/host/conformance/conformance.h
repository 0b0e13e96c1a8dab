/* Walks the rules of a library that serves the NeuronAdapter ABI. C99 against nothing but the ABI's
 * header, so that it can be pointed at any such library. */
#ifndef TANDEM_BACKENDS_NEURON_TEST_HOST_CONFORMANCE_H
#define TANDEM_BACKENDS_NEURON_TEST_HOST_CONFORMANCE_H

#include "backends/neuron/abi/neuron_adapter.h"

/* The library under test, opened at run time. */
struct Api {
#define NEURON_FUNCTION(name) __typeof__(name) *name;
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
};
extern struct Api api;

/* Prints one line for a rule: kept or not. */
void check(const char *rule, int kept);
/* The same for a result code. */
void expect(const char *rule, int wanted, int got);
/* Several calls under one rule: the first deviation is what its line says. */
struct Rule {
  const char *name;
  int kept, wanted, got;
};
struct Rule ruleBegin(const char *name);
void ruleWants(struct Rule *rule, int wanted, int got);
void ruleHolds(struct Rule *rule, int condition);
void ruleEnd(const struct Rule *rule);

/* Models. Each adds one thing and gives the result code. */
int addScalar(NeuronModel *model, int32_t type);
int addTensor(NeuronModel *model, int32_t type, float scale, int32_t zeroPoint, uint32_t rank,
              const uint32_t *dimensions);
int addInt(NeuronModel *model, int32_t index,
           int32_t value); /* an INT32 constant, numbered `index` */
/* A model of float tensors of 2x2 elements: operands a (0), b (1), fuse (2), y (3); y = a + b. */
enum { A = 0, B = 1, FUSE = 2, Y = 3 };
enum { COUNT = 4, BYTES = COUNT * 4 };
NeuronModel *openSum(void);     /* with a and b as inputs, not finished */
NeuronModel *finishedSum(void); /* the same, finished */
NeuronCompilation *finishedCompilation(NeuronModel *model);
NeuronExecution *boundExecution(NeuronCompilation *compilation, float *inputs, float *output);

void walkModelRules(void);       /* 8.1 */
void walkOperandRules(void);     /* 8.1, of operands and their values */
void walkOperationRules(void);   /* 8.1, of operations and finish */
void walkCompilationRules(void); /* 8.2 */
void walkNetworkRules(void);     /* 8.2, of compiled networks, and 2.10 */
void walkExecutionRules(void);   /* 8.3 */
void walkEventRules(void);       /* 8.3, of events and memory */
void walkClientRules(void);      /* 8.4 and 8.5 */

#endif

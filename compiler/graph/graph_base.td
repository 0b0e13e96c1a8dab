#ifndef TANDEM_GRAPH_BASE_TD
#define TANDEM_GRAPH_BASE_TD

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::tandem::graph";
  let summary = "operations as frameworks and NPUs name them";
  let description = [{
    One op per operation that frameworks and neural processors name. Activations are NHWC, filters
    OHWI, depthwise filters 1HWC. Quantization stays on the tensor's element type
    (`!quant.uniform`). Shapes are static. Every op infers its result shape from its operands and
    attributes, and its verifier holds the result to that shape.
  }];
  let dependentDialects = ["::mlir::quant::QuantDialect"];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
}

def Graph_Quantized : Type<
    CPred<"::llvm::isa<::mlir::quant::UniformQuantizedType, "
          "::mlir::quant::UniformQuantizedPerAxisType>($_self)">,
    "uniform quantized type">;
def Graph_Float : AnyTypeOf<[F32, F16, BF16], "f32, f16 or bf16">;
def Graph_Integer : AnyTypeOf<[I<1>, I<8>, UI<8>, I<16>, I<32>, I<64>], "integer">;
def Graph_Tensor : StaticShapeTensorOf<[Graph_Float, Graph_Integer, Graph_Quantized]>;
def Graph_Constant32 : StaticShapeTensorOf<[I<32>]>;

/// Holds the result to the shape that the op infers, and quantized types to their tensors.
def Graph_ShapeVerified : NativeOpTrait<"ShapeVerified"> {
  let cppNamespace = "::tandem::graph";
}

class Graph_Op<string mnemonic, list<Trait> traits = []>
    : Op<Graph_Dialect, mnemonic,
         traits # [Pure, InferShapedTypeOpAdaptor, Graph_ShapeVerified]>;

def Graph_Activation : I32EnumAttr<"Activation", "what is applied to the result", [
  I32EnumAttrCase<"None", 0, "none">,
  I32EnumAttrCase<"Relu", 1, "relu">,
  I32EnumAttrCase<"Relu6", 2, "relu6">,
  I32EnumAttrCase<"ReluN1To1", 3, "relu_n1_to_1">,
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::tandem::graph";
}
def Graph_ActivationAttr : EnumAttr<Graph_Dialect, Graph_Activation, "activation"> {
  let assemblyFormat = "$value";
}
def Graph_FusedActivation
    : DefaultValuedAttr<Graph_ActivationAttr, "::tandem::graph::Activation::None">;

/// Pairs in (height, width) order.
def Graph_Pair : ConfinedAttr<DenseI64ArrayAttr, [DenseArrayCount<2>]>;
def Graph_UnitPair : DefaultValuedAttr<Graph_Pair, "{1, 1}">;
def Graph_ZeroPair : DefaultValuedAttr<Graph_Pair, "{0, 0}">;

#endif

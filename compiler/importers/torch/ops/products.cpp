// Products of vectors and matrices beside matmul and linear.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.mv, dot and others that are numpy's matmul of what they take.
static MaybeValue product(AtenNode &node, StringRef lhs, StringRef rhs) {
  return matrixProduct(node, node.tensor(lhs), node.tensor(rhs));
}
static MaybeValue importMv(AtenNode &node) {
  return product(node, "self", "vec");
}
static MaybeValue importDot(AtenNode &node) {
  return product(node, "self", node.has("tensor") ? "tensor" : "other");
}

static MaybeValue outerProduct(AtenNode &node, MaybeValue a, MaybeValue b) {
  if (failed(a) || failed(b))
    return failure();
  return node.multiply(node.reshape(a, {*elementCount(shapeOf(*a)), 1}),
                       node.reshape(b, {1, *elementCount(shapeOf(*b))}));
}
static MaybeValue importOuter(AtenNode &node) {
  return outerProduct(node, node.tensor("self"), node.tensor("vec2"));
}

/// self * beta + product * alpha.
static MaybeValue addedTo(AtenNode &node, MaybeValue product) {
  double alpha = node.number("alpha", 1), beta = node.number("beta", 1);
  product = node.multiply(product, alpha);
  return beta == 0 ? product : node.add(product, node.multiply(node.tensor("self"), beta));
}
static MaybeValue importAddmv(AtenNode &node) {
  return addedTo(node, product(node, "mat", "vec"));
}
static MaybeValue importAddr(AtenNode &node) {
  return addedTo(node, outerProduct(node, node.tensor("vec1"), node.tensor("vec2")));
}
/// aten.addbmm: the sum over the batch.
static MaybeValue importAddbmm(AtenNode &node) {
  return addedTo(node, node.create<graph::SumOp>(product(node, "batch1", "batch2"),
                                                 ArrayRef<int64_t>{0}, /*keepDims=*/false));
}

/// aten.inner: the last dimensions of both are summed over; a number is a factor.
static MaybeValue importInner(AtenNode &node) {
  MaybeValue a = node.tensor("self"), b = node.tensor("other");
  if (failed(a) || failed(b))
    return failure();
  SmallVector<int64_t> left(shapeOf(*a)), right(shapeOf(*b));
  if (left.empty() || right.empty())
    return node.multiply(a, b);
  SmallVector<int64_t> shape(ArrayRef(left).drop_back());
  llvm::append_range(shape, ArrayRef(right).drop_back());
  auto asRows = [&](MaybeValue value, ArrayRef<int64_t> own) {
    return node.reshape(value, {*elementCount(own.drop_back()), own.back()});
  };
  return node.reshape(matrixProduct(node, asRows(a, left), asRows(b, right),
                                    /*transposeLhs=*/false, /*transposeRhs=*/true),
                      shape);
}

/// aten.tensordot: over the dimensions that both name.
static MaybeValue importTensordot(AtenNode &node) {
  MaybeValue a = node.tensor("self"), b = node.tensor("other");
  SmallVector<int64_t> left = node.integers("dims_self"), right = node.integers("dims_other");
  if (node.failed() || failed(a) || failed(b))
    return failure();
  auto wrap = [&](SmallVector<int64_t> &dims, Value value) {
    for (int64_t &dim : dims)
      dim = normalizedAxis(dim, shapeOf(value).size()).value_or(-1);
    return !llvm::is_contained(dims, -1);
  };
  if (!wrap(left, *a) || !wrap(right, *b) || left.size() != right.size())
    return node.invalid("'dims_self' is " + shapeText(left));
  auto others = [](ArrayRef<int64_t> dims, Value value) {
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(value).size()));
    llvm::erase_if(all, [&](int64_t dim) { return llvm::is_contained(dims, dim); });
    return all;
  };
  SmallVector<int64_t> rows = others(left, *a), columns = others(right, *b), shape;
  int64_t inner = 1, outerLeft = 1, outerRight = 1;
  for (int64_t dim : left)
    inner *= shapeOf(*a)[dim];
  for (int64_t dim : rows)
    shape.push_back(shapeOf(*a)[dim]), outerLeft *= shape.back();
  for (int64_t dim : columns)
    shape.push_back(shapeOf(*b)[dim]), outerRight *= shape.back();
  llvm::append_range(rows, left);
  right.append(columns);
  MaybeValue lhs = node.reshape(node.transpose(a, rows), {outerLeft, inner}),
             rhs = node.reshape(node.transpose(b, right), {inner, outerRight});
  return node.reshape(matrixProduct(node, lhs, rhs), shape);
}

/// aten.kron: each element of one times all of the other.
static MaybeValue importKron(AtenNode &node) {
  MaybeValue a = node.tensor("self"), b = node.tensor("other");
  if (failed(a) || failed(b))
    return failure();
  size_t rank = std::max(shapeOf(*a).size(), shapeOf(*b).size());
  SmallVector<int64_t> left, right, shape;
  for (size_t i = 0; i < rank; ++i) {
    auto at = [&](Value value) {
      ArrayRef<int64_t> own = shapeOf(value);
      return i + own.size() < rank ? 1 : own[i + own.size() - rank];
    };
    if (!hasSaneSize({at(*a), at(*b)}))
      return node.invalid("its result is too large");
    left.append({at(*a), 1});
    right.append({1, at(*b)});
    shape.push_back(at(*a) * at(*b));
  }
  return node.reshape(node.multiply(node.reshape(a, left), node.reshape(b, right)), shape);
}

static MaybeValue importVecdot(AtenNode &node) {
  MaybeValue products = node.multiply(node.tensor("x"), node.tensor("y"));
  if (failed(products))
    return failure();
  int64_t dim = node.dim("dim", *products, -1);
  return node.failed() ? MaybeValue(failure())
                       : node.create<graph::SumOp>(products, ArrayRef<int64_t>{dim},
                                                   /*keepDims=*/false);
}

/// aten.linalg_cross: of three entries along a dimension; cross takes the first one of three.
static MaybeValue importCross(AtenNode &node) {
  MaybeValue a = node.tensor("self"), b = node.tensor("other");
  if (failed(a) || failed(b))
    return failure();
  bool isFirst =
      !node.has("dim") && AtenNode::shortTarget(node.record().target) == "aten.cross.default";
  int64_t ofThree = llvm::find(shapeOf(*a), 3) - shapeOf(*a).begin();
  int64_t dim = isFirst && ofThree < static_cast<int64_t>(shapeOf(*a).size())
                    ? ofThree
                    : node.dim("dim", *a, -1);
  bool isThere = !node.failed() && shapeOf(*a).size() == shapeOf(*b).size();
  if (!isThere || shapeOf(*a)[dim] != 3 || shapeOf(*b)[dim] != 3)
    return node.invalid("the product of shapes " + shapeText(shapeOf(*a)) + " and " +
                        shapeText(shapeOf(*b)));
  auto turned = [&](MaybeValue value, int64_t by) { return rolled(node, value, dim, -by); };
  return node.subtract(node.multiply(turned(a, 1), turned(b, 2)),
                       node.multiply(turned(a, 2), turned(b, 1)));
}

/// aten.bilinear: x1 A x2 of each output's matrix A, plus a bias.
static MaybeValue importBilinear(AtenNode &node) {
  MaybeValue x1 = node.tensor("input1"), x2 = node.tensor("input2"), weight = node.tensor("weight"),
             bias = node.optionalTensor("bias");
  if (failed(x1) || failed(x2) || failed(weight) || failed(bias))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x1)), matrices(shapeOf(*weight));
  if (matrices.size() != 3 || shape.empty() || shapeOf(*x2).empty())
    return node.invalid("weights of shape " + shapeText(matrices));
  int64_t rows = *elementCount(ArrayRef(shape).drop_back());
  // [rows, outputs * in2] times x2, summed over in2.
  MaybeValue filter =
      node.reshape(node.transpose(weight, {0, 2, 1}), {matrices[0] * matrices[2], matrices[1]});
  MaybeValue products =
      node.reshape(multiplyRows(node, node.reshape(x1, {rows, matrices[1]}), filter, Value()),
                   {rows, matrices[0], matrices[2]});
  MaybeValue sum =
      node.create<graph::SumOp>(node.multiply(products, node.reshape(x2, {rows, 1, matrices[2]})),
                                ArrayRef<int64_t>{2}, /*keepDims=*/false);
  shape.back() = matrices[0];
  MaybeValue result = node.reshape(sum, shape);
  return *bias ? node.add(result, bias) : result;
}

/// aten.linalg_matrix_power: of a power that is not negative, by squares.
static MaybeValue importMatrixPower(AtenNode &node) {
  MaybeValue square = node.tensor("self");
  int64_t power = node.integer("n");
  constexpr int64_t kMostPower = 1 << 20;
  if (node.failed() || failed(square))
    return failure();
  if (power < 1 || power > kMostPower)
    return node.unsupported("a power of " + Twine(power));
  MaybeValue result = Value();
  for (; power > 0; power /= 2) {
    if (power % 2)
      result = succeeded(result) && !*result ? square : matrixProduct(node, result, square);
    if (power > 1)
      square = matrixProduct(node, square, square);
  }
  return result;
}

/// aten.linalg_multi_dot and chain_matmul: from left to right.
static MaybeValue importChain(AtenNode &node) {
  SmallVector<Value> matrices = node.tensors(node.has("tensors") ? "tensors" : "matrices");
  if (node.failed())
    return failure();
  MaybeValue result = matrices.front();
  for (Value matrix : ArrayRef(matrices).drop_front())
    result = matrixProduct(node, result, matrix);
  return result;
}

void registerProducts(OpTable &table) {
  table.add("aten.mv.default", importMv);
  table.add("aten.dot.default", importDot);
  table.add("aten.vdot.default", importDot);
  table.add("aten.outer.default", importOuter);
  table.add("aten.ger.default", importOuter);
  table.add("aten.addmv.default", importAddmv);
  table.add("aten.addr.default", importAddr);
  table.add("aten.addbmm.default", importAddbmm);
  table.add("aten.inner.default", importInner);
  table.add("aten.tensordot.default", importTensordot);
  table.add("aten.kron.default", importKron);
  table.add("aten.linalg_vecdot.default", importVecdot);
  table.add("aten.linalg_cross.default", importCross);
  table.add("aten.cross.default", importCross);
  table.add("aten.bilinear.default", importBilinear);
  table.add("aten.linalg_matrix_power.default", importMatrixPower);
  table.add("aten.matrix_power.default", importMatrixPower);
  table.add("aten.linalg_multi_dot.default", importChain);
  table.add("aten.chain_matmul.default", importChain);
}

} // namespace tandem::torch

class M(Module):
  training : bool
  def forward(self: __torch__.M,
    x: Tensor) -> Tuple[Tensor, Tensor]:
    y = torch.add(x, 1.5, alpha=2)
    n = ops.prim.NumToTensor(torch.size(x, 0))
    part = torch.slice(torch.select(y, 0, 1), 0, 0, 9223372036854775807)
    _1 = torch.copy_(part, torch.tensor([1., 2., int(n)], dtype=6))
    _2 = torch.add_(torch.transpose(y, 0, 1), 1)
    if torch.ne(torch.dim(x), 2):
      ops.prim.RaiseException(torch.format("{} dims", torch.dim(x)))
    else:
      pass
    return (y, torch.to(torch.sum(y, [-1]), 5))

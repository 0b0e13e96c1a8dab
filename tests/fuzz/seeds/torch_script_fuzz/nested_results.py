class M(Module):
  training : bool
  weight : Tensor
  def forward(self: __torch__.M,
    x: Tensor) -> Tensor:
    a = annotate(List[Tensor], [])
    for i in range(60):
      a = [a, a]
    return (x, a)

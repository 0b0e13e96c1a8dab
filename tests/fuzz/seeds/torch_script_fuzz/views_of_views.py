class M(Module):
  training : bool
  weight : Tensor
  def forward(self: __torch__.M,
    x: Tensor) -> Tensor:
    y = torch.add(x, 1)
    t = y
    for i in range(300):
      t = torch.view_as(y, t)
    _0 = torch.relu_(y)
    return t

def twice(x: Tensor,
    by: int=2) -> Tensor:
  return torch.mul(x, by)
class Pair(NamedTuple):
  first : Tensor
  second : int
class M(Module):
  training : bool
  def forward(self: __torch__.M,
    x: Tensor) -> Dict[str, Tensor]:
    sizes = annotate(List[int], [])
    for i in range(torch.len(torch.size(x))):
      _0 = torch.append(sizes, (torch.size(x))[i])
    k = 0
    while torch.lt(k, 3):
      x, k = __torch__.twice(x, ), torch.add(k, 1)
    p = __torch__.Pair(x, k)
    out = annotate(Dict[str, Tensor], {})
    torch._set_item(out, "a", torch.view(p.first, [-1, sizes[1]]))
    a, b, = torch.chunk(x, 2)
    out["b"] if False else a
    torch._set_item(out, "c", torch.cat([b, a], 1))
    return out

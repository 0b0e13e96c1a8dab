#!/usr/bin/env python3
"""Makes variants of small_2_6.pt2 and small_2_15.pt2: python3 make_variants.py (standard library only)."""
import io
import json
import pathlib
import zipfile

HERE = pathlib.Path(__file__).parent
OLD_PROGRAM = "serialized_exported_program.json"


def read(name):
    with zipfile.ZipFile(HERE / name) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def write(name, files, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(HERE / name, "w", compression) as archive:
        for path, data in files.items():
            info = zipfile.ZipInfo(path)  # with the same date each time
            info.compress_type = compression
            archive.writestr(info, data)


def with_program(files, path, change):
    program = json.loads(files[path])
    change(program)
    return {**files, path: json.dumps(program).encode()}


def main():
    old = read("small_2_6.pt2")
    new = read("small_2_15.pt2")
    root = next(iter(new)).split("/")[0] + "/"
    program = root + "models/model.json"
    graph = lambda p: p["graph_module"]["graph"]
    signature = lambda p: p["graph_module"]["signature"]

    # PyTorch 2.8: folders as later, tensors saved together as before.
    write("layout_2_8.pt2", {
        "archive_format": b"pt2", "models/model.json": old[OLD_PROGRAM],
        "data/weights/model.pt": old["serialized_state_dict.pt"],
        "data/constants/model.pt": old["serialized_constants.pt"]}, zipfile.ZIP_DEFLATED)

    def open_batch(p):
        symbol = "Symbol('s77', positive=True, integer=True)"
        for meta in graph(p)["tensor_values"].values():
            if len(meta["sizes"]) > 1 and meta["sizes"][0] == {"as_int": 1}:
                meta["sizes"][0] = {"as_expr": {"expr_str": symbol, "hint": {"as_int": 2}}}
    write("open_batch.pt2", with_program(new, program, open_batch))

    def unsupported(p):
        nodes = graph(p)["nodes"]
        nodes[1]["target"] = "torch.ops.aten.frobnicate.default"
        nodes[3]["target"] = "torch.ops.aten.frobnicate.default"
        nodes[6]["target"] = "torch.ops.custom.mystery.default"
        pool = dict(nodes[3], target="torch.ops.aten.max_pool2d.default", name="dilated",
                    outputs=[{"as_tensor": {"name": "dilated"}}])
        pool["inputs"] = pool["inputs"] + [{"name": "dilation", "arg": {"as_ints": [2, 2]}},
                                           {"name": "ceil_mode", "arg": {"as_bool": True}}]
        nodes.append(pool)
    write("unsupported.pt2", with_program(new, program, unsupported))

    def read_after_change(p):  # the operand of relu_ becomes a second result
        signature(p)["output_specs"].append({"user_output": {"arg": {"as_tensor": {"name": "batch_norm"}}}})
    write("changed_in_place.pt2", with_program(new, program, read_after_change))

    def mutation(p):
        signature(p)["output_specs"].insert(0, {"buffer_mutation": {
            "arg": {"name": "batch_norm"}, "buffer_name": "1.running_mean"}})
    write("buffer_mutation.pt2", with_program(new, program, mutation))

    def wrong_stride(p):
        graph(p)["nodes"][0]["inputs"][3]["arg"]["as_ints"] = [1, 1]
    write("wrong_shape.pt2", with_program(new, program, wrong_stride))

    def training(p):
        next(i for i in graph(p)["nodes"][1]["inputs"] if i["name"] == "training")["arg"]["as_bool"] = True
    write("training.pt2", with_program(new, program, training))

    def doubles(p):  # as after model.double() behind a float32 input
        for name in ("batch_norm", "relu_"):
            graph(p)["tensor_values"][name]["dtype"] = 8
    write("doubles.pt2", with_program(new, program, doubles))

    def schema(p):
        p["schema_version"]["major"] = 9
    write("schema_9.pt2", with_program(new, program, schema))

    def early(p):
        graph(p)["nodes"].reverse()
    write("unordered.pt2", with_program(new, program, early))

    config_path = root + "data/weights/model_weights_config.json"
    config = json.loads(new[config_path])["config"]
    weight = root + "data/weights/" + config["0.weight"]["path_name"]
    write("missing_weight.pt2", {k: v for k, v in new.items() if k != weight})
    write("short_weight.pt2", {**new, weight: new[weight][:8]})
    entry = dict(config["0.weight"], tensor_meta=dict(config["0.weight"]["tensor_meta"], sizes=[{"as_int": 1 << 40}] * 4))
    write("huge_weight.pt2", {**new, config_path: json.dumps({"config": {**config, "0.weight": entry}}).encode()})
    strided = dict(config["0.weight"]["tensor_meta"], strides=[{"as_int": i} for i in (1, 6, 6, 2)])
    write("strided_weight.pt2", {**new, config_path: json.dumps(
        {"config": {**config, "0.weight": dict(config["0.weight"], tensor_meta=strided)}}).encode()})
    write("bad_json.pt2", {**new, program: new[program][:100]})
    write("no_graph.pt2", {**new, program: b'{"schema_version": {"major": 8}}'})
    write("not_a_program.zip", {"readme.txt": b"hello"})
    write("torchscript.pt", {"net/data.pkl": b"\x80\x02}q\x00.", "net/code/__torch__.py": b"class Net(Module): pass\n"})
    write("weights.pt", {"net/data.pkl": b"\x80\x02}q\x00."})

    # A pickle that would run a command in Python.
    state = io.BytesIO()
    with zipfile.ZipFile(state, "w") as inner:
        inner.writestr("archive/data.pkl", b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00true\x85R.")
    write("hostile_pickle.pt2", {**old, "serialized_state_dict.pt": state.getvalue()})
    # Zeros that unpack to a thousand times their size are fine; a size that lies is not.
    bomb = bytearray((HERE / "layout_2_8.pt2").read_bytes())
    at = bomb.rfind(b"models/model.json") - 46  # of the entry in the central directory
    bomb[at + 24:at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    (HERE / "lying_size.pt2").write_bytes(bomb)


if __name__ == "__main__":
    main()

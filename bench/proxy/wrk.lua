-- Script for wrk: the bench's requests from a file, and the outcome as one line of JSON.
-- Arguments: <requests file> <ids file or -> <header> <value> ...
-- The ids file is only for a peer whose request ids are checked: reading answers costs wrk CPU.

local prepared = {}
local at = 0

function init(args)
  local headers = { ["content-type"] = "application/json" }
  for i = 3, #args - 1, 2 do headers[args[i]] = args[i + 1] end
  for line in io.lines(args[1]) do
    local user, body = line:match("^(%S+)\t(.*)$")
    headers["x-bench-user"] = user
    prepared[#prepared + 1] = wrk.format("POST", "/v1/chat/completions", headers, body)
  end
  if args[2] ~= "-" then
    local ids = assert(io.open(args[2], "w"))
    response = function(_, answer)
      for name, value in pairs(answer) do
        if name:lower() == "x-weir-request-id" then ids:write(value, "\n") end
      end
    end
  end
end

function request()
  at = at % #prepared + 1
  return prepared[at]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"completed":%d,"seconds":%.6f,"errors":%d,"refused":%d,"p50":%.3f,"p99":%.3f}',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end

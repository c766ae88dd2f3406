-- One request for each body in turn, with the headers of the next line; results as JSON on the last line.
-- Bodies and headers are files made beforehand. A single line of headers serves all requests; of several, each serves one.
local bodies, headers = {}, {}
local position, turn = 0, 0

local function parsed(line)
  local made = { ["Content-Type"] = "application/json" }
  for name, value in line:gmatch("([^:\t]+): ([^\t]+)") do made[name] = value end
  return made
end

function init(args)
  for line in io.lines(args[1]) do bodies[#bodies + 1] = line end
  for line in io.lines(args[3]) do headers[#headers + 1] = parsed(line) end
  math.randomseed(tonumber(args[2]) or 1)
  -- what may be sent once is sent in its order, with the headers that belong to it
  position = #headers > 1 and #headers == #bodies and 0 or math.random(#bodies)
end

function request()
  position = position % #bodies + 1
  turn = turn % #headers + 1
  return wrk.format("POST", nil, headers[turn], bodies[position])
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.3f, "failed": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, failed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end

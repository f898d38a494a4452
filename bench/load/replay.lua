-- wrk sends the requests of a file in turn: each is its length in bytes, a line feed, and the request itself.
local requests = {}
local next = -1 -- wrk asks once to see whether the script works, and sends that to nobody: it is given the last one

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local length = file:read('*n')
  while length do
    file:read(1)
    requests[#requests + 1] = file:read(length)
    length = file:read('*n')
  end
  file:close()
end

function request()
  next = next % #requests + 1
  return requests[next]
end

function done(summary)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d}\n', summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end

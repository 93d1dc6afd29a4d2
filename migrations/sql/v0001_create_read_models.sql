-- The read models: what `logway requests` and `logway report` ask, folded from the log.
--
-- Everything here follows from the log and may be dropped at any time. Times are microseconds since
-- 1970 UTC, money is nano-dollars, what is unknown is NULL. A sequence number is an event's place in
-- the log; a request goes by that of its RequestReceived, so that the newest comes last.

-- How far the log was folded: one row.
CREATE TABLE position (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,      -- the last event that is folded; 0 for none
    anchor BLOB                     -- SHA-256 of that event's bytes: tells another log from this one
) STRICT;

-- The local providers of the policy in force.
CREATE TABLE local_providers (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
    received INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,        -- the UUID's 16 bytes
    received_us INTEGER NOT NULL,
    requested_model TEXT NOT NULL,
    task TEXT,
    tags TEXT NOT NULL,             -- a JSON array
    decided INTEGER,                -- sequence number of RouteDecided
    attempts INTEGER NOT NULL,      -- that were started
    last_provider TEXT,             -- of the last attempt that was started
    last_model TEXT,
    prompt_tokens INTEGER,          -- of the last attempt that ended
    output_tokens INTEGER,
    completed INTEGER,              -- sequence number of RequestCompleted
    completed_us INTEGER,
    outcome INTEGER,
    cost INTEGER,
    total_us INTEGER
) STRICT;

CREATE INDEX requests_by_time ON requests (received_us);

-- What requests are looked up by; one row for each thing that is true of a request.
CREATE TABLE request_labels (
    kind INTEGER NOT NULL,          -- 1 provider asked, 2 model asked for or tried, 3 task, 4 tag, 5 outcome
    name TEXT NOT NULL,
    request INTEGER NOT NULL,
    PRIMARY KEY (kind, name, request)
) STRICT, WITHOUT ROWID;

-- Attempts that were started.
CREATE TABLE attempts (
    request INTEGER NOT NULL,
    started INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    PRIMARY KEY (request, started)
) STRICT, WITHOUT ROWID;

-- Attempts that ended, which are what providers charge for.
CREATE TABLE attempt_ends (
    request INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    finished_us INTEGER NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    failure INTEGER,
    cost INTEGER,
    cost_origin INTEGER NOT NULL,
    prompt_tokens INTEGER,
    cached_tokens INTEGER,
    output_tokens INTEGER,
    PRIMARY KEY (request, finished)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_ends_by_time ON attempt_ends (finished_us);

CREATE TABLE feedback (
    sequence INTEGER PRIMARY KEY,
    id BLOB NOT NULL,               -- the request's, which the log may not hold any more
    source TEXT NOT NULL,
    score INTEGER NOT NULL,         -- in millionths
    received_us INTEGER NOT NULL
) STRICT;

CREATE INDEX feedback_by_judge ON feedback (id, source, sequence);

-- A month (UTC), as year * 12 + month - 1.
CREATE TABLE months (
    month INTEGER PRIMARY KEY,
    closed INTEGER,                 -- sequence number of its MonthClosed
    local_requests INTEGER NOT NULL,
    hosted_requests INTEGER NOT NULL
) STRICT;

CREATE TABLE month_outcomes (
    month INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (month, outcome)
) STRICT, WITHOUT ROWID;

-- The sums of a cost report.
CREATE TABLE month_lines (
    month INTEGER NOT NULL,
    kind INTEGER NOT NULL,          -- 0 total, 1 provider, 2 provider:model, 3 task, 4 tag
    name TEXT NOT NULL,
    requests INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    cost INTEGER NOT NULL,          -- the sum of the known costs
    estimated INTEGER NOT NULL,
    unknown_costs INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    scores INTEGER NOT NULL,
    score_count INTEGER NOT NULL,
    PRIMARY KEY (month, kind, name)
) STRICT, WITHOUT ROWID;

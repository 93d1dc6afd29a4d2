-- The pieces of a carried state that is too long for one event, until the last one comes.
CREATE TABLE state_parts (
    part INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- What the rows of each part of each table come to, changed with them: SQLite has no checksums of its
-- own, so a row that a bad disk or a hand changed is found by these. The sum of the rows' hashes, modulo
-- 2^64, does not depend on their order.
CREATE TABLE checksums (
    of INTEGER NOT NULL,            -- which table (CheckedTable)
    part INTEGER NOT NULL,          -- which part: a month, a block of sequence numbers, a label
    rows INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (of, part)
) STRICT, WITHOUT ROWID;

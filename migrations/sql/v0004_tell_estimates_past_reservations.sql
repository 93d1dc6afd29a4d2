-- Attempts whose estimate was more than they had reserved, and was not counted beyond it: what a report
-- tells beside the sums.
ALTER TABLE month_lines ADD COLUMN past_reservation INTEGER NOT NULL DEFAULT 0;

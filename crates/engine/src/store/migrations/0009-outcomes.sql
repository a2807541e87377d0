-- What came of what was done. Older entries were kept with what they tell of, or before it: that it was done is as much as
-- is known of them.
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT 'done';
ALTER TABLE audit ADD COLUMN job TEXT;
CREATE INDEX audit_jobs ON audit (job) WHERE job IS NOT NULL;

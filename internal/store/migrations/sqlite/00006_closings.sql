-- Closings are counted by whether they came by the due day. Those of before are counted from what is stored: a closed case has its days; where a
-- case was opened again since, the log has the instant of that earlier closing and the due day that was in force.

-- +goose Up

INSERT INTO tallies (name, n)
SELECT CASE WHEN day <= due THEN 'closings.on_time' ELSE 'closings.late' END, COUNT(*)
FROM (
    SELECT ended_on AS day, due_on AS due FROM cases WHERE state = 'closed'
    UNION ALL
    -- The log has no days. Of the stations so far all but the rarest keep China's one time zone.
    SELECT date(closing.at / 1000 + 28800, 'unixepoch'),
           (SELECT json_extract(e.facts, '$.due') FROM events e
            WHERE e.case_id = reopening.case_id AND e.seq < reopening.seq AND json_extract(e.facts, '$.due') IS NOT NULL
            ORDER BY e.seq DESC LIMIT 1)
    FROM events reopening
    JOIN events closing ON closing.case_id = reopening.case_id AND closing.seq =
        (SELECT MAX(e.seq) FROM events e WHERE e.case_id = reopening.case_id AND e.seq < reopening.seq AND e.action = 'close')
    WHERE reopening.action = 'reopen'
)
GROUP BY 1;

-- $1 agents straight into the table, as a grown fleet looks: 200 types, 1,000 capabilities of which each agent has four (and
-- all have one more), 500 teams, most agents active.
INSERT INTO agents (id, name, type, category, version, capabilities, endpoints, status, metadata, heartbeat)
SELECT 'fleet-' || lpad(n::text, 8, '0'), 'Agent ' || n, 'type-' || n % 200, 'category-' || n % 5, '1.' || n % 10 || '.0',
       jsonb_build_array('skill-' || n % 1000, 'skill-' || (n * 7 + 13) % 1000, 'skill-' || (n * 31 + 57) % 1000,
                         'skill-' || (n * 3 + 5) % 1000, 'common'),
       jsonb_build_object('api', 'http://10.0.0.1:5000/' || n),
       CASE WHEN n % 50 = 0 THEN 'inactive' WHEN n % 501 = 0 THEN 'maintenance' ELSE 'active' END,
       jsonb_build_object('team', 'team-' || n % 500, 'serial', n, 'environment', 'production'),
       '{"enabled": true, "interval_seconds": 10}'
  FROM generate_series(1, $1::int) AS n

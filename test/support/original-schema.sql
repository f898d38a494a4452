CREATE TABLE agents (
    id VARCHAR(255) PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    type VARCHAR(100) NOT NULL,
    category VARCHAR(100),
    version VARCHAR(50),
    capabilities JSONB,
    endpoints JSONB,
    status VARCHAR(50) DEFAULT 'active',
    metadata JSONB,
    registered_at TIMESTAMP DEFAULT NOW(),
    last_seen TIMESTAMP DEFAULT NOW(),
    health JSONB,
    heartbeat JSONB
);
CREATE INDEX idx_agents_type ON agents(type);
CREATE INDEX idx_agents_status ON agents(status);
CREATE INDEX idx_agents_last_seen ON agents(last_seen);

INSERT INTO agents VALUES
  ('agent-full', 'DataProcessor', 'worker', 'processing', '1.0.0', '["data-transform", "validation"]',
   '{"api": "http://localhost:5000"}', 'unhealthy', '{"team": "data-team"}', '2025-10-08 15:30:00', '2025-10-08 15:32:00',
   '{"status": "healthy", "cpu_percent": 15.5, "last_check": "2025-10-08T17:32:00+02:00"}',
   '{"interval_seconds": 20, "enabled": false, "last_beat": "2025-10-08T15:32:00Z", "missed_beats": 2}'),
  ('agent-null', 'Bare', 'worker', NULL, NULL, NULL, NULL, NULL, 'null', NULL, NULL, NULL, NULL),
  ('agent-odd', 'Odd', 'worker', '', '', '["b", 1, "a", "b", null]', '[1]', 'error', '["not", "an object"]', '2025-10-08 15:30:00',
   NULL, '{"status": "fine", "last_check": "2025-13-45T99:00:00Z"}', '{"interval_seconds": 99999, "enabled": "yes"}'),
  ('agent-gone', 'Gone', 'worker', NULL, NULL, '[]', '{}', 'deregistered', '{}', '2025-10-08 15:30:00', '2025-10-08 15:30:00', NULL, '{}');

-- What the demo leaves behind: how much of the administrator's LLM endpoint each person used in a day, and the
-- latencies that people measured and attached to a use case.

CREATE TABLE race_uses (
    workspace_id    uuid        NOT NULL CONSTRAINT race_use_workspace_fkey REFERENCES workspaces (id),
    account_id      uuid        NOT NULL CONSTRAINT race_use_account_fkey REFERENCES accounts (id),
    day             date        NOT NULL,
    requests        bigint      NOT NULL CONSTRAINT race_use_requests_counted CHECK (requests >= 0),
    tokens          bigint      NOT NULL CONSTRAINT race_use_tokens_counted CHECK (tokens >= 0),
    CONSTRAINT race_use_pkey PRIMARY KEY (workspace_id, day, account_id)
);
CREATE INDEX race_use_of_account ON race_uses (account_id, day);

COMMENT ON TABLE race_uses IS 'How much of the LLM endpoint a person used in a day. Budgets are held against the sums.';
COMMENT ON COLUMN race_uses.workspace_id IS 'Workspace the person worked in.';
COMMENT ON COLUMN race_uses.account_id IS 'The person.';
COMMENT ON COLUMN race_uses.day IS 'The day in UTC.';
COMMENT ON COLUMN race_uses.requests IS 'Prompts that were sent to the endpoint, those in progress included.';
COMMENT ON COLUMN race_uses.tokens IS 'Tokens of prompts and answers. A prompt in progress, or one that was cut off, counts with the most it could use.';

CREATE TABLE measurements (
    id                  uuid        NOT NULL CONSTRAINT measurement_pkey PRIMARY KEY,
    workspace_id        uuid        NOT NULL,
    use_case_id         uuid        NOT NULL,
    account_id          uuid        CONSTRAINT measurement_account_fkey REFERENCES accounts (id),
    created_at          timestamptz NOT NULL DEFAULT now(),
    kind                text        NOT NULL CONSTRAINT measurement_kind_known CHECK (kind IN ('browser_model', 'api')),
    model               text        NOT NULL CONSTRAINT measurement_model_length CHECK (char_length(model) BETWEEN 1 AND 200),
    prompt_set          text        NOT NULL CONSTRAINT measurement_prompt_set_length CHECK (char_length(prompt_set) BETWEEN 1 AND 100),
    backend             text        NOT NULL CONSTRAINT measurement_backend_known CHECK (backend IN ('gpu', 'cpu', 'api')),
    adapter_vendor      text        CONSTRAINT measurement_adapter_vendor_length CHECK (char_length(adapter_vendor) BETWEEN 1 AND 200),
    adapter_architecture text       CONSTRAINT measurement_adapter_architecture_length CHECK (char_length(adapter_architecture) BETWEEN 1 AND 200),
    adapter_description text        CONSTRAINT measurement_adapter_description_length CHECK (char_length(adapter_description) BETWEEN 1 AND 200),
    browser_name        text        NOT NULL CONSTRAINT measurement_browser_name_length CHECK (char_length(browser_name) BETWEEN 1 AND 60),
    browser_version     integer     NOT NULL CONSTRAINT measurement_browser_version_range CHECK (browser_version BETWEEN 0 AND 9999),
    runs                integer     NOT NULL CONSTRAINT measurement_runs_range CHECK (runs BETWEEN 1 AND 100000),
    first_token_p50_ms  double precision NOT NULL,
    first_token_p95_ms  double precision NOT NULL,
    first_token_p99_ms  double precision NOT NULL,
    per_token_p50_ms    double precision,
    per_token_p95_ms    double precision,
    per_token_p99_ms    double precision,
    total_p50_ms        double precision NOT NULL,
    total_p95_ms        double precision NOT NULL,
    total_p99_ms        double precision NOT NULL,
    CONSTRAINT measurement_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id),
    CONSTRAINT measurement_backend_of_kind CHECK ((kind = 'api') = (backend = 'api')),
    CONSTRAINT measurement_first_token_rises CHECK (0 <= first_token_p50_ms AND first_token_p50_ms <= first_token_p95_ms
        AND first_token_p95_ms <= first_token_p99_ms AND first_token_p99_ms <= 3600000),
    CONSTRAINT measurement_per_token_rises CHECK (num_nulls(per_token_p50_ms, per_token_p95_ms, per_token_p99_ms) IN (0, 3)
        AND coalesce(0 <= per_token_p50_ms AND per_token_p50_ms <= per_token_p95_ms
            AND per_token_p95_ms <= per_token_p99_ms AND per_token_p99_ms <= 3600000, true)),
    CONSTRAINT measurement_total_rises CHECK (0 <= total_p50_ms AND total_p50_ms <= total_p95_ms
        AND total_p95_ms <= total_p99_ms AND total_p99_ms <= 3600000)
);
CREATE INDEX measurement_of_use_case ON measurements (workspace_id, use_case_id, created_at DESC, id DESC);

COMMENT ON TABLE measurements IS 'Latencies that somebody measured in the demo and attached to a use case. Append-only.';
COMMENT ON COLUMN measurements.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN measurements.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN measurements.use_case_id IS 'The use case it was measured for.';
COMMENT ON COLUMN measurements.account_id IS 'Who measured; NULL for the product itself.';
COMMENT ON COLUMN measurements.created_at IS 'When it was attached, right after the runs.';
COMMENT ON COLUMN measurements.kind IS 'browser_model for a small model in the browser; api for an LLM endpoint through this server.';
COMMENT ON COLUMN measurements.model IS 'The model that answered.';
COMMENT ON COLUMN measurements.prompt_set IS 'Which prompts it answered.';
COMMENT ON COLUMN measurements.backend IS 'What the model ran on: gpu or cpu of the device; api for an endpoint.';
COMMENT ON COLUMN measurements.adapter_vendor IS 'Vendor of the GPU as WebGPU names it; NULL where it says nothing.';
COMMENT ON COLUMN measurements.adapter_architecture IS 'Its architecture, likewise.';
COMMENT ON COLUMN measurements.adapter_description IS 'Its description, likewise.';
COMMENT ON COLUMN measurements.browser_name IS 'Name of the browser.';
COMMENT ON COLUMN measurements.browser_version IS 'Its major version.';
COMMENT ON COLUMN measurements.runs IS 'How many answers were timed.';
COMMENT ON COLUMN measurements.first_token_p50_ms IS 'Milliseconds to the first token, median.';
COMMENT ON COLUMN measurements.first_token_p95_ms IS 'The same, 95th percentile.';
COMMENT ON COLUMN measurements.first_token_p99_ms IS 'The same, 99th percentile.';
COMMENT ON COLUMN measurements.per_token_p50_ms IS 'Milliseconds a further token, median; NULL where answers have one token only.';
COMMENT ON COLUMN measurements.per_token_p95_ms IS 'The same, 95th percentile.';
COMMENT ON COLUMN measurements.per_token_p99_ms IS 'The same, 99th percentile.';
COMMENT ON COLUMN measurements.total_p50_ms IS 'Milliseconds to the end of the answer, median.';
COMMENT ON COLUMN measurements.total_p95_ms IS 'The same, 95th percentile.';
COMMENT ON COLUMN measurements.total_p99_ms IS 'The same, 99th percentile.';

CREATE TRIGGER measurements_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON measurements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE race_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON race_uses TO parsimony_app USING (workspace_id = (SELECT current_workspace()));
-- Somebody's day is one, in however many workspaces.
CREATE POLICY own ON race_uses FOR SELECT TO parsimony_app USING (account_id = (SELECT current_account()));
ALTER TABLE measurements ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON measurements TO parsimony_app USING (workspace_id = (SELECT current_workspace()));

GRANT SELECT, INSERT, UPDATE ON race_uses TO parsimony_app;
GRANT SELECT, INSERT ON measurements TO parsimony_app;

-- Shared links. A scenario carries everything it shows, so that a link opened next year shows what it
-- showed on the day it was made, whatever has become of the use case, the prices and the policy.

CREATE TABLE scenarios (
    id              uuid        NOT NULL CONSTRAINT scenario_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT scenario_workspace_fkey REFERENCES workspaces (id),
    use_case_id     uuid,
    title           text        NOT NULL CONSTRAINT scenario_title_length CHECK (char_length(title) BETWEEN 1 AND 200),
    token_hash      bytea       NOT NULL CONSTRAINT scenario_token_hash_key UNIQUE
                                CONSTRAINT scenario_token_hash_length CHECK (octet_length(token_hash) = 32),
    engine_version  text        NOT NULL,
    use_case        json        NOT NULL,
    policy          json        NOT NULL,
    price_book      json        NOT NULL,
    decision        json        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz,
    revoked_at      timestamptz,
    CONSTRAINT scenario_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id)
);

COMMENT ON TABLE scenarios IS 'A frozen decision behind a share link. Only revoking it changes the row.';
COMMENT ON COLUMN scenarios.id IS 'UUIDv7 made by the server; names the scenario inside its workspace and opens nothing.';
COMMENT ON COLUMN scenarios.workspace_id IS 'Workspace that shared it.';
COMMENT ON COLUMN scenarios.use_case_id IS 'Use case it was shared from; NULL when it was shared straight from the assess page.';
COMMENT ON COLUMN scenarios.title IS 'Title of the page and of link previews.';
COMMENT ON COLUMN scenarios.token_hash IS 'SHA-256 of the 256-bit random token in the link. The token itself is stored nowhere: a copy of the database opens no link.';
COMMENT ON COLUMN scenarios.engine_version IS 'Version of the engine that made the decision; also tells a later release how to read the documents.';
COMMENT ON COLUMN scenarios.use_case IS 'Inputs at the time of sharing.';
COMMENT ON COLUMN scenarios.policy IS 'Policy at the time of sharing.';
COMMENT ON COLUMN scenarios.price_book IS 'The whole price book at the time of sharing.';
COMMENT ON COLUMN scenarios.decision IS 'The whole decision at the time of sharing.';
COMMENT ON COLUMN scenarios.created_at IS 'When it was shared.';
COMMENT ON COLUMN scenarios.expires_at IS 'When the link stops working; NULL for never.';
COMMENT ON COLUMN scenarios.revoked_at IS 'When the link was withdrawn; NULL while it works. Withdrawing is final.';

CREATE INDEX scenario_of_workspace ON scenarios (workspace_id, created_at DESC);
CREATE INDEX scenario_of_use_case ON scenarios (workspace_id, use_case_id, created_at DESC);

CREATE FUNCTION refuse_scenario_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Compared as text because json has no equality of its own.
    IF OLD.revoked_at IS NULL
        AND (to_jsonb(NEW) - 'revoked_at' - 'use_case' - 'policy' - 'price_book' - 'decision')
            = (to_jsonb(OLD) - 'revoked_at' - 'use_case' - 'policy' - 'price_book' - 'decision')
        AND (NEW.use_case::text, NEW.policy::text, NEW.price_book::text, NEW.decision::text)
            = (OLD.use_case::text, OLD.policy::text, OLD.price_book::text, OLD.decision::text)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of scenarios are frozen: a scenario can only be revoked, once'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
COMMENT ON FUNCTION refuse_scenario_change() IS 'Trigger of scenarios: lets a scenario be revoked and nothing else.';

CREATE TRIGGER scenarios_frozen BEFORE UPDATE ON scenarios
    FOR EACH ROW EXECUTE FUNCTION refuse_scenario_change();

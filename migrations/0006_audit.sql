-- What happened, in an order nobody can change: every change and decision of a workspace, one row each,
-- chained by hash. The same rows feed the timeline of a use case and the live pages.

CREATE TABLE audit_events (
    workspace_id    uuid        NOT NULL CONSTRAINT audit_event_workspace_fkey REFERENCES workspaces (id),
    seq             bigint      NOT NULL CONSTRAINT audit_event_seq_positive CHECK (seq > 0),
    at              timestamptz NOT NULL,
    account_id      uuid        CONSTRAINT audit_event_account_fkey REFERENCES accounts (id),
    session_id      uuid        CONSTRAINT audit_event_session_fkey REFERENCES sessions (id),
    api_token_id    uuid        CONSTRAINT audit_event_api_token_fkey REFERENCES api_tokens (id),
    action          text        NOT NULL CONSTRAINT audit_event_action_shape CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject_id      uuid,
    use_case_id     uuid,
    before          json,
    after           json,
    previous_hash   bytea       NOT NULL CONSTRAINT audit_event_previous_hash_length CHECK (octet_length(previous_hash) = 32),
    hash            bytea       NOT NULL CONSTRAINT audit_event_hash_length CHECK (octet_length(hash) = 32),
    CONSTRAINT audit_event_pkey PRIMARY KEY (workspace_id, seq),
    CONSTRAINT audit_event_session_or_token CHECK (num_nonnulls(session_id, api_token_id) <= 1)
);
CREATE INDEX audit_event_of_use_case ON audit_events (workspace_id, use_case_id, seq DESC) WHERE use_case_id IS NOT NULL;

COMMENT ON TABLE audit_events IS 'Every change of a workspace: who, what, before, after, when, from where. Append-only and hash-chained.';
COMMENT ON COLUMN audit_events.workspace_id IS 'Workspace it happened in; each has a chain of its own.';
COMMENT ON COLUMN audit_events.seq IS '1 for the first event, then one more each time, without gaps, in the order of commits.';
COMMENT ON COLUMN audit_events.at IS 'When it happened, by the clock of the database, to the microsecond.';
COMMENT ON COLUMN audit_events.account_id IS 'Who did it; NULL for the product itself.';
COMMENT ON COLUMN audit_events.session_id IS 'The session it came through, if one.';
COMMENT ON COLUMN audit_events.api_token_id IS 'The API token it came through, if one.';
COMMENT ON COLUMN audit_events.action IS 'What was done, as subject.verb, e.g. use_case.revised.';
COMMENT ON COLUMN audit_events.subject_id IS 'What it was done to; which table follows from the action.';
COMMENT ON COLUMN audit_events.use_case_id IS 'The use case it concerns, if one: its timeline is drawn from these.';
COMMENT ON COLUMN audit_events.before IS 'What was there before, as far as it changed; NULL if nothing. Type json because it keeps every byte.';
COMMENT ON COLUMN audit_events.after IS 'What is there now, as far as it changed; NULL if nothing.';
COMMENT ON COLUMN audit_events.previous_hash IS 'Hash of the event before; 32 zero bytes for the first.';
COMMENT ON COLUMN audit_events.hash IS 'SHA-256 over previous_hash and everything else in this row.';

CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Tells every server that something happened; it reads the event itself, under the rules of whoever watches.
CREATE FUNCTION announce_audit_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('parsimony_events', NEW.workspace_id::text || ' ' || NEW.seq::text);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION announce_audit_event() IS 'Trigger of audit_events: wakes the servers that listen.';
CREATE TRIGGER audit_events_announced AFTER INSERT ON audit_events
    FOR EACH ROW EXECUTE FUNCTION announce_audit_event();

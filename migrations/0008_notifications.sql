-- How people learn of what others did: notifications in the product, e-mails, and who looks at what now.

CREATE TABLE notifications (
    id              uuid        NOT NULL CONSTRAINT notification_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT notification_workspace_fkey REFERENCES workspaces (id),
    account_id      uuid        NOT NULL CONSTRAINT notification_account_fkey REFERENCES accounts (id),
    seq             bigint      NOT NULL,
    reason          text        NOT NULL CONSTRAINT notification_reason_shape CHECK (reason ~ '^[a-z_]+$'),
    use_case_id     uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    read_at         timestamptz,
    mailed_at       timestamptz,
    CONSTRAINT notification_event_fkey FOREIGN KEY (workspace_id, seq) REFERENCES audit_events (workspace_id, seq),
    CONSTRAINT notification_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id)
);
CREATE INDEX notification_of_account ON notifications (workspace_id, account_id, created_at DESC);
CREATE INDEX notification_unread ON notifications (workspace_id, account_id) WHERE read_at IS NULL;

COMMENT ON TABLE notifications IS 'What one person should hear of.';
COMMENT ON COLUMN notifications.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN notifications.workspace_id IS 'Workspace it happened in.';
COMMENT ON COLUMN notifications.account_id IS 'Who should hear of it.';
COMMENT ON COLUMN notifications.seq IS 'The audit event it is about.';
COMMENT ON COLUMN notifications.reason IS 'Why this person: review_wanted, review_answered, mentioned, replied, reopened.';
COMMENT ON COLUMN notifications.use_case_id IS 'The use case it is about, if one.';
COMMENT ON COLUMN notifications.created_at IS 'When it was made.';
COMMENT ON COLUMN notifications.read_at IS 'When it was read; NULL until then.';
COMMENT ON COLUMN notifications.mailed_at IS 'When an e-mail about it was written; NULL where e-mail is not set up, or it was read before.';
CREATE INDEX notification_unmailed ON notifications (created_at) WHERE mailed_at IS NULL AND read_at IS NULL;

CREATE TABLE emails (
    id              uuid        NOT NULL CONSTRAINT email_pkey PRIMARY KEY,
    workspace_id    uuid        CONSTRAINT email_workspace_fkey REFERENCES workspaces (id),
    recipient       text        NOT NULL CONSTRAINT email_recipient_length CHECK (char_length(recipient) BETWEEN 3 AND 254),
    subject         text        NOT NULL CONSTRAINT email_subject_length CHECK (char_length(subject) BETWEEN 1 AND 200),
    body            text        NOT NULL CONSTRAINT email_body_length CHECK (char_length(body) <= 20000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    attempts        integer     NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    sent_at         timestamptz,
    failed_at       timestamptz,
    problem         text
);
CREATE INDEX email_due ON emails (next_attempt_at) WHERE sent_at IS NULL AND failed_at IS NULL;

COMMENT ON TABLE emails IS 'E-mails to be sent, written in the transaction they speak of, so that none is lost and none is sent for what did not happen.';
COMMENT ON COLUMN emails.id IS 'UUIDv7 made by the server; also the message id, so that a repeated sending can be recognised.';
COMMENT ON COLUMN emails.workspace_id IS 'Workspace it is about; NULL for one about the account itself.';
COMMENT ON COLUMN emails.recipient IS 'Address it goes to.';
COMMENT ON COLUMN emails.subject IS 'Subject line.';
COMMENT ON COLUMN emails.body IS 'Plain text.';
COMMENT ON COLUMN emails.created_at IS 'When it was written.';
COMMENT ON COLUMN emails.attempts IS 'How often sending was tried.';
COMMENT ON COLUMN emails.next_attempt_at IS 'When it is tried next.';
COMMENT ON COLUMN emails.sent_at IS 'When the mail server took it; NULL until then.';
COMMENT ON COLUMN emails.failed_at IS 'When sending was given up; NULL unless it was.';
COMMENT ON COLUMN emails.problem IS 'What the mail server said the last time, if it refused.';

-- Who looks at what is worth nothing after a crash, so it need not survive one.
CREATE UNLOGGED TABLE presence (
    connection_id   uuid        NOT NULL CONSTRAINT presence_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL,
    use_case_id     uuid        NOT NULL,
    account_id      uuid        NOT NULL,
    seen_at         timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX presence_of_use_case ON presence (workspace_id, use_case_id);

COMMENT ON TABLE presence IS 'Who looks at a use case now. A row lives as long as its event stream, or a minute after its server died.';
COMMENT ON COLUMN presence.connection_id IS 'The event stream of one open page.';
COMMENT ON COLUMN presence.workspace_id IS 'Workspace of the use case.';
COMMENT ON COLUMN presence.use_case_id IS 'The use case on the page.';
COMMENT ON COLUMN presence.account_id IS 'Who looks.';
COMMENT ON COLUMN presence.seen_at IS 'When the stream was last known to be open.';

CREATE FUNCTION announce_presence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed presence := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM pg_notify('parsimony_presence', changed.workspace_id::text || ' ' || changed.use_case_id::text);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION announce_presence() IS 'Trigger of presence: tells the servers that somebody came or left.';
CREATE TRIGGER presence_announced AFTER INSERT OR DELETE ON presence
    FOR EACH ROW EXECUTE FUNCTION announce_presence();

-- People and how they get in: accounts, sessions, the workspaces they belong to, invitations, API tokens.
--
-- No secret is stored as it is. Passwords are hashed slowly because people choose them; the tokens of
-- sessions, invitations and the API are 256 random bits, for which one round of SHA-256 is enough.

CREATE TABLE accounts (
    id                  uuid        NOT NULL CONSTRAINT account_pkey PRIMARY KEY,
    email               text        NOT NULL CONSTRAINT account_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    name                text        NOT NULL CONSTRAINT account_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    password_hash       text,
    password_changed_at timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX account_email_key ON accounts (lower(email));

COMMENT ON TABLE accounts IS 'People who can sign in. An account belongs to no workspace; members says where it may work.';
COMMENT ON COLUMN accounts.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN accounts.email IS 'Address it signs in with and is written to; unique whatever the case of its letters.';
COMMENT ON COLUMN accounts.name IS 'Name as others read it.';
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id in PHC string format; NULL for an account that signs in through its organisation only.';
COMMENT ON COLUMN accounts.password_changed_at IS 'When the password was last set; NULL without one.';
COMMENT ON COLUMN accounts.created_at IS 'When it was created.';

CREATE TABLE account_identities (
    issuer      text        NOT NULL,
    subject     text        NOT NULL,
    account_id  uuid        NOT NULL CONSTRAINT account_identity_account_fkey REFERENCES accounts (id),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_identity_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_identity_of_account ON account_identities (account_id);

COMMENT ON TABLE account_identities IS 'Who an account is at an OpenID Connect provider. Keyed on issuer and subject, never on the e-mail address, which a provider may give to somebody else.';
COMMENT ON COLUMN account_identities.issuer IS 'Issuer of the ID token.';
COMMENT ON COLUMN account_identities.subject IS 'Subject of the ID token: the provider''s own name for the person.';
COMMENT ON COLUMN account_identities.account_id IS 'The account it signs in to.';
COMMENT ON COLUMN account_identities.created_at IS 'When it was linked.';

CREATE TABLE members (
    workspace_id    uuid        NOT NULL CONSTRAINT member_workspace_fkey REFERENCES workspaces (id),
    account_id      uuid        NOT NULL CONSTRAINT member_account_fkey REFERENCES accounts (id),
    role            text        NOT NULL CONSTRAINT member_role_known
                                CHECK (role IN ('viewer', 'editor', 'reviewer', 'admin')),
    joined_at       timestamptz NOT NULL DEFAULT now(),
    left_at         timestamptz,
    CONSTRAINT member_pkey PRIMARY KEY (workspace_id, account_id)
);
CREATE INDEX member_of_account ON members (account_id);

COMMENT ON TABLE members IS 'Which account works in which workspace, and what it may do there.';
COMMENT ON COLUMN members.workspace_id IS 'The workspace.';
COMMENT ON COLUMN members.account_id IS 'The account.';
COMMENT ON COLUMN members.role IS 'viewer reads; editor also changes, comments and proposes; reviewer also approves; admin also manages people and rules.';
COMMENT ON COLUMN members.joined_at IS 'When it joined, the last time.';
COMMENT ON COLUMN members.left_at IS 'When it left or was removed; NULL while it belongs. The row stays, so that what the person did keeps a name.';

-- A workspace without an admin could never be managed again. The lock on the workspace makes two admins
-- who leave at the same moment wait for each other, so that the second one is refused. It leaves the key free:
-- whoever records a change holds the audit log and needs the key, while we go on to wait for that log.
CREATE FUNCTION refuse_losing_last_admin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.role = 'admin' AND OLD.left_at IS NULL
        AND (TG_OP = 'DELETE' OR NEW.role <> 'admin' OR NEW.left_at IS NOT NULL) THEN
        PERFORM 1 FROM workspaces WHERE id = OLD.workspace_id FOR NO KEY UPDATE;
        IF NOT EXISTS (SELECT 1 FROM members WHERE workspace_id = OLD.workspace_id AND role = 'admin'
                AND left_at IS NULL AND account_id <> OLD.account_id) THEN
            RAISE EXCEPTION 'a workspace keeps at least one admin'
                USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'member_last_admin';
        END IF;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION refuse_losing_last_admin() IS 'Trigger of members: the last admin of a workspace can neither leave nor step down.';
CREATE TRIGGER members_keep_an_admin BEFORE UPDATE OR DELETE ON members
    FOR EACH ROW EXECUTE FUNCTION refuse_losing_last_admin();

CREATE TABLE sessions (
    id              uuid        NOT NULL CONSTRAINT session_pkey PRIMARY KEY,
    account_id      uuid        NOT NULL CONSTRAINT session_account_fkey REFERENCES accounts (id),
    token_hash      bytea       NOT NULL CONSTRAINT session_token_hash_key UNIQUE
                                CONSTRAINT session_token_hash_length CHECK (octet_length(token_hash) = 32),
    workspace_id    uuid        CONSTRAINT session_workspace_fkey REFERENCES workspaces (id),
    device          text        NOT NULL DEFAULT '' CONSTRAINT session_device_length CHECK (char_length(device) <= 300),
    address         text        NOT NULL DEFAULT '' CONSTRAINT session_address_length CHECK (char_length(address) <= 64),
    created_at      timestamptz NOT NULL DEFAULT now(),
    last_used_at    timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz
);
CREATE INDEX session_of_account ON sessions (account_id, last_used_at DESC);

COMMENT ON TABLE sessions IS 'Browsers that are signed in. Each sign-in makes a new one.';
COMMENT ON COLUMN sessions.id IS 'UUIDv7 made by the server; names the session in lists and in the audit log and opens nothing.';
COMMENT ON COLUMN sessions.account_id IS 'Who is signed in.';
COMMENT ON COLUMN sessions.token_hash IS 'SHA-256 of the 256-bit random token in the cookie.';
COMMENT ON COLUMN sessions.workspace_id IS 'Workspace it works in at present; NULL until one was chosen. Whether the account may still work there is asked at every request.';
COMMENT ON COLUMN sessions.device IS 'What the browser said it is, cut to 300 characters, so that people recognise their own.';
COMMENT ON COLUMN sessions.address IS 'Network address it was made from.';
COMMENT ON COLUMN sessions.created_at IS 'When somebody signed in.';
COMMENT ON COLUMN sessions.last_used_at IS 'When it was last used, to the minute.';
COMMENT ON COLUMN sessions.expires_at IS 'When it ends by itself.';
COMMENT ON COLUMN sessions.revoked_at IS 'When it was ended by signing out or from the settings; NULL while it lives.';

CREATE TABLE invitations (
    id              uuid        NOT NULL CONSTRAINT invitation_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT invitation_workspace_fkey REFERENCES workspaces (id),
    token_hash      bytea       NOT NULL CONSTRAINT invitation_token_hash_key UNIQUE
                                CONSTRAINT invitation_token_hash_length CHECK (octet_length(token_hash) = 32),
    role            text        NOT NULL CONSTRAINT invitation_role_known
                                CHECK (role IN ('viewer', 'editor', 'reviewer', 'admin')),
    email           text        CONSTRAINT invitation_email_length CHECK (char_length(email) BETWEEN 3 AND 254),
    invited_by      uuid        CONSTRAINT invitation_invited_by_fkey REFERENCES accounts (id),
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    accepted_at     timestamptz,
    accepted_by     uuid        CONSTRAINT invitation_accepted_by_fkey REFERENCES accounts (id),
    revoked_at      timestamptz,
    CONSTRAINT invitation_accepted_by_someone CHECK ((accepted_at IS NULL) = (accepted_by IS NULL))
);
CREATE INDEX invitation_of_workspace ON invitations (workspace_id, created_at DESC);

COMMENT ON TABLE invitations IS 'Links that let one person into a workspace, once.';
COMMENT ON COLUMN invitations.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN invitations.workspace_id IS 'Workspace it leads into.';
COMMENT ON COLUMN invitations.token_hash IS 'SHA-256 of the 256-bit random token in the link.';
COMMENT ON COLUMN invitations.role IS 'Role the person gets.';
COMMENT ON COLUMN invitations.email IS 'Whom it is meant for; NULL for whoever holds the link.';
COMMENT ON COLUMN invitations.invited_by IS 'Admin who made it; NULL for the link the server prints while there is no account at all.';
COMMENT ON COLUMN invitations.created_at IS 'When it was made.';
COMMENT ON COLUMN invitations.expires_at IS 'When it stops working.';
COMMENT ON COLUMN invitations.accepted_at IS 'When it was used; NULL until then.';
COMMENT ON COLUMN invitations.accepted_by IS 'Who used it.';
COMMENT ON COLUMN invitations.revoked_at IS 'When it was withdrawn; NULL while it works.';

CREATE TABLE api_tokens (
    id              uuid        NOT NULL CONSTRAINT api_token_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT api_token_workspace_fkey REFERENCES workspaces (id),
    account_id      uuid        NOT NULL CONSTRAINT api_token_account_fkey REFERENCES accounts (id),
    name            text        NOT NULL CONSTRAINT api_token_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    token_hash      bytea       NOT NULL CONSTRAINT api_token_token_hash_key UNIQUE
                                CONSTRAINT api_token_token_hash_length CHECK (octet_length(token_hash) = 32),
    may_write       boolean     NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    last_used_at    timestamptz,
    revoked_at      timestamptz
);
CREATE INDEX api_token_of_workspace ON api_tokens (workspace_id, created_at DESC);

COMMENT ON TABLE api_tokens IS 'Secrets with which programs use the JSON API in an account''s name, in one workspace.';
COMMENT ON COLUMN api_tokens.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN api_tokens.workspace_id IS 'The only workspace it opens.';
COMMENT ON COLUMN api_tokens.account_id IS 'In whose name it acts; it can never do more than that account''s role allows at the time.';
COMMENT ON COLUMN api_tokens.name IS 'What it is for, in its owner''s words.';
COMMENT ON COLUMN api_tokens.token_hash IS 'SHA-256 of the 256-bit random token, which is shown once and stored nowhere.';
COMMENT ON COLUMN api_tokens.may_write IS 'Whether it may change anything.';
COMMENT ON COLUMN api_tokens.created_at IS 'When it was made.';
COMMENT ON COLUMN api_tokens.expires_at IS 'When it stops working.';
COMMENT ON COLUMN api_tokens.last_used_at IS 'When it was last used, to the minute; NULL if never.';
COMMENT ON COLUMN api_tokens.revoked_at IS 'When it was withdrawn; NULL while it works.';

CREATE TABLE rate_limits (
    bucket      bytea       NOT NULL CONSTRAINT rate_limit_pkey PRIMARY KEY,
    started_at  timestamptz NOT NULL DEFAULT now(),
    count       integer     NOT NULL CONSTRAINT rate_limit_count_positive CHECK (count > 0)
);
CREATE INDEX rate_limit_by_age ON rate_limits (started_at);

COMMENT ON TABLE rate_limits IS 'How often something was tried lately. In the database because several servers share one limit.';
COMMENT ON COLUMN rate_limits.bucket IS 'SHA-256 of what is counted: the kind of attempt and who made it (an address or an e-mail), so that the table names nobody.';
COMMENT ON COLUMN rate_limits.started_at IS 'When counting began; a window that is over starts again.';
COMMENT ON COLUMN rate_limits.count IS 'Attempts since then.';

-- Who made what. NULL for what the product made itself, and for rows older than accounts.
ALTER TABLE portfolios ADD COLUMN created_by uuid CONSTRAINT portfolio_created_by_fkey REFERENCES accounts (id);
ALTER TABLE use_cases ADD COLUMN created_by uuid CONSTRAINT use_case_created_by_fkey REFERENCES accounts (id);
ALTER TABLE use_case_revisions ADD COLUMN created_by uuid CONSTRAINT revision_created_by_fkey REFERENCES accounts (id);
ALTER TABLE scenarios ADD COLUMN created_by uuid CONSTRAINT scenario_created_by_fkey REFERENCES accounts (id);
COMMENT ON COLUMN portfolios.created_by IS 'Account that created it; NULL for the product itself.';
COMMENT ON COLUMN use_cases.created_by IS 'Account that created it; NULL for the product itself.';
COMMENT ON COLUMN use_case_revisions.created_by IS 'Account that saved it; NULL for the product itself.';
COMMENT ON COLUMN scenarios.created_by IS 'Account that shared it; NULL for a visitor without one.';

-- A visitor without an account can share a decision too. Such a scenario belongs to no team, so it stands in
-- a workspace of its own that nobody is a member of; the visitor's browser keeps a secret to find it again.
ALTER TABLE scenarios ADD COLUMN visitor_hash bytea
    CONSTRAINT scenario_visitor_hash_length CHECK (octet_length(visitor_hash) = 32);
COMMENT ON COLUMN scenarios.visitor_hash IS 'SHA-256 of the secret in the browser of a visitor without an account, who can list and revoke what it shared; NULL otherwise.';
CREATE INDEX scenario_of_visitor ON scenarios (visitor_hash, created_at DESC) WHERE visitor_hash IS NOT NULL;

INSERT INTO workspaces (id, slug, name) VALUES ('00000000-0000-7000-8000-000000000001', 'visitors', 'Visitors')
    ON CONFLICT DO NOTHING;

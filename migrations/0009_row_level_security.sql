-- Isolation in depth. Every query names its workspace; should one ever forget to, Postgres itself hides the
-- rows of other workspaces. Requests work as the role parsimony_app, which owns nothing, bypasses nothing and
-- deletes nothing of the record. Who owns the tables migrates, seeds and runs the jobs that span workspaces.
--
-- A connection says where it works with three settings: parsimony.workspace (an id), parsimony.account (an
-- id), parsimony.token (a token's hash in hexadecimal: whoever holds a token may see what it opens).

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'parsimony_app') THEN
        BEGIN
            CREATE ROLE parsimony_app NOLOGIN NOINHERIT NOBYPASSRLS;
        EXCEPTION
            -- Another database of the same cluster was quicker.
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the database user may not create roles: let an administrator of the database run'
                    ' CREATE ROLE parsimony_app NOLOGIN NOINHERIT; GRANT parsimony_app TO %;', quote_ident(current_user)
                    USING ERRCODE = 'insufficient_privilege';
        END;
    END IF;
    -- A superuser may take on any role; everybody else must be a member.
    IF NOT pg_has_role(current_user, 'parsimony_app', 'MEMBER') THEN
        EXECUTE format('GRANT parsimony_app TO %I', current_user);
    END IF;
END
$$;

CREATE FUNCTION current_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('parsimony.workspace', true), '')::uuid;
CREATE FUNCTION current_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('parsimony.account', true), '')::uuid;
CREATE FUNCTION current_token() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN decode(nullif(current_setting('parsimony.token', true), ''), 'hex');
COMMENT ON FUNCTION current_workspace() IS 'Workspace this connection works in; NULL for none.';
COMMENT ON FUNCTION current_account() IS 'Account this connection works for; NULL for none.';
COMMENT ON FUNCTION current_token() IS 'Hash of the token this connection was asked to open; NULL for none.';

-- Tables in which every row belongs to one workspace and nobody else has business.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['portfolios', 'use_cases', 'use_case_revisions', 'decisions', 'audit_events',
        'review_rules', 'reviews', 'review_events', 'comments', 'comment_versions', 'notifications', 'presence']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_workspace ON %I TO parsimony_app
            USING (workspace_id = (SELECT current_workspace()))', name);
    END LOOP;
END
$$;

-- Built-in price books and policies are shared; a workspace's own are its own.
ALTER TABLE price_books ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON price_books FOR SELECT TO parsimony_app
    USING (workspace_id IS NULL OR workspace_id = (SELECT current_workspace()));
CREATE POLICY of_workspace ON price_books FOR INSERT TO parsimony_app
    WITH CHECK (workspace_id = (SELECT current_workspace()));
ALTER TABLE prices ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON prices FOR SELECT TO parsimony_app
    USING (EXISTS (SELECT 1 FROM price_books b WHERE b.id = price_book_id));
CREATE POLICY of_workspace ON prices FOR INSERT TO parsimony_app
    WITH CHECK (EXISTS (SELECT 1 FROM price_books b
        WHERE b.id = price_book_id AND b.workspace_id = (SELECT current_workspace())));
ALTER TABLE policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON policies FOR SELECT TO parsimony_app
    USING (workspace_id IS NULL OR workspace_id = (SELECT current_workspace()));
CREATE POLICY of_workspace ON policies FOR INSERT TO parsimony_app
    WITH CHECK (workspace_id = (SELECT current_workspace()));

-- A person sees the workspaces it works in, and itself in each.
ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON workspaces FOR SELECT TO parsimony_app
    USING (id = (SELECT current_workspace())
        OR id IN (SELECT m.workspace_id FROM members m
            WHERE m.account_id = (SELECT current_account()) AND m.left_at IS NULL));
CREATE POLICY founded ON workspaces FOR INSERT TO parsimony_app WITH CHECK (id = (SELECT current_workspace()));
CREATE POLICY of_workspace ON workspaces FOR UPDATE TO parsimony_app USING (id = (SELECT current_workspace()));
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON members FOR SELECT TO parsimony_app
    USING (workspace_id = (SELECT current_workspace()) OR account_id = (SELECT current_account()));
CREATE POLICY added ON members FOR INSERT TO parsimony_app WITH CHECK (workspace_id = (SELECT current_workspace()));
CREATE POLICY changed ON members FOR UPDATE TO parsimony_app USING (workspace_id = (SELECT current_workspace()));

-- Whoever holds the secret of a link or token may see what it opens, wherever it belongs, and change none of it.
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON invitations TO parsimony_app USING (workspace_id = (SELECT current_workspace()));
CREATE POLICY opened ON invitations FOR SELECT TO parsimony_app USING (token_hash = (SELECT current_token()));
ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON api_tokens TO parsimony_app USING (workspace_id = (SELECT current_workspace()));
CREATE POLICY opened ON api_tokens FOR SELECT TO parsimony_app USING (token_hash = (SELECT current_token()));
ALTER TABLE scenarios ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON scenarios TO parsimony_app USING (workspace_id = (SELECT current_workspace()));
CREATE POLICY opened ON scenarios FOR SELECT TO parsimony_app USING (token_hash = (SELECT current_token()));
-- A visitor shares and withdraws in the visitors' workspace, and in no team's.
CREATE POLICY of_visitor ON scenarios TO parsimony_app
    USING (visitor_hash = (SELECT current_token()) AND workspace_id = '00000000-0000-7000-8000-000000000001');

-- A person's own.
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON sessions TO parsimony_app USING (account_id = (SELECT current_account()));
CREATE POLICY opened ON sessions FOR SELECT TO parsimony_app USING (token_hash = (SELECT current_token()));
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
-- Names are read together with what people did, also after they left. Signing in, which must find an account
-- before it knows whose it is, is done by the owner of the tables.
CREATE POLICY own ON accounts TO parsimony_app USING (id = (SELECT current_account()));
CREATE POLICY colleagues ON accounts FOR SELECT TO parsimony_app
    USING (id IN (SELECT m.account_id FROM members m WHERE m.workspace_id = (SELECT current_workspace())));

-- Requests write e-mails about their workspace or an account; only the job that sends them reads any.
ALTER TABLE emails ENABLE ROW LEVEL SECURITY;
CREATE POLICY written ON emails FOR INSERT TO parsimony_app
    WITH CHECK (workspace_id IS NULL OR workspace_id = (SELECT current_workspace()));

GRANT USAGE ON SCHEMA public TO parsimony_app;
GRANT SELECT, INSERT, UPDATE ON workspaces, portfolios, use_cases, scenarios, members, sessions, invitations,
    api_tokens, accounts, reviews, comments, notifications, presence TO parsimony_app;
GRANT SELECT, INSERT ON price_books, prices, policies, use_case_revisions, decisions, audit_events,
    review_rules, review_events, comment_versions TO parsimony_app;
GRANT INSERT ON emails TO parsimony_app;
GRANT DELETE ON presence TO parsimony_app;

-- What a team works on: portfolios of use cases, the inputs of each in revisions, and what the engine
-- decided about each revision. Revisions and decisions only ever grow in number.
--
-- Foreign keys carry the workspace, so that a row cannot refer to one of another workspace even if a
-- query forgets to ask.

CREATE TABLE portfolios (
    id              uuid        NOT NULL CONSTRAINT portfolio_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT portfolio_workspace_fkey REFERENCES workspaces (id),
    name            text        NOT NULL CONSTRAINT portfolio_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    description     text        NOT NULL DEFAULT ''
                                CONSTRAINT portfolio_description_length CHECK (char_length(description) <= 2000),
    archived_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_workspace_id_key UNIQUE (workspace_id, id)
);

COMMENT ON TABLE portfolios IS 'A named list of use cases.';
COMMENT ON COLUMN portfolios.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN portfolios.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN portfolios.name IS 'Name; unique among the workspace''s portfolios that are not archived, whatever the case of its letters.';
COMMENT ON COLUMN portfolios.description IS 'What the list is for; empty if nobody said.';
COMMENT ON COLUMN portfolios.archived_at IS 'When it was put away; NULL while in use. Nothing is deleted, so archiving can be undone.';
COMMENT ON COLUMN portfolios.created_at IS 'When it was created.';
COMMENT ON COLUMN portfolios.updated_at IS 'When its name, description or archiving last changed.';

CREATE UNIQUE INDEX portfolio_name_key ON portfolios (workspace_id, lower(name)) WHERE archived_at IS NULL;

CREATE TABLE use_cases (
    id              uuid        NOT NULL CONSTRAINT use_case_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL CONSTRAINT use_case_workspace_fkey REFERENCES workspaces (id),
    portfolio_id    uuid        NOT NULL,
    name            text        NOT NULL,
    revision        integer     NOT NULL,
    decision_id     uuid        NOT NULL,
    archived_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT use_case_workspace_id_key UNIQUE (workspace_id, id),
    CONSTRAINT use_case_portfolio_fkey FOREIGN KEY (workspace_id, portfolio_id) REFERENCES portfolios (workspace_id, id)
);

COMMENT ON TABLE use_cases IS 'One task of a portfolio. Its inputs are in use_case_revisions; this row says which are current.';
COMMENT ON COLUMN use_cases.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN use_cases.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN use_cases.portfolio_id IS 'Portfolio it stands in.';
COMMENT ON COLUMN use_cases.name IS 'Name in the current revision, or a stand-in where none was given; repeated here so that lists need not open the inputs.';
COMMENT ON COLUMN use_cases.revision IS 'Number of the current revision. Whoever saves must name the number they started from.';
COMMENT ON COLUMN use_cases.decision_id IS 'The decision shown for it today, made for the current revision.';
COMMENT ON COLUMN use_cases.archived_at IS 'When it was put away; NULL while in use.';
COMMENT ON COLUMN use_cases.created_at IS 'When it was created.';
COMMENT ON COLUMN use_cases.updated_at IS 'When it last gained a revision or was archived or restored.';

CREATE INDEX use_case_of_portfolio ON use_cases (workspace_id, portfolio_id);

CREATE TABLE use_case_revisions (
    id              uuid        NOT NULL CONSTRAINT revision_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL,
    use_case_id     uuid        NOT NULL,
    number          integer     NOT NULL CONSTRAINT revision_number_positive CHECK (number > 0),
    inputs          json        NOT NULL,
    note            text        NOT NULL DEFAULT '' CONSTRAINT revision_note_length CHECK (char_length(note) <= 1000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT revision_of_use_case_key UNIQUE (workspace_id, use_case_id, id),
    CONSTRAINT revision_number_key UNIQUE (workspace_id, use_case_id, number),
    CONSTRAINT revision_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id)
);

COMMENT ON TABLE use_case_revisions IS 'Every version of a use case''s inputs. Append-only.';
COMMENT ON COLUMN use_case_revisions.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN use_case_revisions.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN use_case_revisions.use_case_id IS 'The use case it is a version of.';
COMMENT ON COLUMN use_case_revisions.number IS '1 for the first version, then one more each time.';
COMMENT ON COLUMN use_case_revisions.inputs IS 'All inputs, as the engine reads them. Type json, not jsonb, because it keeps every byte.';
COMMENT ON COLUMN use_case_revisions.note IS 'Why it changed, in the words of whoever saved it; empty if nothing was said.';
COMMENT ON COLUMN use_case_revisions.created_at IS 'When it was saved.';

CREATE TABLE decisions (
    id                  uuid        NOT NULL CONSTRAINT decision_pkey PRIMARY KEY,
    workspace_id        uuid        NOT NULL,
    use_case_id         uuid        NOT NULL,
    revision_id         uuid        NOT NULL,
    policy_scope        uuid        NOT NULL,
    policy_id           uuid        NOT NULL,
    price_book_scope    uuid        NOT NULL,
    price_book_id       uuid        NOT NULL,
    engine_version      text        NOT NULL,
    content_hash        text        NOT NULL CONSTRAINT decision_content_hash_shape CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    document            json        NOT NULL,
    summary             jsonb       NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT decision_of_use_case_key UNIQUE (workspace_id, use_case_id, id),
    CONSTRAINT decision_revision_fkey FOREIGN KEY (workspace_id, use_case_id, revision_id)
        REFERENCES use_case_revisions (workspace_id, use_case_id, id),
    CONSTRAINT decision_policy_scope_visible
        CHECK (policy_scope IN (workspace_id, '00000000-0000-0000-0000-000000000000')),
    CONSTRAINT decision_policy_fkey FOREIGN KEY (policy_scope, policy_id) REFERENCES policies (scope, id),
    CONSTRAINT decision_price_book_scope_visible
        CHECK (price_book_scope IN (workspace_id, '00000000-0000-0000-0000-000000000000')),
    CONSTRAINT decision_price_book_fkey FOREIGN KEY (price_book_scope, price_book_id) REFERENCES price_books (scope, id)
);

COMMENT ON TABLE decisions IS 'What the engine answered for a revision, with everything it was made from. Append-only: a decision is never recomputed in place.';
COMMENT ON COLUMN decisions.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN decisions.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN decisions.use_case_id IS 'The use case it is about.';
COMMENT ON COLUMN decisions.revision_id IS 'The revision whose inputs it was made from.';
COMMENT ON COLUMN decisions.policy_scope IS 'Where the policy lives: this workspace, or the nil UUID for the shared ones.';
COMMENT ON COLUMN decisions.policy_id IS 'The policy it was made with.';
COMMENT ON COLUMN decisions.price_book_scope IS 'Where the price book lives: this workspace, or the nil UUID for the shared ones.';
COMMENT ON COLUMN decisions.price_book_id IS 'The price book it was made with.';
COMMENT ON COLUMN decisions.engine_version IS 'Version of the engine that made it; also tells a later release how to read the document.';
COMMENT ON COLUMN decisions.content_hash IS 'SHA-256 in hexadecimal over material inputs, policy, price book and engine version.';
COMMENT ON COLUMN decisions.document IS 'The whole decision. Type json, not jsonb, because it keeps every byte.';
COMMENT ON COLUMN decisions.summary IS 'The few figures that lists and totals need, so that they never open the document. Amounts are US dollars.';
COMMENT ON COLUMN decisions.created_at IS 'When it was made.';

CREATE INDEX decision_of_revision ON decisions (workspace_id, revision_id);

-- A use case is created together with its first revision and decision, each naming the other: these two
-- keys are therefore checked when the transaction commits.
ALTER TABLE use_cases
    ADD CONSTRAINT use_case_revision_fkey FOREIGN KEY (workspace_id, id, revision)
        REFERENCES use_case_revisions (workspace_id, use_case_id, number) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT use_case_decision_fkey FOREIGN KEY (workspace_id, id, decision_id)
        REFERENCES decisions (workspace_id, use_case_id, id) DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER use_case_revisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON use_case_revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Review of a use case's classification: the rule of a workspace, what happened in each review, what people
-- said. The state of a review follows from its events; the columns of "reviews" repeat it so that queues
-- need not replay them.

CREATE TABLE review_rules (
    workspace_id    uuid        NOT NULL CONSTRAINT review_rule_workspace_fkey REFERENCES workspaces (id),
    number          integer     NOT NULL CONSTRAINT review_rule_number_positive CHECK (number > 0),
    rule            json        NOT NULL,
    created_by      uuid        CONSTRAINT review_rule_created_by_fkey REFERENCES accounts (id),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT review_rule_pkey PRIMARY KEY (workspace_id, number)
);

COMMENT ON TABLE review_rules IS 'Versions of a workspace''s rule for approvals. Append-only; the highest number holds. Without any, the built-in rule holds.';
COMMENT ON COLUMN review_rules.workspace_id IS 'The workspace.';
COMMENT ON COLUMN review_rules.number IS '1 for the first version, then one more each time.';
COMMENT ON COLUMN review_rules.rule IS 'The rule, as the engine reads it.';
COMMENT ON COLUMN review_rules.created_by IS 'Admin who set it.';
COMMENT ON COLUMN review_rules.created_at IS 'When it was set.';
CREATE TRIGGER review_rules_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_rules
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE reviews (
    workspace_id            uuid        NOT NULL,
    use_case_id             uuid        NOT NULL,
    state                   text        NOT NULL CONSTRAINT review_state_known CHECK (state IN
                                        ('draft', 'proposed', 'changes_requested', 'approved', 'superseded', 'withdrawn')),
    events                  integer     NOT NULL CONSTRAINT review_events_positive CHECK (events > 0),
    content_hash            text,
    revision                integer,
    proposed_by             uuid        CONSTRAINT review_proposed_by_fkey REFERENCES accounts (id),
    proposed_at             timestamptz,
    due_at                  timestamptz,
    approved_by             uuid[]      NOT NULL DEFAULT '{}',
    approvals_missing       integer     NOT NULL DEFAULT 0,
    waits_for               uuid[],
    excluded                uuid[]      NOT NULL DEFAULT '{}',
    approved_revision       integer,
    approved_decision_id    uuid,
    override_option         text,
    override_expires_at     timestamptz,
    updated_at              timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT review_pkey PRIMARY KEY (workspace_id, use_case_id),
    CONSTRAINT review_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id)
);
CREATE INDEX review_queue ON reviews (workspace_id, state, due_at);
CREATE INDEX review_override_expiry ON reviews (override_expires_at) WHERE override_expires_at IS NOT NULL;

COMMENT ON TABLE reviews IS 'Where the review of each use case stands; a use case that was never proposed has no row and is a draft.';
COMMENT ON COLUMN reviews.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN reviews.use_case_id IS 'The use case under review.';
COMMENT ON COLUMN reviews.state IS 'State that its events lead to.';
COMMENT ON COLUMN reviews.events IS 'How many events there are; whoever adds one must have seen this many.';
COMMENT ON COLUMN reviews.content_hash IS 'Content hash of the decision last proposed.';
COMMENT ON COLUMN reviews.revision IS 'Revision last proposed.';
COMMENT ON COLUMN reviews.proposed_by IS 'Who proposed it.';
COMMENT ON COLUMN reviews.proposed_at IS 'When.';
COMMENT ON COLUMN reviews.due_at IS 'By when reviewers should have answered.';
COMMENT ON COLUMN reviews.approved_by IS 'Accounts whose approvals count for the current content.';
COMMENT ON COLUMN reviews.approvals_missing IS 'Approvals still needed.';
COMMENT ON COLUMN reviews.waits_for IS 'Reviewers who were named by the rule at the time; NULL for any.';
COMMENT ON COLUMN reviews.excluded IS 'Who may not approve it: whoever wrote and proposed it, unless the rule lets them.';
COMMENT ON COLUMN reviews.approved_revision IS 'Revision that was last approved; NULL if none ever was.';
COMMENT ON COLUMN reviews.approved_decision_id IS 'Decision that was last approved; NULL if none ever was.';
COMMENT ON COLUMN reviews.override_option IS 'Option that reviewers put in the place of the engine''s, while that override holds.';
COMMENT ON COLUMN reviews.override_expires_at IS 'When the override ends by itself.';
COMMENT ON COLUMN reviews.updated_at IS 'When it last moved.';

CREATE TABLE review_events (
    workspace_id    uuid        NOT NULL,
    use_case_id     uuid        NOT NULL,
    number          integer     NOT NULL CONSTRAINT review_event_number_positive CHECK (number > 0),
    event           json        NOT NULL,
    account_id      uuid        CONSTRAINT review_event_account_fkey REFERENCES accounts (id),
    decision_id     uuid,
    at              timestamptz NOT NULL,
    CONSTRAINT review_event_pkey PRIMARY KEY (workspace_id, use_case_id, number),
    CONSTRAINT review_event_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id),
    CONSTRAINT review_event_decision_fkey FOREIGN KEY (workspace_id, use_case_id, decision_id)
        REFERENCES decisions (workspace_id, use_case_id, id)
);

COMMENT ON TABLE review_events IS 'What happened in the review of a use case, in order. Append-only: a review is the sum of its events.';
COMMENT ON COLUMN review_events.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN review_events.use_case_id IS 'The use case under review.';
COMMENT ON COLUMN review_events.number IS '1 for the first event, then one more each time.';
COMMENT ON COLUMN review_events.event IS 'The event, as the review model reads it.';
COMMENT ON COLUMN review_events.account_id IS 'Who did it; NULL for the product itself (an override that expired, new prices).';
COMMENT ON COLUMN review_events.decision_id IS 'Decision that was current when it happened.';
COMMENT ON COLUMN review_events.at IS 'When it happened.';
CREATE TRIGGER review_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE comments (
    id              uuid        NOT NULL CONSTRAINT comment_pkey PRIMARY KEY,
    workspace_id    uuid        NOT NULL,
    use_case_id     uuid        NOT NULL,
    parent_id       uuid,
    about           text        CONSTRAINT comment_about_length CHECK (char_length(about) BETWEEN 1 AND 64),
    account_id      uuid        NOT NULL CONSTRAINT comment_account_fkey REFERENCES accounts (id),
    versions        integer     NOT NULL DEFAULT 1 CONSTRAINT comment_versions_positive CHECK (versions > 0),
    created_at      timestamptz NOT NULL DEFAULT now(),
    withdrawn_at    timestamptz,
    CONSTRAINT comment_of_use_case_key UNIQUE (workspace_id, use_case_id, id),
    CONSTRAINT comment_use_case_fkey FOREIGN KEY (workspace_id, use_case_id) REFERENCES use_cases (workspace_id, id),
    CONSTRAINT comment_parent_fkey FOREIGN KEY (workspace_id, use_case_id, parent_id)
        REFERENCES comments (workspace_id, use_case_id, id)
);
CREATE INDEX comment_by_time ON comments (workspace_id, use_case_id, created_at);

COMMENT ON TABLE comments IS 'What people say about a use case, in threads. The words are in comment_versions.';
COMMENT ON COLUMN comments.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN comments.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN comments.use_case_id IS 'The use case it is about.';
COMMENT ON COLUMN comments.parent_id IS 'Comment it answers; NULL for one that starts a thread.';
COMMENT ON COLUMN comments.about IS 'Key of the input or dimension it is about; NULL for the use case as a whole.';
COMMENT ON COLUMN comments.account_id IS 'Who wrote it.';
COMMENT ON COLUMN comments.versions IS 'How many versions of its words there are; the highest is shown.';
COMMENT ON COLUMN comments.created_at IS 'When it was written.';
COMMENT ON COLUMN comments.withdrawn_at IS 'When its author took it back; NULL while it stands. Its place in the thread stays.';

CREATE TABLE comment_versions (
    workspace_id    uuid        NOT NULL,
    use_case_id     uuid        NOT NULL,
    comment_id      uuid        NOT NULL,
    number          integer     NOT NULL CONSTRAINT comment_version_number_positive CHECK (number > 0),
    body            text        NOT NULL CONSTRAINT comment_version_body_length CHECK (char_length(body) BETWEEN 1 AND 10000),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT comment_version_pkey PRIMARY KEY (workspace_id, comment_id, number),
    CONSTRAINT comment_version_comment_fkey FOREIGN KEY (workspace_id, use_case_id, comment_id)
        REFERENCES comments (workspace_id, use_case_id, id)
);

COMMENT ON TABLE comment_versions IS 'The words of comments, each edit a new row. Append-only.';
COMMENT ON COLUMN comment_versions.workspace_id IS 'Workspace it belongs to.';
COMMENT ON COLUMN comment_versions.use_case_id IS 'The use case of the comment.';
COMMENT ON COLUMN comment_versions.comment_id IS 'The comment.';
COMMENT ON COLUMN comment_versions.number IS '1 for the first words, then one more each edit.';
COMMENT ON COLUMN comment_versions.body IS 'Markdown, as it was typed.';
COMMENT ON COLUMN comment_versions.created_at IS 'When it was written.';
CREATE TRIGGER comment_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON comment_versions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What decisions are made from besides the use case: prices and thresholds. Both are versioned and never
-- change; new prices are a new price book.
--
-- A row with a workspace belongs to it. A row without one is built in and shared by all. "scope" turns
-- that into one column which is never NULL, so that other tables can refer to (scope, id) and check that
-- the scope is either their own workspace or the shared one: no row can point into another workspace.

CREATE TABLE price_books (
    id              uuid        NOT NULL CONSTRAINT price_book_pkey PRIMARY KEY,
    workspace_id    uuid        CONSTRAINT price_book_workspace_fkey REFERENCES workspaces (id),
    scope           uuid        NOT NULL GENERATED ALWAYS AS
                                (coalesce(workspace_id, '00000000-0000-0000-0000-000000000000')) STORED,
    version         text        NOT NULL CONSTRAINT price_book_version_length CHECK (char_length(version) BETWEEN 1 AND 120),
    as_of           text        NOT NULL,
    source_hash     bytea       NOT NULL CONSTRAINT price_book_source_hash_length CHECK (octet_length(source_hash) = 32),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT price_book_scope_id_key UNIQUE (scope, id),
    CONSTRAINT price_book_version_key UNIQUE (scope, version),
    CONSTRAINT price_book_source_key UNIQUE (scope, source_hash)
);

COMMENT ON TABLE price_books IS 'Dated, sourced lists of prices and hardware figures. Append-only. The current one of a scope is the newest.';
COMMENT ON COLUMN price_books.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN price_books.workspace_id IS 'Workspace that owns the price book; NULL for built-in ones, which all workspaces share.';
COMMENT ON COLUMN price_books.scope IS 'The workspace, or the nil UUID where shared. What decisions refer to.';
COMMENT ON COLUMN price_books.version IS 'Version that decisions name, e.g. 2026-11-23; unique in its scope.';
COMMENT ON COLUMN price_books.as_of IS 'Date on which the prices were read, ISO 8601, as the price book writes it.';
COMMENT ON COLUMN price_books.source_hash IS 'SHA-256 of the price book''s JSON as it was handed in: the same content is never added twice.';
COMMENT ON COLUMN price_books.created_at IS 'When the row was added; decides which price book is current.';

CREATE INDEX price_book_newest ON price_books (scope, created_at DESC, id DESC);

CREATE TABLE prices (
    id                      uuid    NOT NULL CONSTRAINT price_pkey PRIMARY KEY,
    price_book_id           uuid    NOT NULL CONSTRAINT price_price_book_fkey REFERENCES price_books (id),
    kind                    text    NOT NULL CONSTRAINT price_kind_known
                                    CHECK (kind IN ('api_model', 'gpu_offer', 'serving_profile', 'latency', 'encoder')),
    position                integer NOT NULL CONSTRAINT price_position_not_negative CHECK (position >= 0),
    key                     text    NOT NULL,
    provider                text,
    class                   text,
    input_micros            bigint,
    cached_input_micros     bigint,
    output_micros           bigint,
    batch_input_micros      bigint,
    batch_output_micros     bigint,
    context_window          bigint,
    retires_on              text,
    gpu                     text,
    offer                   text,
    per_month_micros        bigint,
    model                   text,
    prefill_tps             double precision,
    decode_tps              double precision,
    ttft_ms                 double precision,
    ms_per_token            double precision,
    latency_basis           text,
    derivation              text,
    figures                 text,
    low_micros              bigint,
    likely_micros           bigint,
    high_micros             bigint,
    as_of                   text,
    source                  text    NOT NULL,
    status                  text,
    note                    text,
    CONSTRAINT price_position_key UNIQUE (price_book_id, kind, position),
    CONSTRAINT price_key_key UNIQUE (price_book_id, kind, key),
    CONSTRAINT price_columns_of_kind CHECK (CASE kind
        WHEN 'api_model' THEN num_nulls(provider, class, input_micros, output_micros, as_of, note) = 0
        WHEN 'gpu_offer' THEN num_nulls(gpu, offer, per_month_micros, as_of, status) = 0
        WHEN 'serving_profile' THEN
            num_nulls(model, gpu, prefill_tps, decode_tps, latency_basis, derivation, as_of, status) = 0
        WHEN 'latency' THEN num_nulls(ttft_ms, ms_per_token, figures, as_of) = 0
        WHEN 'encoder' THEN num_nulls(low_micros, likely_micros, high_micros) = 0
    END)
);

COMMENT ON TABLE prices IS 'One row per entry of a price book. Columns that a kind does not use are NULL. Append-only.';
COMMENT ON COLUMN prices.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN prices.price_book_id IS 'The price book the entry stands in, and through it the workspace.';
COMMENT ON COLUMN prices.kind IS 'api_model (billed per token), gpu_offer (billed per month), serving_profile (throughput of a model on a GPU), latency (published latency of an API), encoder (classifying on CPU).';
COMMENT ON COLUMN prices.position IS 'Place among the entries of its kind, from 0: lists read back in the order they were written.';
COMMENT ON COLUMN prices.key IS 'Key by which a use case names the entry; for a latency, the key of its API model.';
COMMENT ON COLUMN prices.provider IS 'api_model: who bills it.';
COMMENT ON COLUMN prices.class IS 'api_model: what kind of model it is, e.g. small API.';
COMMENT ON COLUMN prices.input_micros IS 'api_model: millionths of a US dollar per million input tokens.';
COMMENT ON COLUMN prices.cached_input_micros IS 'api_model: millionths of a US dollar per million cached input tokens; NULL where there is no such price.';
COMMENT ON COLUMN prices.output_micros IS 'api_model: millionths of a US dollar per million output tokens.';
COMMENT ON COLUMN prices.batch_input_micros IS 'api_model: millionths of a US dollar per million input tokens in batch; NULL where not offered.';
COMMENT ON COLUMN prices.batch_output_micros IS 'api_model: millionths of a US dollar per million output tokens in batch; NULL where not offered.';
COMMENT ON COLUMN prices.context_window IS 'api_model: most input tokens of one request; NULL where not stated.';
COMMENT ON COLUMN prices.retires_on IS 'api_model: announced day of retirement, ISO 8601 as the source writes it; NULL where none is announced.';
COMMENT ON COLUMN prices.gpu IS 'gpu_offer, serving_profile: GPU and memory, e.g. A10G 24GB.';
COMMENT ON COLUMN prices.offer IS 'gpu_offer: who offers it, in which form.';
COMMENT ON COLUMN prices.per_month_micros IS 'gpu_offer: millionths of a US dollar per GPU for a month of 730 hours.';
COMMENT ON COLUMN prices.model IS 'serving_profile: model and precision.';
COMMENT ON COLUMN prices.prefill_tps IS 'serving_profile: input tokens per second of one GPU at batch load.';
COMMENT ON COLUMN prices.decode_tps IS 'serving_profile: output tokens per second of one GPU at batch load.';
COMMENT ON COLUMN prices.ttft_ms IS 'serving_profile, latency: milliseconds to the first token; NULL where unknown.';
COMMENT ON COLUMN prices.ms_per_token IS 'serving_profile, latency: milliseconds per further token; NULL where unknown.';
COMMENT ON COLUMN prices.latency_basis IS 'serving_profile: where the two latency figures come from; empty if there are none.';
COMMENT ON COLUMN prices.derivation IS 'serving_profile: how the figures follow from the source.';
COMMENT ON COLUMN prices.figures IS 'latency: the published figures in words.';
COMMENT ON COLUMN prices.low_micros IS 'encoder: lowest published cost, millionths of a US dollar per million requests.';
COMMENT ON COLUMN prices.likely_micros IS 'encoder: cost used where one figure is needed, millionths of a US dollar per million requests.';
COMMENT ON COLUMN prices.high_micros IS 'encoder: highest published cost, millionths of a US dollar per million requests.';
COMMENT ON COLUMN prices.as_of IS 'When the figure was read or measured, in the words of its source; NULL for the encoder, which is as old as its price book.';
COMMENT ON COLUMN prices.source IS 'Where the figure was read.';
COMMENT ON COLUMN prices.status IS 'gpu_offer, serving_profile: how much to trust it, e.g. read, measured, derived, estimate, assumption.';
COMMENT ON COLUMN prices.note IS 'api_model: what a reader should know about the row; empty if nothing.';

CREATE TABLE policies (
    id              uuid        NOT NULL CONSTRAINT policy_pkey PRIMARY KEY,
    workspace_id    uuid        CONSTRAINT policy_workspace_fkey REFERENCES workspaces (id),
    scope           uuid        NOT NULL GENERATED ALWAYS AS
                                (coalesce(workspace_id, '00000000-0000-0000-0000-000000000000')) STORED,
    version         text        NOT NULL CONSTRAINT policy_version_length CHECK (char_length(version) BETWEEN 1 AND 120),
    thresholds      json        NOT NULL,
    source_hash     bytea       NOT NULL CONSTRAINT policy_source_hash_length CHECK (octet_length(source_hash) = 32),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT policy_scope_id_key UNIQUE (scope, id),
    CONSTRAINT policy_version_key UNIQUE (scope, version),
    CONSTRAINT policy_source_key UNIQUE (scope, source_hash)
);

COMMENT ON TABLE policies IS 'Versioned thresholds of the decision framework. Append-only. The current one of a scope is the newest.';
COMMENT ON COLUMN policies.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN policies.workspace_id IS 'Workspace that owns the policy; NULL for built-in ones, which all workspaces share.';
COMMENT ON COLUMN policies.scope IS 'The workspace, or the nil UUID where shared. What decisions refer to.';
COMMENT ON COLUMN policies.version IS 'Version that decisions name, e.g. article-1; unique in its scope.';
COMMENT ON COLUMN policies.thresholds IS 'The policy with all its thresholds, as the engine reads it. Type json, not jsonb, because it keeps every byte.';
COMMENT ON COLUMN policies.source_hash IS 'SHA-256 of the policy''s JSON as it was handed in: the same content is never added twice.';
COMMENT ON COLUMN policies.created_at IS 'When the row was added; decides which policy is current.';

CREATE INDEX policy_newest ON policies (scope, created_at DESC, id DESC);

CREATE TRIGGER price_books_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON price_books
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER prices_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON prices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policies_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policies
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

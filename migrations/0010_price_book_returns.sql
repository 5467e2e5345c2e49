-- Going back to earlier prices. A price book never changes and the same content is never added twice, so a
-- workspace that wants prices again which it had, or built-in ones, says so here.

CREATE TABLE price_book_returns (
    id                  uuid        NOT NULL CONSTRAINT price_book_return_pkey PRIMARY KEY,
    workspace_id        uuid        NOT NULL CONSTRAINT price_book_return_workspace_fkey REFERENCES workspaces (id),
    price_book_scope    uuid        NOT NULL,
    price_book_id       uuid        NOT NULL,
    created_by          uuid        CONSTRAINT price_book_return_created_by_fkey REFERENCES accounts (id),
    created_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT price_book_return_scope_visible
        CHECK (price_book_scope IN (workspace_id, '00000000-0000-0000-0000-000000000000')),
    CONSTRAINT price_book_return_price_book_fkey FOREIGN KEY (price_book_scope, price_book_id)
        REFERENCES price_books (scope, id)
);
CREATE INDEX price_book_return_newest ON price_book_returns (workspace_id, price_book_id, created_at DESC);

COMMENT ON TABLE price_book_returns IS 'When a workspace went back to a price book that was there before. Append-only. In force in a workspace is the price book that was added or returned to last.';
COMMENT ON COLUMN price_book_returns.id IS 'UUIDv7 made by the server.';
COMMENT ON COLUMN price_book_returns.workspace_id IS 'Workspace that went back.';
COMMENT ON COLUMN price_book_returns.price_book_scope IS 'Where the price book lives: this workspace, or the nil UUID for the shared ones.';
COMMENT ON COLUMN price_book_returns.price_book_id IS 'The price book.';
COMMENT ON COLUMN price_book_returns.created_by IS 'Account that did it; NULL for the product itself.';
COMMENT ON COLUMN price_book_returns.created_at IS 'When; decides, with the creation of price books, which one is in force.';
COMMENT ON COLUMN price_books.created_at IS 'When the row was added; decides, with price_book_returns, which price book is in force.';
COMMENT ON TABLE price_books IS 'Dated, sourced lists of prices and hardware figures. Append-only. In force is the one that was added last, or that a workspace returned to later.';
COMMENT ON COLUMN reviews.excluded IS 'Who may not approve it: whoever wrote, proposed or overrode it, unless the rule lets them.';
CREATE TRIGGER price_book_returns_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON price_book_returns
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE price_book_returns ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_workspace ON price_book_returns TO parsimony_app
    USING (workspace_id = (SELECT current_workspace()));
GRANT SELECT, INSERT ON price_book_returns TO parsimony_app;

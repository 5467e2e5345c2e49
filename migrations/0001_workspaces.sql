-- The space everything belongs to, and the rule that some tables only ever grow.
--
-- How this folder is kept: a release adds (tables, columns, indexes) and a later release removes what
-- nobody reads any more, so that two neighbouring releases can always share one database. A file that
-- has been released is never edited. Every table and every column has a comment.

CREATE TABLE workspaces (
    id                  uuid        NOT NULL CONSTRAINT workspace_pkey PRIMARY KEY,
    slug                text        NOT NULL CONSTRAINT workspace_slug_key UNIQUE
                                    CONSTRAINT workspace_slug_shape CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
    name                text        NOT NULL CONSTRAINT workspace_name_length CHECK (char_length(name) BETWEEN 1 AND 120),
    sample_created_at   timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE workspaces IS 'A team''s space. Until accounts exist there is one, with the slug "local".';
COMMENT ON COLUMN workspaces.id IS 'UUIDv7 made by the server. The nil UUID is reserved: it stands for "shared by all workspaces".';
COMMENT ON COLUMN workspaces.slug IS 'Short name for addresses: lower-case letters, digits and single hyphens.';
COMMENT ON COLUMN workspaces.name IS 'Name as people read it.';
COMMENT ON COLUMN workspaces.sample_created_at IS 'When the sample portfolio was put in. It is created once and never again, so that whoever archives it does not get it back. NULL until then.';
COMMENT ON COLUMN workspaces.created_at IS 'When the workspace was created.';

ALTER TABLE workspaces ADD CONSTRAINT workspace_id_not_nil CHECK (id <> '00000000-0000-0000-0000-000000000000');

-- A trigger rather than missing privileges: the server owns the tables, and an owner may grant itself anything.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only: % is refused, add a new row instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
COMMENT ON FUNCTION refuse_change() IS 'Trigger of append-only tables: history that can be rewritten proves nothing.';

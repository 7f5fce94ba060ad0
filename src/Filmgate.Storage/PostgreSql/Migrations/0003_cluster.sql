-- Who belongs to the cluster. Nothing here outlives the nodes: emptied while no node runs, it fills itself again.
CREATE TABLE cluster_version (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version integer NOT NULL CHECK (version >= 0)
);
INSERT INTO cluster_version (version) VALUES (0);

CREATE TABLE cluster_members (
    address    text PRIMARY KEY,
    status     smallint NOT NULL,
    suspects   text[] NOT NULL,
    host_name  text NOT NULL,
    node_name  text NOT NULL,
    started_at timestamptz NOT NULL,
    alive_at   timestamptz NOT NULL,
    revision   bigint NOT NULL CHECK (revision > 0)
);

-- What nodes share and nobody else may know.
CREATE TABLE secrets (
    name  text PRIMARY KEY,
    value bytea NOT NULL
);

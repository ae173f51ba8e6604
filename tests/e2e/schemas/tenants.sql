-- Every key carries the tenant: foreign keys share it, cycles go through it, some are MATCH FULL, some have columns that may be NULL.
CREATE TABLE tenant (id uuid PRIMARY KEY, slug text NOT NULL UNIQUE);
CREATE TABLE person (tenant_id uuid NOT NULL REFERENCES tenant, id integer NOT NULL, email text NOT NULL, team_id integer,
    PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email));
CREATE TABLE team (tenant_id uuid NOT NULL REFERENCES tenant, id integer NOT NULL, owner_id integer NOT NULL, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, owner_id) REFERENCES person DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE person ADD FOREIGN KEY (tenant_id, team_id) REFERENCES team;
CREATE TABLE membership (tenant_id uuid NOT NULL, person_id integer NOT NULL, team_id integer NOT NULL, role text NOT NULL CHECK (role IN ('admin', 'member')),
    PRIMARY KEY (tenant_id, person_id, team_id), FOREIGN KEY (tenant_id, person_id) REFERENCES person, FOREIGN KEY (tenant_id, team_id) REFERENCES team);
CREATE TABLE project (tenant_id uuid NOT NULL REFERENCES tenant, id integer NOT NULL, key varchar(10) NOT NULL, lead_id integer, PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key), FOREIGN KEY (tenant_id, lead_id) REFERENCES person);
CREATE TABLE task (tenant_id uuid NOT NULL, project_id integer NOT NULL, number integer NOT NULL, parent integer, assignee_id integer, title text NOT NULL,
    PRIMARY KEY (tenant_id, project_id, number), FOREIGN KEY (tenant_id, project_id) REFERENCES project,
    FOREIGN KEY (tenant_id, project_id, parent) REFERENCES task, FOREIGN KEY (tenant_id, assignee_id) REFERENCES person);
CREATE TABLE link (tenant_id uuid NOT NULL, a_project integer NOT NULL, a integer NOT NULL, b_project integer NOT NULL, b integer NOT NULL,
    FOREIGN KEY (tenant_id, a_project, a) REFERENCES task, FOREIGN KEY (tenant_id, b_project, b) REFERENCES task,
    PRIMARY KEY (tenant_id, a_project, a, b_project, b));
CREATE TABLE mention (id bigserial PRIMARY KEY, tenant_id uuid, person_id integer, team_id integer, note text,
    FOREIGN KEY (tenant_id, person_id) REFERENCES person MATCH FULL, FOREIGN KEY (tenant_id, team_id) REFERENCES team);
CREATE TABLE badge (tenant_id uuid NOT NULL, person_id integer NOT NULL, kind boolean NOT NULL, UNIQUE (tenant_id, person_id, kind),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person MATCH FULL);
CREATE TABLE profile (tenant_id uuid NOT NULL, person_id integer NOT NULL, bio text, PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES person);
CREATE TABLE photo (tenant_id uuid NOT NULL, person_id integer NOT NULL, url text, PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES profile);

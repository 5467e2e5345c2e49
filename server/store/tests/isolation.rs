//! Walls between workspaces that hold even where a query forgets to name its workspace: Postgres's
//! row-level security, tried with statements that no code of ours would send.
//!
//! The tables are read from the schema. A new one fails here until it has a policy and rows to try it on.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use std::collections::BTreeSet;
use store::{NewApiToken, NewInvitation, NewScenario, Sharer, UseCaseId, new_secret};
use support::people::{Person, first_admin, founder, tomorrow};
use support::{Team, named, run, tables};
use uuid::Uuid;

/// Tables that requests may add to but never read.
const WRITE_ONLY: [&str; 1] = ["emails"];

/// One team with a row in every table, and the secrets it handed out.
struct House {
    team: Team,
    person: Person,
    portfolio_case: UseCaseId,
    scenario: NewScenario,
    invitation: NewInvitation,
    api_token: NewApiToken,
}

impl House {
    async fn furnish(pool: &PgPool, team: Team, person: Person) -> Self {
        let store = team.store.clone();
        let scope = person.scope;
        let use_case = named("Invoices", "10M");
        let case = team.create(&use_case).await;
        let frozen = team.frozen(&use_case);
        let scenario = store.create_scenario(Sharer::Team(scope), Some(case), &frozen, None).await.unwrap();
        let invitation = store.invite(scope, Role::Viewer, None, tomorrow()).await.unwrap();
        let api_token = store.create_api_token(scope, "Nightly", true, tomorrow()).await.unwrap();
        store.switch_workspace(person.account, person.session, scope.workspace).await.unwrap();
        for statement in [
            "INSERT INTO price_books (id, workspace_id, version, as_of, source_hash)
             VALUES ($4, $1, 'our own', '2026-01-01', sha256('ours')) RETURNING $2, $3",
            "INSERT INTO prices (id, price_book_id, kind, position, key, source, low_micros, likely_micros, high_micros)
             VALUES (gen_random_uuid(), $4, 'encoder', 0, 'encoder', 'us', 1, 2, 3) RETURNING $1, $2, $3",
            "INSERT INTO price_book_returns (id, workspace_id, price_book_scope, price_book_id, created_by)
             VALUES ($4, $1, $1, $4, $3) RETURNING $2",
            "INSERT INTO policies (id, workspace_id, version, thresholds, source_hash)
             VALUES (gen_random_uuid(), $1, 'our own', '{}', sha256('ours')) RETURNING $2, $3, $4",
            "INSERT INTO review_rules (workspace_id, number, rule, created_by) VALUES ($1, 1, '{}', $3)
             RETURNING $2, $4",
            "INSERT INTO reviews (workspace_id, use_case_id, state, events, proposed_by)
             VALUES ($1, $2, 'proposed', 1, $3) RETURNING $4",
            "INSERT INTO review_events (workspace_id, use_case_id, number, event, account_id, at)
             VALUES ($1, $2, 1, '{}', $3, now()) RETURNING $4",
            "INSERT INTO comments (id, workspace_id, use_case_id, account_id) VALUES ($4, $1, $2, $3)",
            "INSERT INTO comment_versions (workspace_id, use_case_id, comment_id, number, body)
             VALUES ($1, $2, $4, 1, 'Is it?') RETURNING $3",
            "INSERT INTO notifications (id, workspace_id, account_id, seq, reason, use_case_id)
             VALUES ($4, $1, $3, 1, 'mentioned', $2)",
            "INSERT INTO presence (connection_id, workspace_id, use_case_id, account_id) VALUES ($4, $1, $2, $3)",
            "INSERT INTO emails (id, workspace_id, recipient, subject, body)
             VALUES ($4, $1, 'ada@example.org', 'News', 'None') RETURNING $2, $3",
        ] {
            sqlx::query(statement)
                .bind(scope.workspace.uuid())
                .bind(case.uuid())
                .bind(person.account.uuid())
                .bind(api_token.id.uuid())
                .execute(pool)
                .await
                .unwrap();
        }
        Self { team, person, portfolio_case: case, scenario, invitation, api_token }
    }

    fn workspace(&self) -> Uuid {
        self.person.scope.workspace.uuid()
    }
}

/// Two teams in one database that have nothing to do with each other.
async fn neighbours(pool: &PgPool) -> (House, House) {
    let team = Team::new(pool).await;
    let ada = first_admin(&team.store).await;
    let bea = founder(&team.store, &ada, "Bea").await;
    let theirs = Team::with(team.store.clone(), bea.scope).await;
    let team = Team { scope: ada.scope, ..team };
    (House::furnish(pool, team, ada).await, House::furnish(pool, theirs, bea).await)
}

/// What a connection was told about itself.
#[derive(Default)]
struct Told {
    workspace: Option<Uuid>,
    account: Option<Uuid>,
    /// Hash of a secret.
    token: Option<Vec<u8>>,
}

impl Told {
    /// Where a request of this person works.
    fn of(house: &House) -> Self {
        let account = Some(house.person.account.uuid());
        Self { workspace: Some(house.workspace()), account, token: None }
    }

    /// The connection itself, with the role that all requests have.
    async fn connect(self, pool: &PgPool) -> App {
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await.unwrap();
        sqlx::query("SET ROLE parsimony_app").execute(&mut connection).await.unwrap();
        let id = |id: Option<Uuid>| id.map_or_else(String::new, |id| id.to_string());
        sqlx::query(
            "SELECT set_config('parsimony.workspace', $1, false), set_config('parsimony.account', $2, false),
                set_config('parsimony.token', coalesce(encode($3::bytea, 'hex'), ''), false)",
        )
        .bind(id(self.workspace))
        .bind(id(self.account))
        .bind(self.token)
        .execute(&mut connection)
        .await
        .unwrap();
        App(connection)
    }
}

/// A connection with the rights of a request, and no care in what it sends.
struct App(PgConnection);

impl App {
    async fn count(&mut self, query: &str) -> Result<i64, String> {
        sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_one(&mut self.0)
            .await
            .map_err(|error| error.to_string())
    }

    async fn run(&mut self, statement: &str) -> Result<u64, String> {
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut self.0).await;
        done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
    }

    /// Tries a statement and undoes what it did.
    async fn attempt(&mut self, statement: &str) -> Result<u64, String> {
        self.run("BEGIN").await.unwrap();
        let answer = self.run(statement).await;
        self.run("ROLLBACK").await.unwrap();
        answer
    }

    /// Rows it sees in each table that it may read at all, where it sees some.
    async fn sees(&mut self, pool: &PgPool) -> Vec<(String, i64)> {
        let mut seen = Vec::new();
        for table in tables(pool).await {
            match self.count(&format!("SELECT count(*) FROM {table}")).await {
                Ok(0) => {}
                Ok(rows) => seen.push((table, rows)),
                Err(refusal) => assert!(refusal.contains("permission denied"), "{table}: {refusal}"),
            }
        }
        seen
    }
}

async fn count(pool: &PgPool, query: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await.unwrap()
}

/// Every table whose rows belong to a workspace.
async fn tables_of_workspaces(pool: &PgPool) -> Vec<String> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT c.table_name::text FROM information_schema.columns c
         JOIN information_schema.tables t USING (table_schema, table_name)
         WHERE c.table_schema = 'public' AND c.column_name = 'workspace_id' AND t.table_type = 'BASE TABLE'
         ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(found.len() >= 20, "{found:?}");
    found
}

async fn may(pool: &PgPool, privilege: &str, table: &str) -> bool {
    sqlx::query_scalar("SELECT has_table_privilege('parsimony_app', $1, $2)")
        .bind(table)
        .bind(privilege)
        .fetch_one(pool)
        .await
        .unwrap()
}

/// Columns of a table that can be written.
async fn columns(pool: &PgPool, table: &str) -> String {
    sqlx::query_scalar(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'",
    )
    .bind(table)
    .fetch_one(pool)
    .await
    .unwrap()
}

/// A statement that adds a copy of the first row that meets a condition.
async fn insertion(pool: &PgPool, table: &str, condition: &str) -> String {
    let columns = columns(pool, table).await;
    let row: String = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT to_jsonb(t)::text FROM {table} t WHERE {condition} LIMIT 1"
    )))
    .fetch_one(pool)
    .await
    .unwrap();
    let row = row.replace('\'', "''");
    format!(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, '{row}')"
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn rows_of_another_workspace_are_invisible_without_any_where(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let mut app = Told::of(&ours).connect(&pool).await;
    for table in tables_of_workspaces(&pool).await {
        let own = format!("workspace_id = '{}'", ours.workspace());
        let foreign = format!("workspace_id = '{}'", theirs.workspace());
        let there = count(&pool, &format!("SELECT count(*) FROM {table} WHERE {own}")).await;
        assert!(there > 0, "{table} has no row of ours: give it one");
        assert!(
            count(&pool, &format!("SELECT count(*) FROM {table} WHERE {foreign}")).await > 0,
            "{table} has no row of theirs: give it one"
        );
        let all = app.count(&format!("SELECT count(*) FROM {table} WHERE workspace_id IS NOT NULL")).await;
        if WRITE_ONLY.contains(&&*table) {
            assert!(all.unwrap_err().contains("permission denied"), "{table} can be read");
            continue;
        }
        assert_eq!(all, Ok(there), "{table} shows rows of others, or hides our own");
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM {table} WHERE {foreign}")).await,
            Ok(0),
            "{table}"
        );
    }
    // And what hangs on such tables, or names the workspace otherwise.
    assert_eq!(app.count("SELECT count(*) FROM workspaces").await, Ok(1));
    assert_eq!(app.count("SELECT count(*) FROM accounts WHERE name = 'Ada'").await, Ok(1));
    let own_prices = count(
        &pool,
        "SELECT count(*) FROM prices p JOIN price_books b ON b.id = p.price_book_id WHERE b.workspace_id IS NULL",
    )
    .await;
    assert_eq!(app.count("SELECT count(*) FROM prices").await, Ok(own_prices + 1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn rows_cannot_be_put_into_another_workspace(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let mut app = Told::of(&ours).connect(&pool).await;
    let mut stranger = Told::default().connect(&pool).await;
    for table in tables_of_workspaces(&pool).await {
        let statement = insertion(&pool, &table, &format!("workspace_id = '{}'", theirs.workspace())).await;
        for (who, connection) in [("a neighbour", &mut app), ("a stranger", &mut stranger)] {
            let refusal = connection.attempt(&statement).await.unwrap_err();
            assert!(refusal.contains("violates row-level security policy"), "{who}, {table}: {refusal}");
        }
    }
    let prices = insertion(&pool, "prices", "source = 'us'").await;
    let workspace = insertion(&pool, "workspaces", &format!("id = '{}'", theirs.workspace())).await;
    let account = insertion(&pool, "accounts", "name = 'Bea'").await;
    // Built-in prices and policies are the product's own to add.
    let book = insertion(&pool, "price_books", "workspace_id IS NULL").await;
    let policy = insertion(&pool, "policies", "workspace_id IS NULL").await;
    let of_book = insertion(
        &pool,
        "prices",
        "price_book_id IN (SELECT id FROM price_books WHERE workspace_id IS NULL)",
    )
    .await;
    for statement in [workspace, account, book, policy, of_book] {
        let refusal = app.attempt(&statement).await.unwrap_err();
        assert!(refusal.contains("violates row-level security policy"), "{statement:.60}: {refusal}");
    }
    let mut them = Told { workspace: Some(Uuid::now_v7()), ..Told::default() }.connect(&pool).await;
    let refusal = them.attempt(&prices).await.unwrap_err();
    assert!(refusal.contains("violates row-level security policy"), "{refusal}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_change_without_any_where_touches_only_our_own(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let mut app = Told::of(&ours).connect(&pool).await;
    let mut tried = 0;
    for table in tables_of_workspaces(&pool).await {
        let own = count(
            &pool,
            &format!("SELECT count(*) FROM {table} WHERE workspace_id = '{}'", ours.workspace()),
        )
        .await;
        let touch = app.attempt(&format!("UPDATE {table} SET workspace_id = workspace_id")).await;
        if !may(&pool, "UPDATE", &table).await {
            assert!(touch.unwrap_err().contains("permission denied"), "{table}");
            continue;
        }
        tried += 1;
        assert_eq!(touch, Ok(own.try_into().unwrap()), "{table}");
        if table == "sessions" {
            // A session may point anywhere: what its account may do there is asked at every request.
            continue;
        }
        let give_away = format!("UPDATE {table} SET workspace_id = '{}'", theirs.workspace());
        let refusal = app.attempt(&give_away).await.unwrap_err();
        assert!(
            refusal.contains("violates row-level security policy") || refusal.contains("frozen"),
            "{table}: {refusal}"
        );
    }
    assert!(tried >= 10, "{tried}");
    assert_eq!(app.attempt("UPDATE workspaces SET name = 'Ours'").await, Ok(1));
    assert_eq!(app.attempt("UPDATE accounts SET name = 'Me'").await, Ok(1));
    assert_eq!(app.attempt("DELETE FROM presence").await, Ok(1));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_workspace_only_what_is_shared_is_visible(pool: PgPool) {
    neighbours(&pool).await;
    let shared = [
        count(&pool, "SELECT count(*) FROM policies WHERE workspace_id IS NULL").await,
        count(&pool, "SELECT count(*) FROM price_books WHERE workspace_id IS NULL").await,
        count(
            &pool,
            "SELECT count(*) FROM prices WHERE price_book_id IN (SELECT id FROM price_books WHERE workspace_id IS NULL)",
        )
        .await,
    ];
    assert_eq!(shared[..2], [1, 1]);
    let expected: Vec<_> =
        ["policies", "price_books", "prices"].into_iter().map(str::to_owned).zip(shared).collect();
    assert_eq!(Told::default().connect(&pool).await.sees(&pool).await, expected);
    // Nor with ones that nothing belongs to.
    let nowhere = Told {
        workspace: Some(Uuid::now_v7()),
        account: Some(Uuid::now_v7()),
        token: Some(hash(&new_secret().unwrap())),
    };
    assert_eq!(nowhere.connect(&pool).await.sees(&pool).await, expected);
    // Nor on a connection that was never told anything.
    let mut untold = PgConnection::connect_with(&pool.connect_options()).await.unwrap();
    sqlx::query("SET ROLE parsimony_app").execute(&mut untold).await.unwrap();
    assert_eq!(App(untold).sees(&pool).await, expected);
}

/// The hash under which a secret of a link is stored.
fn hash(secret: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use sha2::{Digest as _, Sha256};
    Sha256::digest(URL_SAFE_NO_PAD.decode(secret).unwrap()).to_vec()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_secret_shows_the_one_thing_it_opens(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let shared = ["policies", "price_books", "prices"].map(str::to_owned);
    let api_token = ours.api_token.secret.strip_prefix(store::API_TOKEN_PREFIX).unwrap();
    for (secret, table, id) in [
        (&*ours.scenario.token, "scenarios", ours.scenario.id.uuid()),
        (&theirs.scenario.token, "scenarios", theirs.scenario.id.uuid()),
        (&ours.invitation.token, "invitations", ours.invitation.id.uuid()),
        (api_token, "api_tokens", ours.api_token.id.uuid()),
        (&ours.person.token, "sessions", ours.person.session.uuid()),
    ] {
        let mut app = Told { token: Some(hash(secret)), ..Told::default() }.connect(&pool).await;
        let seen = app.sees(&pool).await;
        let beyond: Vec<_> = seen.iter().filter(|(name, _)| !shared.contains(name)).collect();
        assert_eq!(beyond, [&(table.to_owned(), 1)]);
        assert_eq!(app.count(&format!("SELECT count(*) FROM {table} WHERE id = '{id}'")).await, Ok(1));
    }
}

/// Reading a link is one thing; a link that could rewrite what it stands for would be another.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_secret_changes_nothing_and_adds_nothing(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let api_token = ours.api_token.secret.strip_prefix(store::API_TOKEN_PREFIX).unwrap();
    for (secret, table, change) in [
        (&*ours.scenario.token, "scenarios", "revoked_at = now()"),
        (&ours.invitation.token, "invitations", "role = 'admin'"),
        (api_token, "api_tokens", "may_write = true, expires_at = now() + interval '10 years'"),
        (&ours.person.token, "sessions", "expires_at = now() + interval '10 years'"),
    ] {
        let mut app = Told { token: Some(hash(secret)), ..Told::default() }.connect(&pool).await;
        match app.attempt(&format!("UPDATE {table} SET {change}")).await {
            Ok(rows) => assert_eq!(rows, 0, "{table}"),
            Err(refusal) => {
                assert!(refusal.contains("violates row-level security policy"), "{table}: {refusal}")
            }
        }
        // Whoever knows a secret could otherwise make another row of it, in any workspace.
        let copy = insertion(&pool, table, &format!("workspace_id = '{}'", theirs.workspace())).await;
        let forged = hash(secret).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let theirs: String = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT encode(token_hash, 'hex') FROM {table} WHERE workspace_id = '{}' LIMIT 1",
            theirs.workspace()
        )))
        .fetch_one(&pool)
        .await
        .unwrap();
        assert!(copy.contains(&theirs));
        let refusal = app.attempt(&copy.replace(&theirs, &forged)).await.unwrap_err();
        assert!(refusal.contains("violates row-level security policy"), "{table}: {refusal}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_visitor_finds_what_it_shared_and_nothing_else(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let store = &ours.team.store;
    let frozen = ours.team.frozen(&named("Receipts", "20k"));
    let (mine, yours) = (new_secret().unwrap(), new_secret().unwrap());
    let first = store.create_scenario(Sharer::Visitor(&mine), None, &frozen, None).await.unwrap();
    store.create_scenario(Sharer::Visitor(&yours), None, &frozen, None).await.unwrap();
    let listed = store.shared_scenarios(Sharer::Visitor(&mine)).await.unwrap();
    assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id]);
    let case = ours.portfolio_case;
    let foreign = store.create_scenario(Sharer::Visitor(&mine), Some(case), &frozen, None).await;
    assert!(matches!(foreign, Err(store::StoreError::NotFound)), "{foreign:?}");
    for id in [ours.scenario.id, theirs.scenario.id] {
        let refused = store.revoke_scenario(Sharer::Visitor(&mine), id).await;
        assert!(matches!(refused, Err(store::StoreError::NotFound)), "{refused:?}");
    }
    let refused = store.revoke_scenario(Sharer::Visitor(&yours), first.id).await;
    assert!(matches!(refused, Err(store::StoreError::NotFound)), "{refused:?}");
    let refused = store.revoke_scenario(ours.team.sharer(), first.id).await;
    assert!(matches!(refused, Err(store::StoreError::NotFound)), "{refused:?}");
    for text in ["", "x", "\0"] {
        let refused = store.shared_scenarios(Sharer::Visitor(text)).await;
        assert!(matches!(refused, Err(store::StoreError::NotFound)), "{refused:?}");
    }

    let mut app = Told { token: Some(hash(&mine)), ..Told::default() }.connect(&pool).await;
    assert_eq!(app.count("SELECT count(*) FROM scenarios").await, Ok(1));
    assert_eq!(app.attempt("UPDATE scenarios SET revoked_at = now()").await, Ok(1));
    // Its secret opens the visitors' workspace to it, and no team's.
    let copy = insertion(&pool, "scenarios", &format!("id = '{}'", first.id)).await;
    let visitors: Uuid = sqlx::query_scalar("SELECT id FROM workspaces WHERE slug = 'visitors'")
        .fetch_one(&pool)
        .await
        .unwrap();
    let smuggled = copy.replace(&visitors.to_string(), &theirs.workspace().to_string());
    assert_ne!(copy, smuggled);
    let refusal = app.attempt(&smuggled).await.unwrap_err();
    assert!(refusal.contains("violates row-level security policy"), "{refusal}");
    store.revoke_scenario(Sharer::Visitor(&mine), first.id).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_person_in_two_workspaces_sees_one_at_a_time(pool: PgPool) {
    let (ours, theirs) = neighbours(&pool).await;
    let link =
        theirs.team.store.invite(theirs.person.scope, Role::Viewer, None, tomorrow()).await.unwrap().token;
    let ada = ours.person.account;
    ours.team.store.accept_invitation(&link, store::Invitee::Known(ada)).await.unwrap();
    let mut app = Told::of(&ours).connect(&pool).await;
    // The names of both, to switch between them; its own membership in each; colleagues of this one only.
    assert_eq!(app.count("SELECT count(*) FROM workspaces").await, Ok(2));
    let others = format!("SELECT count(*) FROM members WHERE account_id = '{}'", theirs.person.account);
    assert_eq!(app.count(&others).await, Ok(1), "the membership that Bea gave up in our workspace");
    assert_eq!(app.count(&format!("SELECT count(*) FROM members WHERE account_id = '{ada}'")).await, Ok(2));
    for table in ["portfolios", "use_cases", "audit_events", "invitations", "api_tokens", "comments"] {
        let foreign = format!("SELECT count(*) FROM {table} WHERE workspace_id = '{}'", theirs.workspace());
        assert_eq!(app.count(&foreign).await, Ok(0), "{table}");
    }
    let promote = format!("UPDATE members SET role = 'admin' WHERE workspace_id = '{}'", theirs.workspace());
    assert_eq!(app.attempt(&promote).await, Ok(0));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn requests_cannot_rewrite_history(pool: PgPool) {
    let (ours, _) = neighbours(&pool).await;
    // Without the triggers, so that the privileges are tried and not they.
    for table in tables(&pool).await {
        run(&pool, &format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await;
    }
    let mut app = Told::of(&ours).connect(&pool).await;
    for table in [
        "audit_events",
        "use_case_revisions",
        "decisions",
        "review_events",
        "comment_versions",
        "review_rules",
        "price_books",
        "prices",
        "policies",
    ] {
        let column = columns(&pool, table).await.split(", ").next().unwrap().to_owned();
        for change in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
            format!("DROP TABLE {table} CASCADE"),
            format!("DROP POLICY of_workspace ON {table}"),
        ] {
            let refusal = app.attempt(&change).await.unwrap_err();
            assert!(
                refusal.contains("permission denied") || refusal.contains("must be owner"),
                "{change}: {refusal}"
            );
        }
        assert!(app.count(&format!("SELECT count(*) FROM {table}")).await.unwrap() > 0, "{table}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_but_presence_can_be_deleted(pool: PgPool) {
    neighbours(&pool).await;
    let mut deletable = Vec::new();
    for table in tables(&pool).await {
        assert!(!may(&pool, "TRUNCATE", &table).await, "{table}");
        if may(&pool, "DELETE", &table).await {
            deletable.push(table);
        }
    }
    assert_eq!(deletable, ["presence"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_role_of_requests_is_an_ordinary_one(pool: PgPool) {
    let (superuser, bypasses, logs_in, creates_roles, creates_databases): (bool, bool, bool, bool, bool) =
        sqlx::query_as(
            "SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb
             FROM pg_roles WHERE rolname = 'parsimony_app'",
        )
        .fetch_one(&pool)
        .await
        .unwrap();
    assert!(!superuser && !bypasses && !logs_in && !creates_roles && !creates_databases);
    let owned: Vec<String> = sqlx::query_scalar(
        "SELECT classid::regclass || ' ' || objid FROM pg_shdepend
         WHERE refobjid = 'parsimony_app'::regrole AND deptype = 'o'
            AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(owned, Vec::<String>::new());
    let belongs_to: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_auth_members WHERE member = 'parsimony_app'::regrole")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(belongs_to, 0);
    let mut app = Told::default().connect(&pool).await;
    let refusal = app.attempt("CREATE TABLE public.mine (id integer)").await.unwrap_err();
    assert!(refusal.contains("permission denied"), "{refusal}");
    for function in ["current_workspace", "current_account", "current_token"] {
        let replace =
            format!("CREATE OR REPLACE FUNCTION {function}() RETURNS uuid LANGUAGE sql RETURN NULL");
        let refusal = app.attempt(&replace).await.unwrap_err();
        assert!(refusal.contains("permission denied") || refusal.contains("must be owner"), "{refusal}");
    }
}

/// A table is either behind row-level security or out of reach.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_table_in_reach_has_row_level_security(pool: PgPool) {
    let mut open = BTreeSet::new();
    for table in tables(&pool).await {
        let secured: bool =
            sqlx::query_scalar("SELECT relrowsecurity FROM pg_class WHERE oid = $1::regclass")
                .bind(&table)
                .fetch_one(&pool)
                .await
                .unwrap();
        for privilege in ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] {
            if !secured && may(&pool, privilege, &table).await {
                open.insert(format!("{privilege} ON {table}"));
            }
        }
    }
    assert_eq!(open, BTreeSet::new());
}

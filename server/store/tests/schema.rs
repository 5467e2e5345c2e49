//! The schema keeps its own promises, whatever a query asks of it.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::{AssertSqlSafe, PgPool};
use support::{Team, json, named};

async fn refusal(pool: &PgPool, statement: &str) -> String {
    sqlx::query(AssertSqlSafe(statement)).execute(pool).await.unwrap_err().to_string()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn history_cannot_be_rewritten(pool: PgPool) {
    Team::new(&pool).await;
    for (table, change) in [
        ("use_case_revisions", "UPDATE use_case_revisions SET note = 'another'"),
        ("use_case_revisions", "DELETE FROM use_case_revisions"),
        ("use_case_revisions", "TRUNCATE use_case_revisions CASCADE"),
        ("decisions", "UPDATE decisions SET summary = '{}'"),
        ("decisions", "DELETE FROM decisions"),
        ("decisions", "TRUNCATE decisions CASCADE"),
        ("prices", "UPDATE prices SET note = 'cheaper'"),
        ("prices", "DELETE FROM prices"),
        ("price_books", "UPDATE price_books SET version = 'newer'"),
        ("policies", "UPDATE policies SET thresholds = '{}'"),
    ] {
        let said = refusal(&pool, change).await;
        assert!(said.contains(&format!("rows of {table} are append-only")), "{change}: {said}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_scenario_changes_only_by_being_revoked_once(pool: PgPool) {
    let team = Team::new(&pool).await;
    let scenario = team
        .store
        .create_scenario(team.workspace, None, &team.frozen(&named("Invoices", "10M")), None)
        .await
        .unwrap();
    for change in [
        "UPDATE scenarios SET title = 'another'",
        "UPDATE scenarios SET decision = '{}'",
        "UPDATE scenarios SET price_book = '{}'",
        "UPDATE scenarios SET expires_at = now() + interval '1 year'",
        "UPDATE scenarios SET token_hash = sha256('x')",
    ] {
        assert!(refusal(&pool, change).await.contains("rows of scenarios are frozen"), "{change}");
    }
    team.store.revoke_scenario(team.workspace, scenario.id).await.unwrap();
    assert!(refusal(&pool, "UPDATE scenarios SET revoked_at = NULL").await.contains("frozen"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn rows_cannot_refer_to_another_workspace(pool: PgPool) {
    let team = Team::new(&pool).await;
    let other = team.other().await;
    let (ours, theirs) = (team.workspace, other.workspace);
    let id = team.create(&named("Invoices", "10M")).await;
    let foreign_portfolio =
        format!("UPDATE use_cases SET portfolio_id = '{}' WHERE id = '{id}'", other.portfolio);
    assert!(refusal(&pool, &foreign_portfolio).await.contains("use_case_portfolio_fkey"));
    let foreign_book = format!(
        "WITH book AS (INSERT INTO price_books (id, workspace_id, version, as_of, source_hash)
            VALUES (gen_random_uuid(), '{theirs}', 'theirs', '2026-01-01', sha256('theirs')) RETURNING scope, id)
         INSERT INTO decisions (id, workspace_id, use_case_id, revision_id, policy_scope, policy_id,
            price_book_scope, price_book_id, engine_version, content_hash, document, summary)
         SELECT gen_random_uuid(), d.workspace_id, use_case_id, revision_id, policy_scope, policy_id,
            book.scope, book.id, engine_version, content_hash, document, summary
         FROM decisions d, book WHERE d.workspace_id = '{ours}' LIMIT 1"
    );
    assert!(refusal(&pool, &foreign_book).await.contains("decision_price_book_scope_visible"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_table_and_column_says_what_it_is_for(pool: PgPool) {
    let silent: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname || coalesce('.' || a.attname, '')
         FROM pg_class c
         JOIN (SELECT attrelid, attnum, attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
               UNION ALL SELECT oid, 0, NULL FROM pg_class) a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
            AND c.relname <> '_sqlx_migrations' AND coalesce(col_description(c.oid, a.attnum),
                CASE WHEN a.attnum = 0 THEN obj_description(c.oid, 'pg_class') END, '') = ''
         ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(silent, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn stored_documents_keep_every_byte(pool: PgPool) {
    let team = Team::new(&pool).await;
    let use_case = named("Invoices “2026” – ½", "1M..2M..3.5M");
    let decision = team.decide(&use_case);
    let id = team.create(&use_case).await;
    let (document, inputs): (String, String) = sqlx::query_as(
        "SELECT d.document::text, r.inputs::text FROM decisions d JOIN use_case_revisions r ON r.id = d.revision_id
         WHERE d.use_case_id = $1",
    )
    .bind(id.uuid())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(document, json(&decision));
    assert_eq!(inputs, json(&use_case));
    let record = team.store.use_case(team.workspace, id).await.unwrap().unwrap();
    assert_eq!(json(&record.decision), document);
    assert_eq!(json(&record.revision.use_case), inputs);
    assert_eq!(record.revision.summary, decision.summary());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_price_book_reads_back_byte_for_byte(pool: PgPool) {
    let team = Team::new(&pool).await;
    let shipped = domain::evidence::price_book().unwrap();
    assert_eq!(json(&*team.book), json(&shipped));
    assert_eq!(team.book.digest(), shipped.digest());
    let (id, _) = team.store.current_price_book().await.unwrap();
    let by_id = team.store.price_book(team.workspace, id).await.unwrap().unwrap();
    assert_eq!(json(&*by_id), json(&shipped));
    let (id, policy) = team.store.current_policy().await.unwrap();
    assert_eq!(json(&policy), json(&domain::policy::Policy::article()));
    assert_eq!(team.store.policy(team.workspace, id).await.unwrap().unwrap(), policy);
}

#[sqlx::test(migrations = false)]
async fn servers_that_start_together_migrate_and_seed_once(pool: PgPool) {
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = store::Store::from_pool(pool.clone());
            tokio::spawn(async move {
                store.migrate().await?;
                store.seed().await
            })
        })
        .collect();
    for server in servers {
        server.await.unwrap().unwrap();
    }
    let counts: (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM price_books), (SELECT count(*) FROM policies),
            (SELECT count(*) FROM workspaces), (SELECT count(*) FROM portfolios), (SELECT count(*) FROM use_cases)",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    let samples = i64::try_from(domain::preset::SAMPLE_PORTFOLIO.len()).unwrap();
    assert_eq!(counts, (1, 1, 1, 1, samples));
}

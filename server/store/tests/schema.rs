//! The schema keeps its own promises, whatever a query asks of it.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::PgPool;
use support::{Team, json, named, refusal, store_on, tables};

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
        ("audit_events", "UPDATE audit_events SET account_id = NULL"),
        ("audit_events", "DELETE FROM audit_events"),
        ("audit_events", "TRUNCATE audit_events CASCADE"),
        ("review_rules", "UPDATE review_rules SET rule = '{}'"),
        ("review_events", "UPDATE review_events SET event = '{}'"),
        ("review_events", "DELETE FROM review_events"),
        ("comment_versions", "UPDATE comment_versions SET body = 'I never said that'"),
        ("comment_versions", "DELETE FROM comment_versions"),
    ] {
        let said = refusal(&pool, change).await;
        assert!(said.contains(&format!("rows of {table} are append-only")), "{change}: {said}");
    }
}

/// The comment of a table is a promise; whoever writes it for a new table must keep it.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_table_that_says_it_is_append_only_is(pool: PgPool) {
    let mut promised = 0;
    for table in tables(&pool).await {
        let comment: Option<String> = sqlx::query_scalar("SELECT obj_description($1::regclass)")
            .bind(&table)
            .fetch_one(&pool)
            .await
            .unwrap();
        if !comment.is_some_and(|comment| comment.contains("Append-only")) {
            continue;
        }
        promised += 1;
        let column: String = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped LIMIT 1",
        )
        .bind(&table)
        .fetch_one(&pool)
        .await
        .unwrap();
        for change in [
            format!("UPDATE {table} SET {column} = {column}"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
        ] {
            let said = refusal(&pool, &change).await;
            assert!(said.contains("are append-only"), "{change}: {said}");
        }
    }
    assert!(promised >= 10, "{promised}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_scenario_changes_only_by_being_revoked_once(pool: PgPool) {
    let team = Team::new(&pool).await;
    let scenario = team
        .store
        .create_scenario(team.sharer(), None, &team.frozen(&named("Invoices", "10M")), None)
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
    team.store.revoke_scenario(team.sharer(), scenario.id).await.unwrap();
    assert!(refusal(&pool, "UPDATE scenarios SET revoked_at = NULL").await.contains("frozen"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn rows_cannot_refer_to_another_workspace(pool: PgPool) {
    let team = Team::new(&pool).await;
    let other = team.other().await;
    let (ours, theirs) = (team.scope.workspace, other.scope.workspace);
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
    let record = team.store.use_case(team.scope, id).await.unwrap().unwrap();
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
    let by_id = team.store.price_book(team.scope, id).await.unwrap().unwrap();
    assert_eq!(json(&*by_id), json(&shipped));
    let (id, policy) = team.store.current_policy().await.unwrap();
    assert_eq!(json(&policy), json(&domain::policy::Policy::article()));
    assert_eq!(team.store.policy(team.scope, id).await.unwrap().unwrap(), policy);
}

#[sqlx::test(migrations = false)]
async fn servers_that_start_together_migrate_and_seed_once(pool: PgPool) {
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let store = store_on(&pool);
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
    // The first workspace, and the one in which visitors share.
    assert_eq!(counts, (1, 1, 2, 1, samples));
}

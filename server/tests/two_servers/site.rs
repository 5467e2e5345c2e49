//! A database of one test, with people who may change something in it.

use embedded_postgres::Cluster;
use sqlx::PgPool;
use store::{Actor, Credential, Invitee, NewAccount, Scope, Store};

use crate::{scratch::Scratch, stream::Change};

/// Every way in which a use case could be stored by half.
const HALVES: &str = "
    SELECT 'a use case without its current revision' AS what, u.id
    FROM use_cases u WHERE NOT EXISTS (SELECT 1 FROM use_case_revisions v
        WHERE v.workspace_id = u.workspace_id AND v.use_case_id = u.id AND v.number = u.revision)
    UNION ALL
    SELECT 'a use case without the decision of its revision', u.id
    FROM use_cases u WHERE NOT EXISTS (SELECT 1 FROM decisions d JOIN use_case_revisions v ON v.id = d.revision_id
        WHERE d.id = u.decision_id AND d.use_case_id = u.id AND v.use_case_id = u.id AND v.number = u.revision)
    UNION ALL
    SELECT 'a use case that was not created once in the log', u.id
    FROM use_cases u WHERE 1 <> (SELECT count(*) FROM audit_events e
        WHERE e.workspace_id = u.workspace_id AND e.subject_id = u.id AND e.action = 'use_case.created')
    UNION ALL
    SELECT 'a revision without a use case', v.id
    FROM use_case_revisions v WHERE NOT EXISTS (SELECT 1 FROM use_cases u WHERE u.id = v.use_case_id)
    UNION ALL
    SELECT 'a revision without a decision', v.id
    FROM use_case_revisions v WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.revision_id = v.id)
    UNION ALL
    SELECT 'a decision without a revision', d.id
    FROM decisions d WHERE NOT EXISTS (SELECT 1 FROM use_case_revisions v WHERE v.id = d.revision_id)
    UNION ALL
    SELECT 'an entry of the log about a use case that is not there', e.subject_id
    FROM audit_events e WHERE e.action = 'use_case.created'
        AND NOT EXISTS (SELECT 1 FROM use_cases u WHERE u.id = e.subject_id)";

/// A database with an administrator, a portfolio, and the keys of a browser and a program.
pub struct Site {
    pub url: String,
    /// The administrator's session.
    pub cookie: String,
    /// A token that writes.
    pub token: String,
    /// Id of an empty portfolio.
    pub portfolio: String,
    pub scope: Scope,
    pub store: Store,
    pub runtime: tokio::runtime::Runtime,
    // Last, so that it outlives what uses it.
    cluster: Cluster,
    _scratch: Scratch,
}

impl Site {
    pub fn new(label: &str) -> Self {
        let scratch = Scratch::new(label);
        let cluster = Cluster::start(scratch.cluster_config()).unwrap();
        cluster.ensure_database("parsimony").unwrap();
        let url = cluster.url("parsimony");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (store, cookie, scope) = runtime.block_on(async {
            let store = Store::connect(&url).unwrap();
            store.migrate().await.unwrap();
            store.seed().await.unwrap();
            let link = store.setup_link().await.unwrap().unwrap();
            let (account, workspace) =
                store.accept_invitation(&link, Invitee::New(somebody("Ada"))).await.unwrap();
            let session = store.create_session(account, "", "").await.unwrap();
            let actor = Actor::Session { account, session: session.id };
            (store, session.token, Scope { workspace, actor })
        });
        let (token, portfolio) = runtime.block_on(async {
            let until = time::OffsetDateTime::now_utc() + time::Duration::days(1);
            let token = store.create_api_token(scope, "Writers", true, until).await.unwrap();
            let portfolio = store.create_portfolio(scope, "Written to", "").await.unwrap();
            (token.secret, portfolio.to_string())
        });
        Self { url, cookie, token, portfolio, scope, store, runtime, cluster, _scratch: scratch }
    }

    /// What a program needs to write use cases.
    pub fn program(&self) -> (&str, &str) {
        (&self.token, &self.portfolio)
    }

    /// Number of the last entry in the audit log.
    pub fn head(&self) -> i64 {
        self.runtime.block_on(self.store.audit_head(self.scope)).unwrap()
    }

    /// The log after this entry, as pages should be told of it.
    pub fn log_after(&self, seq: i64) -> Vec<Change> {
        let records = self.runtime.block_on(async {
            let mut all: Vec<store::AuditRecord> = Vec::new();
            loop {
                let after = all.last().map_or(seq, |last| last.seq);
                let more = self.store.audit_after(self.scope, after).await.unwrap();
                if more.is_empty() {
                    return all;
                }
                all.extend(more);
            }
        });
        let change = |record: store::AuditRecord| Change {
            seq: record.seq,
            action: record.action,
            use_case: record.use_case_id.map_or_else(String::new, |id| id.to_string()),
        };
        records.into_iter().map(change).collect()
    }

    /// Id and name of everything in the portfolio.
    pub fn use_cases(&self) -> Vec<(String, String)> {
        let portfolio = self.portfolio.parse().unwrap();
        let rows = self.runtime.block_on(self.store.use_cases(self.scope, portfolio, false)).unwrap();
        rows.into_iter().map(|row| (row.id.to_string(), row.name)).collect()
    }

    /// Everything that was stored by half, as only the owner of the tables can see it.
    pub fn halves(&self) -> Vec<(String, uuid::Uuid)> {
        self.runtime.block_on(async {
            let pool = PgPool::connect(&self.url).await.unwrap();
            let halves = sqlx::query_as(HALVES).fetch_all(&pool).await.unwrap();
            pool.close().await;
            halves
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
        let _ = self.cluster.stop();
    }
}

/// An account to be.
pub fn somebody(name: &str) -> NewAccount {
    NewAccount {
        email: format!("{}@example.org", name.to_lowercase()),
        name: name.to_owned(),
        credential: Credential::Password("three unrelated words walk".to_owned()),
    }
}

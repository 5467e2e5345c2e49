//! The audit log: complete, in order, and unable to hide that it was changed.
#![allow(clippy::unwrap_used)]

mod support;

use domain::access::Role;
use domain::audit::{AuditEntry, BEGINNING, Broken, chain_hash};
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;
use std::time::Duration;
use store::{Actor, AuditAction, AuditRecord, Invitee, Scope, Store, StoreError};
use support::people::{Person, first_admin, founder, invitation, invited, newcomer, tomorrow};
use support::{Team, measured, named, refusal, run, store_on};
use uuid::Uuid;

/// Beginnings of the actions that are not tried here: the ones of reviews, comments and prices.
const ELSEWHERE: [&str; 4] = ["review.", "review_rule.", "comment.", "price_book."];

/// Reads a log along with the calls that write it.
struct Reader {
    store: Store,
    scope: Scope,
    seen: i64,
    actions: BTreeSet<&'static str>,
}

/// Which of the two halves of an entry are there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Says {
    Before,
    After,
    Both,
}

impl Reader {
    async fn from_here(store: &Store, scope: Scope) -> Self {
        let seen = store.audit_head(scope).await.unwrap();
        Self { store: store.clone(), scope, seen, actions: BTreeSet::new() }
    }

    async fn new_entries(&mut self) -> Vec<AuditRecord> {
        let entries = self.store.audit_after(self.scope, self.seen).await.unwrap();
        self.seen = entries.last().map_or(self.seen, |entry| entry.seq);
        entries
    }

    /// The call before left exactly one entry: this one.
    async fn expect(&mut self, action: AuditAction, actor: Actor, subject: Uuid, says: Says) -> AuditRecord {
        let mut entries = self.new_entries().await;
        let key = action.key();
        assert_eq!(entries.len(), 1, "{key}: {entries:?}");
        let entry = entries.remove(0);
        assert_eq!(entry.action, key);
        assert_eq!(
            (entry.account_id, entry.session_id, entry.api_token_id),
            (actor.account(), actor.session(), actor.api_token()),
            "{key}"
        );
        assert_eq!(entry.subject_id, Some(subject), "{key}");
        let said = match (&entry.before, &entry.after) {
            (Some(_), None) => Says::Before,
            (None, Some(_)) => Says::After,
            (Some(before), Some(after)) => {
                assert_ne!(before, after, "{key}");
                Says::Both
            }
            (None, None) => panic!("{key} says neither what was nor what is"),
        };
        assert_eq!(said, says, "{key}: {entry:?}");
        self.actions.insert(key);
        entry
    }

    async fn expect_nothing(&mut self, call: &str) {
        let entries = self.new_entries().await;
        assert!(entries.is_empty(), "{call}: {entries:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_change_leaves_exactly_one_entry(pool: PgPool) {
    use AuditAction as A;
    let team = Team::new(&pool).await;
    let store = &team.store;
    let ada = first_admin(store).await;
    let (scope, actor) = (ada.scope, ada.scope.actor);
    let mut log = Reader::from_here(store, scope).await;

    let portfolio = store.create_portfolio(scope, "Sales", "").await.unwrap();
    log.expect(A::PortfolioCreated, actor, portfolio.uuid(), Says::After).await;
    store.update_portfolio(scope, portfolio, "Sales 2027", "Next year").await.unwrap();
    let entry = log.expect(A::PortfolioRenamed, actor, portfolio.uuid(), Says::Both).await;
    assert_eq!(entry.before.unwrap()["name"], "Sales");
    assert_eq!(entry.after.unwrap()["name"], "Sales 2027");
    store.archive_portfolio(scope, portfolio).await.unwrap();
    log.expect(A::PortfolioArchived, actor, portfolio.uuid(), Says::After).await;
    store.restore_portfolio(scope, portfolio).await.unwrap();
    log.expect(A::PortfolioRestored, actor, portfolio.uuid(), Says::After).await;

    let (first, second) = (named("Invoices", "10M"), named("Receipts", "20k"));
    let case = store.create_use_case(scope, portfolio, &first, &team.decide(&first), "New.").await.unwrap();
    let entry = log.expect(A::UseCaseCreated, actor, case.uuid(), Says::After).await;
    assert_eq!((entry.use_case_id, &entry.after.unwrap()["note"]), (Some(case), &"New.".into()));
    store.revise_use_case(scope, case, 1, &second, &team.decide(&second), "Measured.").await.unwrap();
    let entry = log.expect(A::UseCaseRevised, actor, case.uuid(), Says::Both).await;
    let (before, after) = (entry.before.unwrap(), entry.after.unwrap());
    assert_eq!((&before["revision"], &after["revision"]), (&1.into(), &2.into()));
    assert_eq!(before["content_hash"], team.decide(&first).provenance.content_hash);
    assert_eq!(after["content_hash"], team.decide(&second).provenance.content_hash);
    assert_eq!(after["changes"].as_array().unwrap().len(), 2);
    let copy = store.duplicate_use_case(scope, case).await.unwrap();
    log.expect(A::UseCaseCreated, actor, copy.uuid(), Says::After).await;
    store.archive_use_case(scope, case).await.unwrap();
    log.expect(A::UseCaseArchived, actor, case.uuid(), Says::After).await;
    store.restore_use_case(scope, case).await.unwrap();
    log.expect(A::UseCaseRestored, actor, case.uuid(), Says::After).await;
    let measurement = store.attach_measurement(scope, case, &measured()).await.unwrap();
    let entry = log.expect(A::MeasurementAttached, actor, measurement.id.uuid(), Says::After).await;
    assert_eq!(entry.use_case_id, Some(case));

    let sharer = store::Sharer::Team(scope);
    let scenario = store.create_scenario(sharer, Some(case), &team.frozen(&second), None).await.unwrap();
    let entry = log.expect(A::ScenarioShared, actor, scenario.id.uuid(), Says::After).await;
    assert_eq!(entry.use_case_id, Some(case));
    store.revoke_scenario(sharer, scenario.id).await.unwrap();
    let entry = log.expect(A::ScenarioRevoked, actor, scenario.id.uuid(), Says::Before).await;
    assert_eq!(entry.use_case_id, Some(case));

    store.rename_workspace(scope, "Claims and sales").await.unwrap();
    log.expect(A::WorkspaceRenamed, actor, scope.workspace.uuid(), Says::Both).await;
    let token = store.create_api_token(scope, "Nightly", true, tomorrow()).await.unwrap();
    log.expect(A::ApiTokenCreated, actor, token.id.uuid(), Says::After).await;
    store.revoke_api_token(scope, token.id, None).await.unwrap();
    log.expect(A::ApiTokenRevoked, actor, token.id.uuid(), Says::Before).await;

    people_leave_entries(&mut log, &ada).await;

    let elsewhere = ada.at(store.found_workspace(ada.account, ada.session, "Second").await.unwrap());
    log.expect_nothing("founding another workspace").await;
    let founded = store.audit_after(elsewhere, 0).await.unwrap();
    assert_eq!((founded.len(), founded[0].seq, founded[0].action.as_str()), (1, 1, "member.joined"));

    let elsewhere = |key: &&str| ELSEWHERE.iter().any(|beginning| key.starts_with(beginning));
    let expected: BTreeSet<_> =
        A::ALL.iter().map(|action| action.key()).filter(|key| !elsewhere(key)).collect();
    assert_eq!(log.actions, expected);
    assert!(store.verify_audit(scope).await.unwrap().is_ok());
}

async fn people_leave_entries(log: &mut Reader, ada: &Person) {
    use AuditAction as A;
    let store = log.store.clone();
    let (scope, actor) = (ada.scope, ada.scope.actor);
    let withdrawn = store.invite(scope, Role::Editor, Some("bea@example.org"), tomorrow()).await.unwrap();
    let entry = log.expect(A::InvitationCreated, actor, withdrawn.id.uuid(), Says::After).await;
    let after = entry.after.unwrap();
    assert_eq!((&after["role"], &after["email"]), (&"editor".into(), &"bea@example.org".into()));
    assert!(!after.to_string().contains(&withdrawn.token));
    store.revoke_invitation(scope, withdrawn.id).await.unwrap();
    log.expect(A::InvitationRevoked, actor, withdrawn.id.uuid(), Says::Before).await;

    let link = invitation(&store, ada, Role::Viewer).await;
    log.new_entries().await;
    let (bea, _) = store.accept_invitation(&link, Invitee::New(newcomer("Bea"))).await.unwrap();
    let herself = Actor::Account { account: bea };
    let entry = log.expect(A::MemberJoined, herself, bea.uuid(), Says::After).await;
    assert_eq!(entry.after.unwrap(), serde_json::json!({ "name": "Bea", "role": "viewer" }));
    store.set_role(scope, bea, Role::Editor).await.unwrap();
    let entry = log.expect(A::MemberRoleChanged, actor, bea.uuid(), Says::Both).await;
    assert_eq!(
        (&entry.before.unwrap()["role"], &entry.after.unwrap()["role"]),
        (&"viewer".into(), &"editor".into())
    );
    let link = invitation(&store, ada, Role::Reviewer).await;
    log.new_entries().await;
    store.accept_invitation(&link, Invitee::Known(bea)).await.unwrap();
    log.expect(A::MemberRoleChanged, herself, bea.uuid(), Says::Both).await;
    store.remove_member(scope, bea).await.unwrap();
    let entry = log.expect(A::MemberRemoved, actor, bea.uuid(), Says::Before).await;
    assert_eq!(entry.before.unwrap(), serde_json::json!({ "name": "Bea", "role": "reviewer" }));
    let link = invitation(&store, ada, Role::Viewer).await;
    log.new_entries().await;
    store.accept_invitation(&link, Invitee::Known(bea)).await.unwrap();
    log.expect(A::MemberJoined, herself, bea.uuid(), Says::After).await;
    store.remove_member(Scope { actor: herself, ..scope }, bea).await.unwrap();
    log.expect(A::MemberLeft, herself, bea.uuid(), Says::Before).await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_changes_nothing_or_fails_leaves_no_entry(pool: PgPool) {
    let team = Team::new(&pool).await;
    let store = &team.store;
    let ada = first_admin(store).await;
    let bea = invited(store, &ada, "Bea", Role::Viewer).await;
    let scope = ada.scope;
    let use_case = named("Invoices", "10M");
    let decision = team.decide(&use_case);
    let case = team.create(&use_case).await;
    let sharer = store::Sharer::Team(scope);
    let scenario = store.create_scenario(sharer, None, &team.frozen(&use_case), None).await.unwrap();
    store.revoke_scenario(sharer, scenario.id).await.unwrap();
    let name = store.memberships(ada.account).await.unwrap().remove(0).name;
    let mut log = Reader::from_here(store, scope).await;

    store.update_portfolio(scope, team.portfolio, "Claims", "What the claims team asks for").await.unwrap();
    store.restore_portfolio(scope, team.portfolio).await.unwrap();
    store.restore_use_case(scope, case).await.unwrap();
    store.revise_use_case(scope, case, 1, &use_case, &decision, "").await.unwrap();
    store.revoke_scenario(sharer, scenario.id).await.unwrap();
    store.set_role(scope, bea.account, Role::Viewer).await.unwrap();
    store.rename_workspace(scope, &name).await.unwrap();
    log.expect_nothing("calls that change nothing").await;

    let changed = named("Invoices", "20k");
    let mut unknown_prices = team.decide(&changed);
    unknown_prices.provenance.price_book = "1999-12-31".to_owned();
    let nowhere = ada.session.uuid();
    let refusals = [
        ("name taken", store.create_portfolio(scope, "CLAIMS", "").await.map(drop)),
        ("no name", store.create_portfolio(scope, "", "").await.map(drop)),
        (
            "conflict",
            store.revise_use_case(scope, case, 7, &changed, &team.decide(&changed), "").await.map(drop),
        ),
        (
            "unknown prices",
            store.revise_use_case(scope, case, 1, &changed, &unknown_prices, "").await.map(drop),
        ),
        (
            "unknown prices",
            store.create_use_case(scope, team.portfolio, &changed, &unknown_prices, "").await.map(drop),
        ),
        (
            "long note",
            store
                .revise_use_case(scope, case, 1, &changed, &team.decide(&changed), &"x".repeat(1001))
                .await
                .map(drop),
        ),
        (
            "no such portfolio",
            store.create_use_case(scope, nowhere.into(), &use_case, &decision, "").await.map(drop),
        ),
        ("no such use case", store.archive_use_case(scope, nowhere.into()).await),
        (
            "no such use case",
            store
                .create_scenario(sharer, Some(nowhere.into()), &team.frozen(&use_case), None)
                .await
                .map(drop),
        ),
        ("last admin", store.remove_member(scope, ada.account).await),
        ("last admin", store.set_role(scope, ada.account, Role::Viewer).await),
        ("no such member", store.remove_member(scope, nowhere.into()).await),
        ("no such invitation", store.revoke_invitation(scope, nowhere.into()).await),
        ("no such token", store.revoke_api_token(scope, nowhere.into(), None).await),
        ("blank name", store.rename_workspace(scope, " ").await),
    ];
    for (call, refusal) in refusals {
        assert!(refusal.is_err(), "{call}");
        assert!(!matches!(refusal, Err(StoreError::Database(_))), "{call}: {refusal:?}");
    }
    log.expect_nothing("calls that fail").await;
    let link = invitation(store, &ada, Role::Viewer).await;
    log.new_entries().await;
    let taken = store.accept_invitation(&link, Invitee::New(newcomer("Bea"))).await;
    assert!(matches!(taken, Err(StoreError::EmailTaken)), "{taken:?}");
    log.expect_nothing("an invitation that could not be accepted").await;
    assert_eq!(store.use_case(scope, case).await.unwrap().unwrap().revision.number, 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_program_is_told_apart_from_a_person_in_a_browser(pool: PgPool) {
    let store = store_on(&pool);
    let ada = first_admin(&store).await;
    let token = store.create_api_token(ada.scope, "Nightly", true, tomorrow()).await.unwrap();
    let access = store.api_access(&token.secret).await.unwrap().unwrap();
    let mut log = Reader::from_here(&store, ada.scope).await;
    let portfolio = store.create_portfolio(access.scope, "By program", "").await.unwrap();
    let by_program = Actor::ApiToken { account: ada.account, token: token.id };
    log.expect(AuditAction::PortfolioCreated, by_program, portfolio.uuid(), Says::After).await;
    let portfolio =
        store.create_portfolio(Scope::system(ada.scope.workspace), "By itself", "").await.unwrap();
    let entry = log.expect(AuditAction::PortfolioCreated, Actor::System, portfolio.uuid(), Says::After).await;
    assert_eq!(entry.account_name, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_timeline_of_a_use_case_is_its_part_of_the_log(pool: PgPool) {
    let team = Team::new(&pool).await;
    let ours = team.create(&named("Invoices", "10M")).await;
    let other = team.create(&named("Receipts", "10M")).await;
    let changed = named("Invoices", "20k");
    team.store.revise_use_case(team.scope, ours, 1, &changed, &team.decide(&changed), "").await.unwrap();
    team.store.archive_use_case(team.scope, ours).await.unwrap();
    let timeline = team.store.timeline(team.scope, ours, 10).await.unwrap();
    let actions: Vec<_> = timeline.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["use_case.archived", "use_case.revised", "use_case.created"]);
    assert_eq!(team.store.timeline(team.scope, ours, 1).await.unwrap(), timeline[..1]);
    assert_eq!(team.store.timeline(team.scope, other, 10).await.unwrap().len(), 1);
    let stranger = team.other().await;
    assert!(team.store.timeline(stranger.scope, ours, 10).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn fifty_writers_at_once_leave_no_gap(pool: PgPool) {
    let team = Team::new(&pool).await;
    let before = team.store.audit_head(team.scope).await.unwrap();
    let writers: Vec<_> = (0..50)
        .map(|number| {
            let (store, scope) = (team.store.clone(), team.scope);
            tokio::spawn(async move {
                // Some of them fail, and a failure must not use up a number.
                let again = store.create_portfolio(scope, &format!("Portfolio {}", number / 2), "").await;
                match again {
                    Ok(portfolio) => {
                        store.archive_portfolio(scope, portfolio).await.unwrap();
                        2
                    }
                    Err(error) => {
                        assert!(matches!(error, StoreError::NameTaken), "{error:?}");
                        0
                    }
                }
            })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    assert!(written >= 50, "{written}");
    let log = team.store.audit_after(team.scope, 0).await.unwrap();
    let numbers: Vec<i64> = log.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=before + written).collect::<Vec<_>>());
    assert!(log.windows(2).all(|pair| pair[0].hash == pair[1].previous_hash && pair[0].at <= pair[1].at));
    let verified = team.store.verify_audit(team.scope).await.unwrap().unwrap();
    assert_eq!(verified.entries, before + written);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_log_of_many_pages_is_verified_to_its_end(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut previous = team.store.audit_head(team.scope).await.unwrap();
    for number in 0..1_100 {
        team.store
            .update_portfolio(team.scope, team.portfolio, &format!("Claims {number}"), "")
            .await
            .unwrap();
        previous += 1;
    }
    assert_eq!(team.store.audit_after(team.scope, 0).await.unwrap().len(), 1_000);
    assert_eq!(team.store.verify_audit(team.scope).await.unwrap().unwrap().entries, previous);
    allow_tampering(&pool).await;
    run(&pool, "UPDATE audit_events SET action = 'portfolio.archived' WHERE seq = 1050").await;
    assert_eq!(team.store.verify_audit(team.scope).await.unwrap(), Err(Broken::Content { seq: 1_050 }));
}

/// What only an administrator of the database can do.
async fn allow_tampering(pool: &PgPool) {
    run(pool, "ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only").await;
}

/// A workspace with ten and more entries, and another one whose log nobody touches.
async fn logs_of_two_teams(pool: &PgPool) -> (Store, Scope, Scope) {
    let team = Team::new(pool).await;
    let ada = first_admin(&team.store).await;
    let other = founder(&team.store, &ada, "Bea").await;
    let store = team.store;
    let portfolio = store.create_portfolio(ada.scope, "Sales", "").await.unwrap();
    store.update_portfolio(ada.scope, portfolio, "Sales 2027", "Next year").await.unwrap();
    store.archive_portfolio(ada.scope, portfolio).await.unwrap();
    store.create_portfolio(other.scope, "Elsewhere", "").await.unwrap();
    (store, ada.scope, other.scope)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn any_field_that_is_changed_is_found(pool: PgPool) {
    let (store, scope, other) = logs_of_two_teams(&pool).await;
    let head = store.audit_head(scope).await.unwrap();
    // The entry of the renaming: it has both halves, an account and a session.
    let seq = head - 1;
    assert!(refusal(&pool, "UPDATE audit_events SET action = 'a.b'").await.contains("append-only"));
    allow_tampering(&pool).await;
    run(&pool, "CREATE TABLE kept AS SELECT * FROM audit_events").await;
    let here = format!("workspace_id = '{}' AND seq = {seq}", scope.workspace);
    for (change, found) in [
        ("account_id = NULL", Broken::Content { seq }),
        (
            "account_id = (SELECT id FROM accounts a WHERE a.id <> account_id LIMIT 1)",
            Broken::Content { seq },
        ),
        ("session_id = NULL", Broken::Content { seq }),
        (
            "session_id = (SELECT id FROM sessions s WHERE s.id <> session_id LIMIT 1)",
            Broken::Content { seq },
        ),
        ("at = at + interval '1 microsecond'", Broken::Content { seq }),
        ("action = 'portfolio.archived'", Broken::Content { seq }),
        ("subject_id = gen_random_uuid()", Broken::Content { seq }),
        ("subject_id = NULL", Broken::Content { seq }),
        ("use_case_id = gen_random_uuid()", Broken::Content { seq }),
        ("before = NULL", Broken::Content { seq }),
        ("before = '{}'", Broken::Content { seq }),
        // Not even the white space of the JSON.
        ("after = (after::text || ' ')::json", Broken::Content { seq }),
        ("before = after, after = before", Broken::Content { seq }),
        ("hash = sha256('x')", Broken::Content { seq }),
        ("previous_hash = sha256('x')", Broken::Link { seq }),
        ("seq = 1000", Broken::Sequence { expected: seq, found: head }),
        (
            &*format!("workspace_id = '{}', seq = 1000", other.workspace),
            Broken::Sequence { expected: seq, found: head },
        ),
    ] {
        assert_eq!(
            run(&pool, &format!("UPDATE audit_events SET {change} WHERE {here}")).await,
            1,
            "{change}"
        );
        assert_eq!(store.verify_audit(scope).await.unwrap(), Err(found), "{change}");
        run(&pool, "DELETE FROM audit_events").await;
        run(&pool, "INSERT INTO audit_events SELECT * FROM kept").await;
        assert_eq!(store.verify_audit(scope).await.unwrap().unwrap().entries, head, "{change}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_entry_that_is_gone_is_found(pool: PgPool) {
    let (store, scope, other) = logs_of_two_teams(&pool).await;
    let whole = store.verify_audit(scope).await.unwrap().unwrap();
    allow_tampering(&pool).await;
    run(&pool, "CREATE TABLE kept AS SELECT * FROM audit_events").await;
    let here = format!("workspace_id = '{}'", scope.workspace);
    for gone in [1, 2, whole.entries - 1] {
        run(&pool, &format!("DELETE FROM audit_events WHERE {here} AND seq = {gone}")).await;
        let found = Err(Broken::Sequence { expected: gone, found: gone + 1 });
        assert_eq!(store.verify_audit(scope).await.unwrap(), found);
        let all = store.verify_all_audits().await.unwrap();
        let broken: Vec<_> =
            all.iter().filter(|(_, answer)| answer.is_err()).map(|(slug, _)| slug.as_str()).collect();
        assert_eq!(broken, ["local"]);
        // Closing the gap does not hide it.
        for later in gone + 1..=whole.entries {
            run(&pool, &format!("UPDATE audit_events SET seq = seq - 1 WHERE {here} AND seq = {later}"))
                .await;
        }
        assert_eq!(store.verify_audit(scope).await.unwrap(), Err(Broken::Link { seq: gone }));
        run(&pool, "DELETE FROM audit_events").await;
        run(&pool, "INSERT INTO audit_events SELECT * FROM kept").await;
    }
    assert!(store.verify_audit(other).await.unwrap().is_ok());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_log_without_its_end_has_another_head(pool: PgPool) {
    let (store, scope, _) = logs_of_two_teams(&pool).await;
    let whole = store.verify_audit(scope).await.unwrap().unwrap();
    allow_tampering(&pool).await;
    run(
        &pool,
        &format!(
            "DELETE FROM audit_events WHERE workspace_id = '{}' AND seq = {}",
            scope.workspace, whole.entries
        ),
    )
    .await;
    let cut = store.verify_audit(scope).await.unwrap().unwrap();
    assert_eq!(cut.entries, whole.entries - 1);
    assert_ne!(cut.head, whole.head);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_entry_that_was_forged_with_its_hash_breaks_the_next(pool: PgPool) {
    let (store, scope, _) = logs_of_two_teams(&pool).await;
    allow_tampering(&pool).await;
    let log = store.audit_after(scope, 0).await.unwrap();
    let first = &log[0];
    let subject = first.subject_id.unwrap().to_string();
    let forged = chain_hash(
        &BEGINNING,
        &AuditEntry {
            workspace: &scope.workspace.to_string(),
            seq: 1,
            at_micros: i64::try_from(first.at.unix_timestamp_nanos() / 1_000).unwrap(),
            account: None,
            session: None,
            api_token: None,
            action: "portfolio.created",
            subject: Some(&subject),
            use_case: None,
            before: None,
            after: Some("{}"),
        },
    );
    sqlx::query("UPDATE audit_events SET after = '{}', hash = $1 WHERE workspace_id = $2 AND seq = 1")
        .bind(forged.as_slice())
        .bind(scope.workspace.uuid())
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(store.verify_audit(scope).await.unwrap(), Err(Broken::Link { seq: 2 }));
}

async fn heard(listener: &mut PgListener) -> Option<String> {
    let next = tokio::time::timeout(Duration::from_secs(5), listener.recv()).await;
    next.ok().map(|notification| notification.unwrap().payload().to_owned())
}

async fn hears_nothing(listener: &mut PgListener) -> bool {
    tokio::time::timeout(Duration::from_millis(300), listener.recv()).await.is_err()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn servers_hear_of_a_change_once_it_is_committed(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut listener = PgListener::connect_with(&pool).await.unwrap();
    listener.listen("parsimony_events").await.unwrap();
    let taken = team.store.create_portfolio(team.scope, "Claims", "").await;
    assert!(matches!(taken, Err(StoreError::NameTaken)), "{taken:?}");
    assert!(hears_nothing(&mut listener).await);

    team.store.create_portfolio(team.scope, "Sales", "").await.unwrap();
    let head = team.store.audit_head(team.scope).await.unwrap();
    assert_eq!(heard(&mut listener).await, Some(format!("{} {head}", team.scope.workspace)));
    assert!(hears_nothing(&mut listener).await);

    let next = head + 1;
    let insert = format!(
        "INSERT INTO audit_events (workspace_id, seq, at, action, previous_hash, hash)
         VALUES ('{}', {next}, now(), 'portfolio.created', sha256('a'), sha256('b'))",
        team.scope.workspace
    );
    for committed in [false, true] {
        let mut transaction = pool.begin().await.unwrap();
        sqlx::query(AssertSqlSafe(insert.clone())).execute(&mut *transaction).await.unwrap();
        assert!(hears_nothing(&mut listener).await);
        if committed {
            transaction.commit().await.unwrap();
            assert_eq!(heard(&mut listener).await, Some(format!("{} {next}", team.scope.workspace)));
        } else {
            transaction.rollback().await.unwrap();
            assert!(hears_nothing(&mut listener).await);
        }
    }
}
